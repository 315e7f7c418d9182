"""The door of every page: who may come in, one moment for the run, and transactions with words for what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import streamlit as st
from sqlalchemy.orm import Session

from pages._ui import identity
from pages._ui.run import Page, address_of, begin, current_page, go
from pages._ui.screens import change_password_screen, not_allowed_screen, sign_in_screen
from pages._ui.widgets import show_error
from qs import db
from qs.access.queries import open_session
from qs.actor import Permission
from qs.errors import Conflict, NotAllowed, QualityError

__all__ = ["Page", "current_page", "go", "guarded_fragment", "open_page", "reading", "saving", "saving_each"]

P, T = ParamSpec("P"), TypeVar("T")
DONE = "qs_done"  # a sentence kept over the rerun after a saving, shown once


class RightsChanged(Conflict):
    """The rights on the screen are not those in the store any more."""

    code = "rights_changed"


class SignedOut(NotAllowed):
    """The session ended while the page was open."""

    code = "signed_out"


def open_page(name: str, *, needs: Permission | None = None) -> Page:
    """The first statement of every page. Shows the sign-in or "not allowed" screen and stops the run when it must."""
    now = datetime.now(UTC)
    found = identity.signed_in(now)
    if found is None:
        sign_in_screen(address_of(name))
        st.stop()
    page = begin(name, found, now)
    if found.must_change_password:
        change_password_screen(page)
        st.stop()
    if needs is not None and not page.actor.has(needs):
        not_allowed_screen()
        st.stop()
    if done := st.session_state.pop(DONE, None):
        st.toast(done, icon=":material/check:")
    return page


@contextmanager
def reading() -> Iterator[Session]:
    """A session that sees one state of the store."""
    with db.database().reading() as session:
        yield session


@contextmanager
def saving(page: Page, *, done: str | None = None, stays: bool = False) -> Iterator[Session]:
    """One transaction for one click. Commits, keeps `done` for a toast and reruns; or rolls back and says why.

    `stays`: no rerun, for what the act returns and the screen shows only once.
    The session and the rights are read again inside the transaction: what was revoked a moment ago is revoked.
    """
    try:
        with page.database.writing() as session:
            check_unchanged(page, session)
            yield session
    except QualityError as error:
        show_error(error)
        return
    if done is not None:
        st.session_state[DONE] = done
    if not stays:
        st.rerun()


def saving_each(page: Page, subjects: Iterable[T], act: Callable[[Session, T], object]) -> list[tuple[T, QualityError]]:
    """One transaction for each of several things. Returns those that were refused with the reason; the others stand.

    Not one for all: the acts would hold each other's rows and the end of the trail, and wait for each other for ever.
    """
    refused: list[tuple[T, QualityError]] = []
    for one in subjects:
        try:
            with page.database.writing() as session:
                check_unchanged(page, session)
                act(session, one)
        except QualityError as error:
            refused.append((one, error))
    return refused


def check_unchanged(page: Page, session: Session) -> None:
    found = open_session(session, page.session.token_hash, now=datetime.now(UTC))
    if found is None:
        raise SignedOut
    if found.actor.grants != page.actor.grants:
        raise RightsChanged


def guarded_fragment(
    *, needs: Permission | None = None, run_every: float | None = None
) -> Callable[[Callable[Concatenate[Page, P], None]], Callable[P, None]]:
    """A part of a page that reruns alone: `def board(page, …)` gets a fresh Page each time, rights read again.

    When the session ended or the right is gone, the whole page reruns and shows why; the updates stop with it.
    """

    def decorate(draw: Callable[Concatenate[Page, P], None]) -> Callable[P, None]:
        @st.fragment(run_every=run_every)
        @wraps(draw)
        def part(name: str, /, *args: P.args, **kwargs: P.kwargs) -> None:
            now = datetime.now(UTC)
            found = identity.signed_in(now)
            if found is None or found.must_change_password or (needs is not None and not found.actor.has(needs)):
                st.rerun()
            draw(begin(name, found, now), *args, **kwargs)

        @wraps(draw)
        def placed(*args: P.args, **kwargs: P.kwargs) -> None:
            part(current_page().name, *args, **kwargs)

        return placed

    return decorate
