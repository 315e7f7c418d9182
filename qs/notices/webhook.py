"""Notices by webhook: a signed JSON message to an allowed host, never into our own network, never elsewhere."""

from __future__ import annotations

import json
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from qs.notices.envelopes import Envelope, Undelivered
from qs.notices.mail import trusted
from qs.notices.rules import Target, signature, webhook_target
from qs.notices.terms import Failure
from qs.settings import Settings

TIMEOUT = urllib3.Timeout(connect=5, read=10)
GONE = 410
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))  # IPv4 behind NAT64, RFC 6052 and 8215


def call_webhook(envelope: Envelope, address: str, key: str, chosen: Settings) -> None:
    """Post one message. Raises Undelivered unless the receiver answers with success.

    The host is resolved once and the connection goes to that very address, so that a name that points elsewhere a
    moment later leads nowhere; the certificate is checked against the name. Redirects are not followed.
    """
    target = allowed_target(address, chosen)
    place = resolved(target, chosen)
    body = payload(envelope)
    headers = {
        "Host": target.name,
        "Content-Type": "application/json",
        "User-Agent": "QS-notices",
        **signed_headers(envelope, body, key),
    }
    pool = urllib3.HTTPSConnectionPool(
        str(place),
        target.port,
        ssl_context=trusted(chosen),
        server_hostname=target.host,
        assert_hostname=target.host,
        timeout=TIMEOUT,
        retries=False,
    )
    try:
        with pool:
            answer = pool.urlopen(
                "POST", target.path, body=body, headers=headers, redirect=False, preload_content=False
            )
            status = answer.status
            answer.close()
    except SSLError as error:
        raise Undelivered(Failure.WEBHOOK_UNPROTECTED) from error
    except (HTTPError, OSError) as error:
        raise Undelivered(Failure.WEBHOOK_UNREACHABLE) from error
    check_status(status)


def check_status(status: int) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise Undelivered(Failure.WEBHOOK_REDIRECTED)
    raise Undelivered(Failure.WEBHOOK_GONE if status == GONE else Failure.WEBHOOK_REFUSED)


def allowed_target(address: str, chosen: Settings) -> Target:
    """The parts of an address that this installation may call. Raises Undelivered."""
    target = webhook_target(address)
    if target is None or target.name not in chosen.webhook_hosts:
        raise Undelivered(Failure.HOST_NOT_ALLOWED)
    return target


def resolved(target: Target, chosen: Settings) -> IPv4Address | IPv6Address:
    """The address to connect to. Raises Undelivered when any address of the host lies in an internal network."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Undelivered(Failure.NAME_UNKNOWN) from error
    places = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if target.name not in chosen.webhook_private_hosts and not all(is_public(place) for place in places):
        raise Undelivered(Failure.ADDRESS_PRIVATE)
    return places[0]


def is_public(place: IPv4Address | IPv6Address) -> bool:
    """Whether an address lies in the open internet: not here, not in a network of our own, not an IPv4 in disguise."""
    if isinstance(place, IPv6Address):
        inner = place.ipv4_mapped or place.sixtofour or (place.teredo and place.teredo[1])
        if inner:
            return is_public(inner)
        if any(place in network for network in TRANSLATED):
            return is_public(IPv4Address(int(place) & 0xFFFFFFFF))
    return place.is_global and not place.is_multicast


def payload(envelope: Envelope) -> bytes:
    """The message as JSON, in the shape that the Standard Webhooks specification recommends: type, timestamp, data."""
    content = {
        "type": envelope.kind,
        "timestamp": envelope.sent_at.isoformat(),
        "data": {
            "topic": envelope.topic,
            "strength": envelope.strength.value,
            "subject": envelope.subject,
            "body": envelope.body,
            "link": envelope.link,
            "office": envelope.office,
        },
    }
    return json.dumps(content, ensure_ascii=False).encode()


def signed_headers(envelope: Envelope, body: bytes, key: str) -> dict[str, str]:
    """What the receiver needs to know that it was us, when, and whether it has seen this message before."""
    moment = int(envelope.sent_at.timestamp())
    return {
        "webhook-id": envelope.key,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(key, envelope.key, moment, body),
    }
