"""The arithmetic of the chain: what is hashed, in which form, with which key."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from qs.periods import to_microseconds

FIRST_MAC = "0" * 64


def derived_key(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose from the installation's secret, so that no key serves two uses."""
    return hmac.new(secret, purpose.encode(), hashlib.sha256).digest()


def canonical(
    *,
    seq: int,
    at: datetime,
    person_id: int | None,
    username: str,
    roles: str,
    action: str,
    object: str,
    facts: Mapping[str, object],
) -> bytes:
    """The one byte form of an entry: JSON with sorted keys, the moment as whole microseconds."""
    entry = [seq, to_microseconds(at), person_id, username, roles, action, object, facts]
    return json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def next_mac(secret: bytes, previous_mac: str, entry: bytes) -> str:
    """HMAC-SHA256 over the previous mac and the entry: a change anywhere breaks everything after it."""
    return hmac.new(derived_key(secret, "audit"), previous_mac.encode() + entry, hashlib.sha256).hexdigest()


def checkpoint_signature(secret: bytes, seq: int, mac: str, at: str) -> str:
    return hmac.new(derived_key(secret, "checkpoint"), f"{seq}|{mac}|{at}".encode(), hashlib.sha256).hexdigest()
