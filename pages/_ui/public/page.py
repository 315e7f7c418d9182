"""The door of the public pages: nobody is asked who they are, and everybody acts as the public."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

import streamlit as st
from sqlalchemy.orm import Session

from pages._ui import identity
from pages._ui.public.layout import masthead
from pages._ui.public.style import dress_public_page, dress_wall
from pages._ui.registry import public_screen
from pages._ui.run import send_to
from pages._ui.widgets import show_error
from qs import db
from qs.actor import PUBLIC, Actor
from qs.complaints.challenges import Challenge, issue_challenge
from qs.db import Database
from qs.errors import QualityError
from qs.i18n import use_language
from qs.periods import local_day
from qs.settings import settings
from qs.web.downloads import keep_for_download
from qs.web.gateway import SESSION

T = TypeVar("T")
CHALLENGE = "qs_challenge"  # what this tab has to solve
SAID = "qs_said"  # what was just handed in from this tab, to be thanked for after the rerun; gone with the tab


@dataclass(frozen=True)
class PublicPage:
    """One run of one public page."""

    name: str
    actor: Actor
    now: datetime  # UTC; the one moment of this run
    database: Database
    is_staff: bool  # somebody of the office is signed in in this browser
    address: str  # where the visitor comes from; only its keyed hash is ever kept
    device: str  # the visitor's browser, by its own cookie; kept as a hash of the day

    @property
    def path(self) -> str:
        """The address of what is on screen, without codes: those are not repeated in links."""
        kept = {key: value for key, value in st.query_params.to_dict().items() if key not in {"code", "point"}}
        return f"/{self.name}?{urlencode(kept)}" if kept else f"/{self.name}"


def open_public(name: str) -> PublicPage:
    """The first statement of every public page: language and look of the visitor, and who acts."""
    page = enter(name)
    if public_screen(name).folder:
        dress_public_page()
        masthead(name, back=page.path)
    else:
        dress_wall()
    return page


def enter(name: str) -> PublicPage:
    """The page without its look: also for a part of it that runs again by itself."""
    use_language(identity.language_for(None))
    is_staff = identity.principal().startswith(SESSION)
    now = datetime.now(UTC)
    return PublicPage(name, PUBLIC, now, db.database(), is_staff, identity.address(), identity.browser_hash())


@contextmanager
def speaking(page: PublicPage) -> Iterator[Session]:
    """One transaction for what a visitor hands in. Commits and reruns; or rolls back and says what to do next."""
    before = st.session_state.get(SAID)
    try:
        with page.database.writing() as session:
            yield session
    except QualityError as error:
        st.session_state[SAID] = before
        show_error(error)
        return
    st.rerun()


def hand_out(content: bytes, file_name: str, media_type: str) -> None:
    """Send a file to this browser alone, under an address that is good for a minute."""
    principal = identity.principal()
    send_to(keep_for_download(content, file_name=file_name, media_type=media_type, principal=principal))


def address_hash(session: Session, page: PublicPage) -> str:
    """Where the visitor comes from, as a keyed hash that changes every day: enough for limits, useless to follow."""
    key: bytes = session.info["audit_key"]
    today = local_day(page.now, settings().zone)
    return hmac.new(key, f"address {today.isoformat()} {page.address}".encode(), hashlib.sha256).hexdigest()


def challenge(page: PublicPage, form: str) -> Challenge:
    """The sum this tab has to do before it may send a form; the same one while the form is open."""
    kept = st.session_state.get(CHALLENGE)
    if not isinstance(kept, Challenge):
        with page.database.reading() as session:
            kept = issue_challenge(session, form, actor=page.actor, now=page.now)
        st.session_state[CHALLENGE] = kept
    return kept


def forget_challenge() -> None:
    """The next form gets a sum of its own: this one was used or has expired."""
    st.session_state.pop(CHALLENGE, None)


def keep_said(said: object) -> None:
    """Remember what was handed in, for the thanks after the rerun. Undone when the transaction fails."""
    st.session_state[SAID] = said


def said(kind: type[T]) -> T | None:
    """What was just handed in from this tab, if it is of this kind."""
    kept = st.session_state.get(SAID)
    return kept if isinstance(kept, kind) else None


def forget_said() -> None:
    st.session_state.pop(SAID, None)
