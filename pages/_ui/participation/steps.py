"""Parts of the participation screens: histories, forms of one text or one verdict, choices of areas and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from pages._ui.choices import words_by_code
from pages._ui.page import Page, reading, saving
from pages._ui.tables import offer_download
from pages._ui.widgets import note, show_text
from qs.attachments.terms import LARGEST_BYTES, KeptFile, Upload
from qs.directory.queries import areas
from qs.i18n import gettext as _
from qs.i18n import moment, pick
from qs.participation import details
from qs.participation.terms import Station, Verdict
from qs.sentences import label

FILE_KINDS = ["pdf", "png", "jpg", "jpeg", "docx", "xlsx"]


def history(steps: Sequence[Station], *kinds: type[StrEnum]) -> None:
    """Who did what, when: newest first. The states are members of one of `kinds`."""
    with st.container(gap="xxsmall"):
        for step in reversed(steps):
            who = pick(step.person, step.person_en) or _("the public, or QS itself")
            note(
                _("{moment} · {state} · {person}").format(
                    moment=moment(step.at), state=state_words(step.to_status, kinds), person=who
                )
            )
            if step.note:
                show_text(step.note)


def state_words(value: str, kinds: Iterable[type[StrEnum]]) -> str:
    for kind in kinds:
        if value in {member.value for member in kind}:
            return label(kind(value))
    return value


def text_form(
    page: Page,
    key: str,
    words: str,
    button: str,
    act: Callable[[Session, str], object],
    *,
    done: str,
    help_text: str = "",
) -> None:
    """A form of one text and one button; `act` gets the session and the text."""
    with st.form(key, border=False):
        text = st.text_area(words, key=f"{key}_text", max_chars=4000, help=help_text or None)
        pressed = st.form_submit_button(button, type="primary", key=f"{key}_save")
    if pressed:
        with saving(page, done=done) as session:
            act(session, text or "")


def bilingual_form(
    page: Page, key: str, words: str, button: str, act: Callable[[Session, str, str], object], *, done: str
) -> None:
    """A form of one text and the same in English; `act` gets the session and both."""
    with st.form(key, border=False):
        text = st.text_area(words, key=f"{key}_text", max_chars=4000)
        text_en = st.text_area(_("The same in English"), key=f"{key}_text_en", max_chars=4000, height=68)
        pressed = st.form_submit_button(button, type="primary", key=f"{key}_save")
    if pressed:
        with saving(page, done=done) as session:
            act(session, text or "", text_en or "")


def verdict_form(page: Page, key: str, act: Callable[[Session, Verdict, str, str], object]) -> None:
    """What becomes of something somebody said, in short and why; `act` gets the session and the three."""
    with st.form(key, border=False):
        verdict = verdict_choice(key)
        gist = st.text_input(_("In short, for the published list"), max_chars=300, key=f"{key}_gist")
        reason = st.text_area(_("Reason"), max_chars=4000, key=f"{key}_reason")
        pressed = st.form_submit_button(_("Answer it"), type="primary", key=f"{key}_save")
    if pressed and verdict is None:
        st.error(_("Choose what becomes of it."), icon=":material/error:")
    elif pressed and verdict is not None:
        with saving(page, done=_("Answered.")) as session:
            act(session, verdict, gist or "", reason or "")


def area_choice(page: Page, key: str) -> int | None:
    """The area something is about; none for the whole city."""
    with reading() as session:
        found = areas(session, actor=page.actor)
    words, ids = words_by_code(found), dict(zip(found["code"], found["id"].tolist(), strict=True))
    chosen = st.selectbox(
        _("Area"),
        list(words),
        index=None,
        format_func=words.__getitem__,
        placeholder=_("The whole city"),
        key=f"{key}_area",
    )
    return None if chosen is None else int(ids[chosen])


def options(kind: type[StrEnum]) -> dict[str, str]:
    """Value -> word of every member."""
    return {member.value: label(member) for member in kind}


def verdict_choice(key: str) -> Verdict | None:
    chosen = st.radio(
        _("What becomes of it"), list(Verdict), index=None, format_func=label, horizontal=True, key=f"{key}_verdict"
    )
    return None if chosen is None else Verdict(chosen)


def file_choice(words: str, key: str) -> list[Upload]:
    chosen = st.file_uploader(
        words, type=FILE_KINDS, accept_multiple_files=True, key=f"{key}_files", max_upload_size=LARGEST_BYTES >> 20
    )
    return [Upload(file.name, file.getvalue()) for file in chosen]


def file_list(page: Page, kind: str, row_id: int, files: Sequence[KeptFile]) -> None:
    """The kept files as buttons that hand them out."""
    with st.container(horizontal=True, gap="small"):
        for file in files:
            offer_download(
                page,
                file.file_name,
                file.file_name,
                lambda file_id=file.file_id: content(page, kind, row_id, file_id),
                file.media_type.value,
                key=f"file_{file.file_id}",
            )


def content(page: Page, kind: str, row_id: int, file_id: int) -> bytes:
    with reading() as session:
        return details.staff_document(session, kind, row_id, file_id, actor=page.actor)


def labels_of(values: Iterable[str], kind: type[StrEnum]) -> list[str]:
    """The words of a column of enum values; empty where there is none."""
    return [label(kind(value)) if value else "" for value in values]


def first_of(found: pd.DataFrame, column: str) -> int | None:
    """The id on top of a list: what is open until somebody chooses another one."""
    return None if found.empty else int(found.iloc[0][column])


def picked_first(mapping: Mapping[str, str], wanted: str | None) -> int | None:
    """Where a wanted key stands among the options of a box."""
    return list(mapping).index(wanted) if wanted is not None and wanted in mapping else None
