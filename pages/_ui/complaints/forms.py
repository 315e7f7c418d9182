"""What the forms of the request desk share: taking a step as it was shown, service, outcome, limits, prepared words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

import streamlit as st

from pages._ui.choices import keep
from pages._ui.complaints.lists import due_words
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, show_error
from qs.actor import Permission
from qs.attachments.terms import LARGEST_BYTES, Upload
from qs.complaints.details import RequestDetail
from qs.complaints.handling.outlook import outlook
from qs.complaints.handling.templates import filled_template, templates_for
from qs.complaints.terms import REPLY_OUTCOMES, CallBackAnswer, Outcome, TemplatePurpose, Urgency
from qs.directory.queries import services
from qs.errors import QualityError
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

Form = Callable[[Page, RequestDetail, int], None]
FILE_KINDS = ["pdf", "png", "jpg", "jpeg", "docx", "xlsx"]


def shut() -> None:
    """Take the open form out of the address."""
    keep("do", None)
    keep("v", None)


def take(
    page: Page,
    detail: RequestDetail,
    version: int,
    step: Callable[..., object],
    *said: str | int | StrEnum | CallBackAnswer | None,
    done: str,
    **chosen: str | int | bool | StrEnum | Sequence[Upload] | None,
) -> None:
    """Take a step of the request as it was shown, with what was said and chosen; then the form is shut."""
    with saving(page, done=done) as session:
        step(session, detail.request_id, *said, version=version, actor=page.actor, now=page.now, **chosen)
        shut()


def service_names(page: Page, permission: Permission) -> dict[int, str]:
    """Id -> service and unit, of those that run today and that this person reaches with the permission."""
    with reading() as session:
        frame = services(session, actor=page.actor, permission=permission, day=local_day(page.now, settings().zone))
    frame = frame[frame["is_open"]]
    return {
        int(row[0]): _("{service} · {unit}").format(service=pick(row[1], row[2]), unit=pick(row[3], row[4]))
        for row in frame[["service_id", "name", "name_en", "provider", "provider_en"]].itertuples(index=False)
    }


def service_field(
    page: Page, chosen_id: int | None, *, key: str, permission: Permission, words: str = "", first: Sequence[int] = ()
) -> int | None:
    """The service that is to handle a request, chosen by typing a part of its name or of its unit.

    `first`: services to stand at the top of the list.
    """
    names = service_names(page, permission)
    ids = [*(one for one in first if one in names), *(one for one in names if one not in first)]
    picked: int | None = st.selectbox(
        words or _("Service"),
        ids,
        index=ids.index(chosen_id) if chosen_id in names else None,
        format_func=lambda one: names.get(one, ""),
        placeholder=_("Type a part of the name"),
        key=key,
    )
    return picked


def files_field(words: str, *, key: str) -> tuple[Upload, ...]:
    """Pictures and documents to be kept; what they may be is checked by the act that keeps them."""
    chosen = st.file_uploader(
        words, type=FILE_KINDS, accept_multiple_files=True, max_upload_size=LARGEST_BYTES >> 20, key=key
    )
    return tuple(Upload(one.name, one.getvalue()) for one in chosen)


def outcome_field(usual: Outcome, *, key: str) -> Outcome:
    chosen: Outcome = st.selectbox(
        _("Outcome"), REPLY_OUTCOMES, index=REPLY_OUTCOMES.index(usual), format_func=label, key=key
    )
    return chosen


def prepared_words(
    page: Page, detail: RequestDetail, purpose: TemplatePurpose, *, into: str, outcome: Outcome | None = None
) -> None:
    """Words prepared for such a case; the chosen ones are written into the field `into`, to be completed there."""
    with reading() as session:
        found = templates_for(session, purpose, kind=detail.kind, outcome=outcome, actor=page.actor)
        titles = {one.id: one.title for one in found}
    if not titles:
        return

    def write() -> None:
        chosen = st.session_state[f"{into}_words"]
        if chosen is not None:
            st.session_state[into] = words_of(page, chosen, detail.request_id)

    st.selectbox(
        _("Prepared words"),
        list(titles),
        index=None,
        format_func=lambda one: titles.get(one, ""),
        placeholder=_("Choose, then complete them below"),
        on_change=write,
        key=f"{into}_words",
    )


def words_of(page: Page, template_id: int, request_id: int) -> str:
    """The prepared words filled in for a request; empty, with the reason shown, when something is missing."""
    try:
        with reading() as session:
            return filled_template(session, template_id, request_id, actor=page.actor, now=page.now)
    except QualityError as error:
        show_error(error)
        return ""


def limits_note(page: Page, pack: str, urgency: Urgency, starts_at: datetime) -> None:
    """What the limits of a request would be under a pack and an urgency."""
    with reading() as session:
        found = outlook(session, pack=pack, urgency=urgency, starts_at=starts_at, actor=page.actor)
    parts = []
    if found.dispatch_at is not None:
        parts.append(_("dispatch by {moment}").format(moment=due_words(found.dispatch_at, page.now)))
    if found.handle_at is not None:
        parts.append(_("answer by {moment}").format(moment=due_words(found.handle_at, page.now)))
    note(_("Limits: {limits}").format(limits=_(", ").join(parts)) if parts else _("This pack sets no limit for it."))
    if urgency is Urgency.DANGER:
        danger_warning()


def danger_warning() -> None:
    st.warning(
        _("Danger to life or property: have them call 110, 119 or 120 at once; dispatch within the hour."),
        icon=":material/emergency:",
    )
