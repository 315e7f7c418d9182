"""Streamlit's page as we serve it: in the visitor's language, with our name, sign and words for built-in texts."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from secrets import token_urlsafe
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.types import Scope

from qs.access.rules import TOKEN_BYTES
from qs.i18n import N_, Language, gettext, use_language
from qs.web.assets import BUILT_IN_TEXTS, FAVICON, asset_path
from qs.web.cookies import (
    LANGUAGE_CODES,
    LANGUAGE_COOKIE,
    browser_cookie,
    cookie_value,
    language_of,
    put_cookie,
    session_cookie,
)
from qs.web.security_headers import INDEX_FILE

SCREEN_PATH = re.compile(r"/[A-Za-z0-9_-]*")  # the front page or one screen; files carry a dot, interfaces a second /
OWN_PATHS = {"/health"}
BROWSER_LIFE = timedelta(days=1)
LANGUAGE_LIFE = timedelta(days=365)
HTML_LANGUAGE = {Language.ZH: "zh-CN", Language.EN: "en"}
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
NO_SCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
NEEDS_SCRIPT = N_("This site needs JavaScript. Allow it in the browser and load the page again.")
TITLE = N_("QS Quality Supervision")


def is_index_path(scope: Scope) -> bool:
    """Whether the request asks for the page itself rather than a file or an interface."""
    path = scope["path"]
    return scope["method"] in {"GET", "HEAD"} and bool(SCREEN_PATH.fullmatch(path)) and path not in OWN_PATHS


def index_response(scope: Scope) -> Response:
    """The page; gives a browser without cookies one of its own, and keeps a language named in the address."""
    named = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
    language = LANGUAGE_CODES.get(named) or language_of(scope)
    response = Response(
        index_bytes(language),
        media_type="text/html",
        headers={"cache-control": "no-cache", "vary": "Cookie, Accept-Language"},
    )
    if named in LANGUAGE_CODES:
        put_cookie(response, LANGUAGE_COOKIE, language.value, life=LANGUAGE_LIFE, same_site="lax")
    if not cookie_value(scope, browser_cookie()) and not cookie_value(scope, session_cookie()):
        put_cookie(response, browser_cookie(), token_urlsafe(TOKEN_BYTES), life=BROWSER_LIFE, same_site="lax")
    return response


@cache
def index_bytes(language: Language) -> bytes:
    use_language(language)
    page = INDEX_FILE.read_text(encoding="utf-8")
    page = replaced(page, '<html lang="en">', f'<html lang="{HTML_LANGUAGE[language]}">')
    page = replaced(page, "<title>Streamlit</title>", f"<title>{gettext(TITLE)}</title>")
    page = replaced(page, './favicon.png"', f'{asset_path(FAVICON)}" type="image/svg+xml"')
    page = replaced(page, '<link rel="service-desc" href="./_stcore/agent/openapi.json" />', "")
    page = NO_SCRIPT.sub(f"<noscript>{gettext(NEEDS_SCRIPT)}</noscript>", COMMENT.sub("", page))
    if language is Language.ZH:
        page = replaced(page, "</head>", f'<script src="{asset_path(BUILT_IN_TEXTS)}" defer></script></head>')
    return page.encode()


def replaced(page: str, old: str, new: str) -> str:
    """The page with one text replaced. Raises ValueError when another Streamlit no longer has it."""
    if old not in page:
        raise ValueError(f"Streamlit's page no longer has {old!r}")
    return page.replace(old, new, 1)
