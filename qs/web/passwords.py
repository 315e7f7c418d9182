"""Passwords: hashed and compared by streamlit-authenticator's Hasher (bcrypt), at equal cost for unknown names."""

from __future__ import annotations

import logging
import secrets
from functools import cache
from typing import Protocol, cast

from qs.access.rules import PASSWORD_MAX_BYTES


class Hashing(Protocol):
    """The two things used of the package's Hasher."""

    def hash(self, password: str) -> str: ...

    def check_pw(self, password: str, hashed_password: str) -> bool: ...


@cache
def hasher() -> Hashing:
    """The package's Hasher; imported late and quietly, because its widgets complain outside a script run."""
    logging.disable(logging.WARNING)
    try:
        from streamlit_authenticator.utilities.hasher import Hasher
    finally:
        logging.disable(logging.NOTSET)
    return cast(Hashing, Hasher)  # the package carries no types


def hash_password(password: str) -> str:
    return hasher().hash(password)


@cache
def dummy_hash() -> str:
    """The hash of a password nobody knows: compared when the name is unknown, so that time tells nothing."""
    return hash_password(secrets.token_urlsafe(24))


def password_matches(password: str, stored: str | None) -> bool:
    """Whether the password fits, exactly as typed; one hash is computed whatever the name or length."""
    readable = len(password.encode()) <= PASSWORD_MAX_BYTES
    fits = hasher().check_pw(password if readable else "", stored or dummy_hash())
    return fits and readable and stored is not None
