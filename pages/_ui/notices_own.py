"""Notices to the person on the screen: what is new, where it leads, and that it was read."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from pages._ui.page import Page, reading, saving
from pages._ui.registry import FRONT, SCREENS
from pages._ui.widgets import note, plain, section
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number
from qs.notices import actions, queries
from qs.notices.terms import Strength

KNOWN = {screen.name for screen in SCREENS}
SIGNS = {Strength.ACT: "priority_high", Strength.REVIEW: "info", Strength.WATCH: "visibility"}
LISTED = 4


def unread_part(page: Page) -> None:
    """What was told to the person and not read yet; nothing at all when there is none."""
    with reading() as session:
        found, count = queries.unread_notices(session, actor=page.actor, most=LISTED)
    if not count:
        return
    section(_("Notices to you"), ngettext("{n} unread", "{n} unread", count).format(n=number(count)))
    with st.container(border=True, gap="small"):
        for row in found.itertuples():
            line(page, int(row.notice_id), str(row.subject), str(row.link), f"{moment(row.queued_at)}", row.strength)
        if count > len(found):
            note(ngettext("and {n} more", "and {n} more", count - len(found)).format(n=number(count - len(found))))
        if st.button(_("Mark all as read"), icon=":material/done_all:", key="notices_read", type="tertiary"):
            with saving(page) as session:
                actions.mark_read(session, actor=page.actor, now=page.now)


def line(page: Page, notice_id: int, subject: str, link: str, when: str, strength: Strength) -> None:
    """One notice: what, when, and the button that opens it and notes that it was read."""
    words, button = st.columns([2.4, 1], gap="small", vertical_alignment="center")
    words.markdown(f":material/{SIGNS[strength]}: {plain(subject)}  \n:small[:gray[{plain(when)}]]")
    place = place_of(link)
    label = _("Read it") if place is None else _("Open it")
    if not button.button(label, key=f"notice_{notice_id}", width="stretch"):
        return
    with saving(page, stays=place is not None) as session:
        actions.mark_read(session, actor=page.actor, now=page.now, notice_id=notice_id)
    if place is not None:
        name, query = place
        st.switch_page(f"../{name}.py", query_params=query)


def place_of(link: str) -> tuple[str, dict[str, str]] | None:
    """The screen and its query that a link leads to; None when it leads to none of them."""
    parts = urlsplit(link)
    name = parts.path.strip("/") or FRONT
    return (name, dict(parse_qsl(parts.query))) if link and name in KNOWN else None
