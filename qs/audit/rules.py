"""The arithmetic of the chain: what is hashed, in which form, with which key."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from qs.periods import to_microseconds

FIRST_MAC = "0" * 64


@lru_cache(maxsize=64)
def derived_key(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose from the installation's secret, so that no key serves two uses."""
    return hmac.digest(secret, purpose.encode(), "sha256")


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
    return canonical_list([seq, to_microseconds(at), person_id, username, roles, action, object, facts])


def canonical_list(entry: list[object]) -> bytes:
    return json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def next_mac(secret: bytes, previous_mac: str, entry: bytes) -> str:
    """HMAC-SHA256 over the previous mac and the entry: a change anywhere breaks everything after it."""
    return hmac.digest(derived_key(secret, "audit"), previous_mac.encode() + entry, "sha256").hex()


def checkpoint_signature(secret: bytes, seq: int, mac: str, at: str) -> str:
    return hmac.digest(derived_key(secret, "checkpoint"), f"{seq}|{mac}|{at}".encode(), "sha256").hex()
