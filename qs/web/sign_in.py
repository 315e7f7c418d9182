"""Signing in and out over HTTP: from a typed password to a ticket, a cookie, and back to nobody."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from qs import db
from qs.access import actions, queries
from qs.access.rules import SignInRefused, check_password, token_hash
from qs.access.sign_in import (
    VISITOR,
    Claimed,
    accept_attempt,
    begin_sign_in,
    claim_ticket,
    end_session,
    fail_sign_in,
    finish_sign_in,
)
from qs.actor import Actor
from qs.db import Database
from qs.errors import InvalidInput
from qs.i18n import Language
from qs.settings import Face, settings
from qs.web.cookies import (
    LANGUAGE_CODES,
    LANGUAGE_COOKIE,
    browser_cookie,
    cookie_value,
    put_cookie,
    session_cookie,
)
from qs.web.gateway import close_sockets, principal_of_session
from qs.web.passwords import hash_password, password_matches

CLAIM_PATH = "/session/claim"
SIGN_OUT_PATH = "/session/sign-out"
LANGUAGE_PATH = "/session/language"
LANGUAGE_LIFE = timedelta(days=365)


class PasswordWrong(InvalidInput):
    """The present password, asked for again before a change, is not right."""

    code = "password_wrong"


def sign_in(
    database: Database, typed: str, password: str, *, address: str, browser_hash: str, next_path: str, now: datetime
) -> str:
    """Check a name and a password; return the address that turns the one-time ticket into a cookie.

    Raises SignInRefused, the same for every reason. The slow comparison holds no transaction open.
    """
    with database.writing() as session:
        attempt = begin_sign_in(session, typed, address=address, actor=VISITOR, now=now)
    if not password_matches(password, attempt.password_hash):
        with database.writing() as session:
            fail_sign_in(session, attempt, actor=VISITOR, now=now)
        raise SignInRefused
    with database.writing() as session:
        ticket = finish_sign_in(session, attempt, browser_hash=browser_hash, actor=VISITOR, now=now)
    return f"{CLAIM_PATH}?t={ticket}&next={quote(safe_path(next_path), safe='')}"


def change_password(
    database: Database, present: str, wanted: str, *, keep_token_hash: str, actor: Actor, now: datetime
) -> None:
    """Change one's own password after typing the present one. Raises PasswordWrong, PasswordRefused, SignInRefused."""
    check_password(wanted, username=actor.username)
    with database.writing() as session:
        attempt = begin_sign_in(session, actor.username, address=f"person:{actor.person_id}", actor=actor, now=now)
    if not password_matches(present, attempt.password_hash):
        with database.writing() as session:
            fail_sign_in(session, attempt, actor=actor, now=now)
        raise PasswordWrong
    wanted_hash = hash_password(wanted)
    with database.writing() as session:
        accept_attempt(session, attempt)
        actions.change_own_password(session, wanted_hash, keep_token_hash=keep_token_hash, actor=actor, now=now)


def safe_path(wanted: str) -> str:
    """A path inside this site, or the front page: never another host, a scheme, a backslash or a control sign."""
    parts = urlsplit(wanted)
    inside = wanted.startswith("/") and not wanted.startswith("//") and not parts.netloc and not parts.scheme
    plain = "\\" not in wanted and wanted.isprintable()
    return wanted if inside and plain and not wanted.startswith("/session/") else "/"


async def claim(request: Request) -> Response:
    """Turn the ticket in the address into a session cookie, then go to the page first asked for."""
    try:
        claimed = await asyncio.to_thread(
            claimed_now, request.query_params.get("t", ""), token_hash(cookie_value(request.scope, browser_cookie()))
        )
    except SignInRefused:
        return going_to("/")
    response = going_to(safe_path(request.query_params.get("next", "/")))
    life = timedelta(hours=settings().session_hours)
    put_cookie(response, session_cookie(), claimed.token, life=life, same_site="strict")
    put_cookie(response, browser_cookie(), "", life=timedelta(), same_site="lax")
    if claimed.language is not None:
        put_cookie(response, LANGUAGE_COOKIE, claimed.language.value, life=LANGUAGE_LIFE, same_site="lax")
    return response


def claimed_now(ticket: str, browser_hash: str) -> Claimed:
    with db.database().writing() as session:
        return claim_ticket(session, ticket, browser_hash=browser_hash, actor=VISITOR, now=datetime.now(UTC))


def sign_out(database: Database, kept_hash: str, *, actor: Actor, now: datetime) -> str:
    """End a session in the store; return the address at which the browser drops the cookie."""
    with database.writing() as session:
        end_session(session, kept_hash, actor=actor, now=now)
    return SIGN_OUT_PATH


async def signed_out(request: Request) -> Response:
    """Drop the cookie of a session that has ended and close its sockets.

    A session still open is left alone: a link on somebody else's page must not sign anybody out.
    """
    response = going_to("/")
    token = cookie_value(request.scope, session_cookie())
    if token and not await asyncio.to_thread(principal_of_session, token):
        close_sockets(frozenset({token_hash(token)}))
        put_cookie(response, session_cookie(), "", life=timedelta(), same_site="strict")
    return response


async def choose_language(request: Request) -> Response:
    """Keep the wanted language in a cookie, and on the person when somebody is signed in."""
    wanted = LANGUAGE_CODES.get(request.query_params.get("to", ""))
    response = going_to(safe_path(request.query_params.get("back", "/")))
    if wanted is not None:
        put_cookie(response, LANGUAGE_COOKIE, wanted.value, life=LANGUAGE_LIFE, same_site="lax")
        token = cookie_value(request.scope, session_cookie())
        if token:
            await asyncio.to_thread(remember_language, token_hash(token), wanted)
    return response


def remember_language(kept_hash: str, wanted: Language) -> None:
    now = datetime.now(UTC)
    with db.database().writing() as session:
        actor = queries.actor_of_session(session, kept_hash, now=now)
        if actor is not None:
            actions.choose_language(session, wanted, actor=actor, now=now)


def going_to(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303, headers={"cache-control": "no-store"})


doors = [Route(CLAIM_PATH, claim, methods=["GET"]), Route(SIGN_OUT_PATH, signed_out, methods=["GET"])]
routes = [
    *(doors if settings().face is not Face.PUBLIC else []),  # the public process knows no person
    Route(LANGUAGE_PATH, choose_language, methods=["GET"]),
]
