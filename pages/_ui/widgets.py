"""The parts every screen is made of: heading with the account, sections, notes, inert text, empty and error states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

import streamlit as st

from pages._ui.run import Page, address_of, current_page, go, redirect
from qs.errors import InvalidInput, QualityError
from qs.i18n import LANGUAGE_NAMES, Language, language, ngettext
from qs.i18n import gettext as _
from qs.sentences import error_sentence, problem_sentence
from qs.web.sign_in import LANGUAGE_PATH, sign_out

LISTED_PROBLEMS = 20
MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$^=])")
DIRECTIVE = re.compile(r":(?=[A-Za-z])")
WORD_JOINER = "\u2060"  # invisible; keeps `:name:` from becoming an icon or a colour


@dataclass(frozen=True)
class Action:
    """One button beside a heading. `key` is what `head` returns when it is pressed."""

    key: str
    label: str
    icon: str = ""  # a Material symbol
    is_primary: bool = False
    is_disabled: bool = False


def head(title: str, note_text: str = "", *, actions: Sequence[Action] = ()) -> str | None:
    """The heading of a page: its finding as a title, the facts behind it below, buttons and the account at the right.

    Returns the key of the pressed button. Texts are shown inert.
    """
    pressed = None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"# {plain(title)}", anchors=False)
            if note_text:
                note(note_text)
        for action in actions:
            if action_button(action):
                pressed = action.key
        account_menu(current_page())
    return pressed


def action_button(action: Action) -> bool:
    return st.button(
        action.label,
        icon=f":material/{action.icon}:" if action.icon else None,
        type="primary" if action.is_primary else "secondary",
        disabled=action.is_disabled,
        key=f"head_{action.key}",
    )


def account_menu(page: Page) -> None:
    other = Language.EN if language() is Language.ZH else Language.ZH
    words = {"account": _("My account"), "language": LANGUAGE_NAMES[other], "sign_out": _("Sign out")}
    choice = st.menu_button(
        plain(page.actor.name),
        list(words),
        format_func=words.__getitem__,
        icon=":material/account_circle:",
        type="tertiary",
        key="account_menu",
    )
    if choice == "account":
        go("account")
    elif choice == "language":
        switch_language(other, back=address_of(page.name))
    elif choice == "sign_out":
        leave(page)


def switch_language(wanted: Language, *, back: str) -> None:
    redirect(f"{LANGUAGE_PATH}?{urlencode({'to': wanted.value, 'back': back})}")


def leave(page: Page) -> None:
    """Sign out here: end the session in the store, then let the browser drop its cookie."""
    now = datetime.now(UTC)
    redirect(sign_out(page.database, page.session.token_hash, actor=page.actor, now=now))


def section(title: str, note_text: str = "", *, icon: str = "") -> None:
    """The heading of a part of a page, with an optional remark beside it."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        sign = f":material/{icon}: " if icon else ""
        st.markdown(f"### {sign}{plain(title)}", anchors=False, width="content")
        if note_text:
            note(note_text)


def note(text: str) -> None:
    """Secondary text, dark enough to read (5.9:1; a caption is fainter)."""
    st.markdown(f":small[:gray[{plain(text)}]]", anchors=False)


def show_text(text: str) -> None:
    """Text that people wrote, shown as it is: no markup, no links, no images."""
    st.text(text)


def plain(text: str) -> str:
    """Text for a place that understands markdown, so that no sign in it means anything."""
    return DIRECTIVE.sub(f":{WORD_JOINER}", MARKDOWN_SIGNS.sub(r"\\\1", text.replace("\n", " ")))


def empty_state(title: str, text: str, *, action: Action | None = None, icon: str = "inbox") -> bool:
    """What will be here, and the button that begins it. Returns whether the button was pressed."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f":gray[:material/{icon}:]", width="content")
        st.markdown(f"**{plain(title)}**", width="content")
        st.markdown(f":small[:gray[{plain(text)}]]", width="content")
        pressed = action is not None and action_button(action)
        st.space("small")
    return pressed


def definition(term: str, facts: Sequence[tuple[str, str]]) -> None:
    """A pop-up that says what a figure means: one line for each fact, such as numerator, denominator and source."""
    with st.popover(plain(term), icon=":material/info:", type="tertiary"):
        for name, text in facts:
            st.markdown(f":small[:gray[{plain(name)}]]  \n{plain(text)}")


def show_error(error: QualityError) -> None:
    """What happened and what to do next; the problems of a refused input below, each with its place."""
    st.error(plain(error_sentence(error)), icon=":material/error:")
    if isinstance(error, InvalidInput):
        listed = error.problems[:LISTED_PROBLEMS]
        for problem in listed:
            st.text(problem_sentence(problem))
        more = error.problem_count - len(listed)
        if more > 0:
            note(ngettext("{n} more problem", "{n} more problems", more).format(n=more))
