"""What names, passwords and sessions must be, and when guessing is stopped; pure."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from qs.actor import Grant, Role, Scope, ScopeKind
from qs.audit.rules import derived_key
from qs.errors import InvalidInput, QualityError

USERNAME = re.compile(r"[a-z0-9._-]{2,32}")
NAME_MAX_CHARACTERS = 100
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # Unicode categories: control, format, surrogate, private, none
PASSWORD_MIN_CHARACTERS = 12
PASSWORD_MAX_BYTES = 72  # bcrypt reads no further
TOKEN_BYTES = 32
KEY_PREFIX = "qs_"
KEY = re.compile(r"qs_[A-Za-z0-9_-]{43}")
HINT_CHARACTERS = 8  # of an API key, shown to tell keys apart

# Long passwords that everybody tries first; short ones fail for their length.
COMMON = """
123456789012 1234567890123 12345678901234 123456123456 1234567890ab abcdefghijkl abcd12345678 abc123456789
password1234 password12345 password123456 passwordpassword passw0rd1234 p@ssw0rd1234 p@ssword1234
qwertyuiop12 qwertyuiop123 qwertyuiopas qwerty123456 qwertyuiop[] qwer12345678 1qaz2wsx3edc 1q2w3e4r5t6y
asdfghjkl123 asdfasdfasdf zxcvbnm12345 administrator admin1234567 adminadmin12 admin123456789 administrator1
welcome12345 welcome123456 letmein12345 iloveyou1234 changeme1234 changemenow1 initialpassword sunshine1234
woaini123456 woaini1314520 a12345678901 aa1234567890 aaa123456789 qq1234567890 zhongguo1234 5201314520131
"""
COMMON_PASSWORDS = frozenset(COMMON.split())


class UsernameRefused(InvalidInput):
    """A name that people could confuse, or that is not plain enough to type."""

    code = "username_refused"


class NameRefused(InvalidInput):
    """A name that is empty, too long, or holds signs that cannot be seen."""

    code = "name_refused"


class PasswordRefused(InvalidInput):
    """A password that is too short, too long or too easy to guess."""

    code = "password_refused"


class SignInRefused(QualityError):
    """Whatever the reason: the one answer to a name, a password or a ticket that does not fit."""

    code = "sign_in_refused"


@dataclass(frozen=True)
class Limits:
    """How many failures are allowed inside the window: of one name, one address, the whole system."""

    name: int
    address: int
    system: int
    window: timedelta


@dataclass(frozen=True)
class Failures:
    """How many attempts inside the window did not succeed, or have not yet."""

    name: int
    address: int
    system: int


def is_throttled(failures: Failures, limits: Limits) -> bool:
    return failures.name >= limits.name or failures.address >= limits.address or failures.system >= limits.system


def typed_username(typed: str) -> str:
    """The form in which a typed name is looked up: full-width letters and capitals mean the same."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def checked_username(typed: str) -> str:
    """The form in which a new name is kept: two to thirty-two plain letters, digits, dots, dashes."""
    username = typed_username(typed)
    if not USERNAME.fullmatch(username):
        raise UsernameRefused
    return username


def checked_name(typed: str) -> str:
    """A name as it is kept: no spaces around, one to a hundred visible characters, no control or direction signs."""
    name = unicodedata.normalize("NFC", typed).strip()
    if not 1 <= len(name) <= NAME_MAX_CHARACTERS or any(unicodedata.category(sign) in UNSEEN for sign in name):
        raise NameRefused
    return name


def check_password(password: str, *, username: str) -> None:
    """Raise PasswordRefused unless the password is long enough, readable whole by bcrypt and not on everybody's list.

    No rules about kinds of characters: length is what counts (NIST SP 800-63B, 5.1.1.2).
    """
    if len(password) < PASSWORD_MIN_CHARACTERS:
        raise PasswordRefused("password_too_short", needed=PASSWORD_MIN_CHARACTERS)
    if len(password.encode()) > PASSWORD_MAX_BYTES:
        raise PasswordRefused("password_too_long", allowed=PASSWORD_MAX_BYTES)
    plain = password.lower()
    if username.lower() in plain or plain in COMMON_PASSWORDS or len(set(plain)) < 4:
        raise PasswordRefused("password_too_common")


def token_hash(token: str) -> str:
    """How a random token is kept: its SHA-256. Tokens carry 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(secret: bytes, purpose: str, text: str) -> str:
    """A hash that tells nothing without the installation's secret: for names, addresses and API keys."""
    return hmac.new(derived_key(secret, purpose), text.encode(), hashlib.sha256).hexdigest()


def is_session_open(
    *,
    created_epoch: int,
    present_epoch: int,
    ended: bool,
    last_seen_at: datetime,
    expires_at: datetime,
    now: datetime,
    idle: timedelta,
) -> bool:
    """Whether a web session still counts: not ended, rights unchanged since, neither idle nor too old."""
    return not ended and created_epoch == present_epoch and now < expires_at and now - last_seen_at < idle


def grants(rows: Iterable[tuple[Role, ScopeKind, int]]) -> tuple[Grant, ...]:
    """One grant for each role and kind of scope; the ids of its rows become one set."""
    merged: dict[tuple[Role, ScopeKind], set[int]] = {}
    for role, kind, scope_id in rows:
        merged.setdefault((role, kind), set()).add(scope_id)
    return tuple(
        Grant(role, Scope(kind, frozenset() if kind is ScopeKind.ALL else frozenset(ids)))
        for (role, kind), ids in merged.items()
    )
