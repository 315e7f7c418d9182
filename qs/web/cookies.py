"""Our cookies: their names, how they are read from a request that may hold anything, and how they are set."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

from starlette.responses import Response
from starlette.types import Scope

from qs.i18n import Language, choose_language
from qs.settings import settings

LANGUAGE_COOKIE = "qs_lang"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes, url-safe
LANGUAGE_CODES = {"zh": Language.ZH, "zh-CN": Language.ZH, "zh_CN": Language.ZH, "en": Language.EN}


def prefix() -> str:
    """`__Host-` binds a cookie to this host and to https; browsers refuse it without TLS."""
    return "__Host-" if settings().https else ""


def session_cookie() -> str:
    """The cookie of a signed-in person."""
    return f"{prefix()}qs_session"


def browser_cookie() -> str:
    """The cookie of a browser in which nobody is signed in."""
    return f"{prefix()}qs_browser"


def cookie_value(scope: Scope, name: str) -> str:
    """The one value of a cookie in a request; empty when it is missing, doubled or not one of our tokens."""
    values = cookie_values(scope, name)
    return values[0] if len(values) == 1 and TOKEN.fullmatch(values[0]) else ""


def cookie_values(scope: Scope, name: str) -> list[str]:
    header = b"; ".join(value for key, value in scope["headers"] if key == b"cookie").decode("latin-1")
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return [value for key, _, value in pairs if key == name]


def language_of(scope: Scope) -> Language:
    """The language a request asks for: its cookie, else what the browser prefers."""
    for value in cookie_values(scope, LANGUAGE_COOKIE):
        if value in LANGUAGE_CODES:
            return LANGUAGE_CODES[value]
    accepted = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
    return choose_language(accepted)


def put_cookie(
    response: Response, name: str, value: str, *, life: timedelta, same_site: Literal["lax", "strict"]
) -> None:
    """Set a cookie that no script can read; a life of nothing removes it."""
    response.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()),
        path="/",
        httponly=True,
        secure=settings().https,
        samesite=same_site,
    )
