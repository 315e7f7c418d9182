"""What a wish may be, when a notice is due, how long to wait after a failure, and how messages are signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from qs.audit.rules import derived_key
from qs.errors import InvalidInput, Problem
from qs.notices.terms import FINAL, NOT_AT_ALL, ON_SCREEN, Channel, Failure, Notice, Rhythm, Strength, Weekday, Wish
from qs.periods import local_day
from qs.texts import LONG, SHORT, composed
from qs.vault.rules import decrypted

# The addresses that HTML's own e-mail field takes (html.spec.whatwg.org, 4.10.5.1.5), with a dot in the domain.
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+", re.ASCII)
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\]", re.ASCII)
PATH = re.compile(r"[!-~]*", re.ASCII)  # printable, no blank
ADDRESS_LENGTH = 400
LINK = re.compile(r"/(?!/)[!-~]{0,298}", re.ASCII)  # a place on this site
HTTPS_PORT = 443
MOST_ATTEMPTS = 8  # with the pauses below about a night: a server that is down in the evening is back by then
FIRST_PAUSE = timedelta(minutes=1)
PAUSE_FACTOR = 4
LONGEST_PAUSE = timedelta(hours=6)
SECRET_PREFIX = "whsec_"  # by which the specification tells a key from other words


@dataclass(frozen=True)
class Target:
    """The parts of a webhook address."""

    host: str
    port: int
    path: str  # with the query

    @property
    def name(self) -> str:
        """The host as it stands in the list of allowed ones: with the port unless it is the usual one."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"


def checked_wish(wish: Wish, *, webhook_hosts: frozenset[str]) -> Wish:
    """The wish as it is kept. Raises InvalidInput with every problem; without a channel nothing else is kept."""
    if wish.channel is Channel.NONE:
        return NOT_AT_ALL
    if wish.channel is Channel.SCREEN:
        return replace(ON_SCREEN, least=wish.least)
    address = composed(wish.address)
    problems = [*address_problems(wish.channel, address, webhook_hosts)]
    if not 0 <= wish.hour <= 23:
        problems.append(Problem("notice_hour_refused"))
    if problems:
        raise InvalidInput(problems=problems)
    return replace(wish, address=address)


def address_problems(channel: Channel, address: str, webhook_hosts: frozenset[str]) -> list[Problem]:
    if not address:
        return [Problem("notice_address_missing")]
    if channel is Channel.EMAIL:
        fits = len(address) <= ADDRESS_LENGTH and EMAIL.fullmatch(address)
        return [] if fits else [Problem("notice_email_unreadable")]
    target = webhook_target(address)
    if target is None:
        return [Problem("notice_webhook_unreadable")]
    if target.name not in webhook_hosts:
        return [Problem("notice_host_not_allowed", facts={"host": target.name})]
    return []


def webhook_target(address: str) -> Target | None:
    """The parts of an https address without name, password and fragment; None for anything else."""
    try:
        parts = urlsplit(address)
        port = parts.port or HTTPS_PORT
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    shown = f"[{host}]" if ":" in host else host
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    plain = parts.scheme == "https" and "@" not in parts.netloc and not parts.fragment
    fits = len(address) <= ADDRESS_LENGTH and HOST.fullmatch(shown) and PATH.fullmatch(path)
    return Target(host, port, path) if plain and fits else None


def cleaned_notice(notice: Notice) -> Notice:
    """The notice as it is kept: a subject of one line, no hidden signs; what is too long ends in “…”.

    Names of services and other people's words stand in it, which must not stop the act that it tells about.
    Raises ValueError for a link that leaves the site.
    """
    if notice.link and not LINK.fullmatch(notice.link):
        raise ValueError(f"{notice.link!r} is no place on this site")
    body = "\n".join(readable(line) for line in composed(notice.body).split("\n"))
    return replace(
        notice, subject=shortened(" ".join(readable(notice.subject).split()), SHORT), body=shortened(body, LONG)
    )


def readable(text: str) -> str:
    """The text without control characters and line ends of any kind."""
    return "".join(sign if sign.isprintable() else " " for sign in composed(text))


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def wants(wish: Wish, strength: Strength) -> bool:
    return wish.channel is not Channel.NONE and strength.reaches(wish.least)


def due_at(wish: Wish, now: datetime, zone: ZoneInfo) -> datetime:
    """When a notice of this moment is to go out under a wish: now, or with the next digest."""
    if wish.rhythm is Rhythm.AT_ONCE:
        return now
    today = local_day(now, zone)
    step = 1
    if wish.rhythm is Rhythm.WEEKLY:
        today += timedelta(days=(list(Weekday).index(wish.weekday) - today.weekday()) % 7)
        step = 7
    moments = (datetime.combine(day, time(wish.hour), zone) for day in (today, today + timedelta(days=step)))
    return next(moment for moment in moments if moment > now).astimezone(UTC)


def pause_after(attempts: int, rng: Random) -> timedelta:
    """How long to wait after so many attempts in vain: each time four times as long, between half and the whole of it.

    The half by chance keeps many senders from coming back at the same moment (Exponential Backoff And Jitter,
    AWS Architecture Blog, 2015, “equal jitter”).
    """
    whole = min(FIRST_PAUSE * float(PAUSE_FACTOR ** (attempts - 1)), LONGEST_PAUSE)
    return whole * rng.uniform(0.5, 1.0)


def is_hopeless(failure: Failure, attempts: int) -> bool:
    return failure in FINAL or attempts >= MOST_ATTEMPTS


def sealed(secret: bytes, nonce: bytes, person_id: int, address: str) -> bytes:
    """An address as it is kept: readable with the installation's secret only, and bound to its person."""
    return nonce + AESGCM(derived_key(secret, "notices")).encrypt(nonce, address.encode(), bound_to(person_id).encode())


def opened(secret: bytes, person_id: int, content: bytes) -> str:
    """The address again. Raises DataUnreadable."""
    return decrypted(derived_key(secret, "notices"), bound_to(person_id), content).decode()


def bound_to(person_id: int) -> str:
    return f"person:{person_id}"


def message_key(person_id: int, dedupe_key: str) -> str:
    """What names one message to one person wherever it is sent, however often."""
    return hashlib.sha256(f"{person_id}|{dedupe_key}".encode()).hexdigest()[:32]


def requester_key(vault_id: int, dedupe_key: str) -> str:
    """The same of a message to a requester."""
    return hashlib.sha256(f"requester {vault_id}|{dedupe_key}".encode()).hexdigest()[:32]


def signing_key(secret: bytes, person_id: int, address: str) -> str:
    """The key of one webhook, as its receiver enters it: another for every person and address."""
    key = derived_key(secret, f"notices webhook {person_id} {address}")
    return SECRET_PREFIX + base64.b64encode(key).decode()


def signature(key: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the `webhook-signature` header: HMAC-SHA256 over id, time and body (standardwebhooks.com)."""
    clear = base64.b64decode(key.removeprefix(SECRET_PREFIX))
    mac = hmac.digest(clear, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(mac).decode()}"
