"""Who is at the other end of this run: read from the database each time, never remembered."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from qs import db
from qs.access.queries import OpenSession, open_session
from qs.access.sign_in import TOUCH_EVERY, touch_session
from qs.i18n import Language, choose_language, use_language
from qs.web.cookies import LANGUAGE_CODES, LANGUAGE_COOKIE
from qs.web.gateway import ADDRESS_HEADER, BROWSER, SESSION


def principal() -> str:
    """The name the gateway gave to this connection; tests set it as `AppTest.user = {"principal": …}`."""
    found = st.user.get("principal")
    return found if isinstance(found, str) else ""


def signed_in(now: datetime | None = None) -> OpenSession | None:
    """The open session behind this connection, with the rights of this moment; chooses the language of the run.

    The Live page is meant to be left open: its own refreshing counts as use, the absolute limit still ends it.
    """
    moment = now or datetime.now(UTC)
    found = None
    kept_hash = principal().removeprefix(SESSION) if principal().startswith(SESSION) else ""
    if kept_hash:
        with db.database().reading() as session:
            found = open_session(session, kept_hash, now=moment)
    if found is not None and moment - found.last_seen_at > TOUCH_EVERY:
        with db.database().writing() as session:
            touch_session(session, kept_hash, now=moment)
    use_language(language_for(found))
    return found


def language_for(found: OpenSession | None) -> Language:
    """The language cookie, else the person's own choice, else what the browser prefers."""
    cookie = text_of(st.context.cookies.get(LANGUAGE_COOKIE))
    if cookie in LANGUAGE_CODES:
        return LANGUAGE_CODES[cookie]
    if found is not None and found.language is not None:
        return found.language
    return choose_language(text_of(st.context.headers.get("Accept-Language")) or text_of(st.context.locale))


def browser_hash() -> str:
    """The hash of this browser's own cookie, to which a ticket is bound; empty when it keeps no cookies."""
    return principal().removeprefix(BROWSER) if principal().startswith(BROWSER) else ""


def address() -> str:
    """The address the gateway counted this connection under."""
    return text_of(st.context.headers.get(ADDRESS_HEADER)) or "unknown"


def text_of(value: object) -> str:
    """The value when it is text; outside a real connection these are stand-ins."""
    return value if isinstance(value, str) else ""
