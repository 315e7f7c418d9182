"""What can be done with one request now: what its state waits for, few buttons, the rest in a menu, one form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from pages._ui.choices import keep, kept_id
from pages._ui.complaints import aftermath, calls, dispatch, handling, office
from pages._ui.complaints.forms import Form, shut
from pages._ui.page import Page, saving
from pages._ui.widgets import note, section
from qs.actor import Actor, Permission
from qs.complaints import actions
from qs.complaints.details import RequestDetail
from qs.complaints.handling import pauses
from qs.complaints.handling.co_units import CoUnitRow
from qs.complaints.rules import is_call_back_due, is_rework_possible
from qs.complaints.terms import Outcome, RequestKind, RequestState, Supervision
from qs.i18n import N_
from qs.i18n import gettext as _

P = Permission
FORMS: dict[str, Form] = {
    **handling.FORMS,
    **office.FORMS,
    **calls.FORMS,
    **aftermath.FORMS,
}
AT_ONCE: dict[str, tuple[Callable[..., None], str]] = {  # steps that ask for nothing more
    "sign": (actions.sign_request, N_("Signed for: you are the handler now.")),
    "resume": (pauses.resume_request, N_("The clock runs on; the time it stood is added.")),
}
BUTTONS = 3  # beside each other; what is left stands in a menu


@dataclass(frozen=True)
class Next:
    """One thing that can be done. `is_now`: it is what the state waits for; `is_rare`: it stands in the menu.

    `is_apart`: its button stands beside what it changes.
    """

    code: str
    label: str
    icon: str
    is_now: bool = False
    is_rare: bool = False
    is_apart: bool = False


def next_steps(page: Page, detail: RequestDetail) -> None:
    """The buttons of this state for this person, or the form of the step that was chosen."""
    offered = possible(detail, page.actor)
    chosen = st.query_params.get("do")
    found = next((one for one in offered if one.code == chosen), None)
    if found is not None and found.code in FORMS:
        with st.container(border=True, gap="small"):
            section(found.label)
            FORMS[found.code](page, detail, shown_version(detail))
            if st.button(_("Cancel"), type="tertiary", key="step_cancel"):
                shut()
                st.rerun()
        return
    if dispatch.may_decide(page, detail):
        dispatch.decision(page, detail, detail.version)
    handler_line(page, detail, offered)
    buttons(page, detail, [one for one in offered if not one.is_apart])


def handler_line(page: Page, detail: RequestDetail, offered: Sequence[Next]) -> None:
    """Who handles it now while it is handled, and the way to change that for those who may."""
    if detail.state not in HANDLED_IN:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        note(handling.handler_words(detail))
        for one in offered:
            if one.is_apart and st.button(
                one.label, icon=f":material/{one.icon}:", type="tertiary", key=f"step_{one.code}"
            ):
                begin(page, detail, one.code)


def buttons(page: Page, detail: RequestDetail, offered: Sequence[Next]) -> None:
    usual = [one for one in offered if not one.is_rare][:BUTTONS]
    rest = [one for one in offered if one not in usual]
    with st.container(horizontal=True, gap="small"):
        for one in usual:
            pressed = st.button(
                one.label,
                icon=f":material/{one.icon}:",
                type="primary" if one.is_now else "secondary",
                key=f"step_{one.code}",
            )
            if pressed:
                begin(page, detail, one.code)
        if rest:
            labels = {one.code: one.label for one in rest}
            picked = st.menu_button(
                _("More"), list(labels), format_func=labels.__getitem__, key=f"step_more_{detail.version}"
            )
            if picked is not None:
                begin(page, detail, picked)


def begin(page: Page, detail: RequestDetail, code: str) -> None:
    """Take a step that asks for nothing more, or open its form."""
    if code in AT_ONCE:
        act, words = AT_ONCE[code]
        with saving(page, done=_(words)) as session:
            act(session, detail.request_id, version=detail.version, actor=page.actor, now=page.now)
        return
    keep("do", code)
    keep("v", str(detail.version))
    st.rerun()


def shown_version(detail: RequestDetail) -> int:
    """The version the person saw when the form was opened; says so when somebody has changed it since."""
    seen = kept_id("v") or detail.version
    if seen != detail.version:
        st.warning(_("Somebody has worked on this request since you opened this form. Look at it before you go on."))
        if st.button(_("I have looked; go on"), key="step_seen"):
            keep("v", str(detail.version))
            st.rerun()
    return seen


def possible(detail: RequestDetail, actor: Actor) -> list[Next]:
    """What this person may do in this state, what it waits for first."""
    found = STATES[detail.state](detail, actor)
    if detail.state is RequestState.CLOSED:
        return [*found, *aside(detail, actor), *rectifying(detail, actor)]
    if own_task(detail, actor) is not None:
        found.insert(0, Next("report", _("Report to the lead"), "assignment_turned_in", is_now=not found))
    beside = aside(detail, actor)
    found += [one for one in beside if not one.is_rare]
    if any(actor.has(right) for right in actions.WRITING):
        found.append(Next("write", _("Write"), "chat"))
    if actor.has(P.COMPLAINTS_HANDLE) and detail.supervision is not None:
        found.append(Next("statement", _("Account to the office"), "gavel"))
    rare = [one for one in beside if one.is_rare]
    return [*found, *rare, *arranging(detail, actor), *rectifying(detail, actor)]


def aside(detail: RequestDetail, actor: Actor) -> list[Next]:
    """What stands beside the line: reviews, merges, exclusions, recusals, spam."""
    return [Next(*one) for one in aftermath.offered(detail, actor)]


def arranging(detail: RequestDetail, actor: Actor) -> list[Next]:
    """What puts an open request in order: its class, its words, helping units, supervision."""
    found = []
    if actor.has(P.COMPLAINTS_DISPATCH):
        if detail.state in CLASSIFIED_IN:
            found.append(Next("classify", _("Classify"), "category", is_rare=True))
        found.append(Next("edit", _("Put the words right"), "edit_note", is_rare=True))
    asks = actor.has(P.COMPLAINTS_DISPATCH) or actor.has(P.COMPLAINTS_HANDLE)
    if asks and detail.state in (RequestState.DISPATCHED, RequestState.IN_PROGRESS):
        found.append(Next("co_unit", _("Ask another unit to help"), "group_add", is_rare=True))
    if actor.has_everywhere(P.COMPLAINTS_APPROVE) and detail.supervision is not Supervision.INTERVIEW:
        found.append(Next("supervise", _("Supervise it"), "visibility", is_rare=True))
    return found


HANDLED_IN = (RequestState.IN_PROGRESS, RequestState.PAUSED)
CLASSIFIED_IN = (
    RequestState.REGISTERED,
    RequestState.DISPATCHED,
    RequestState.RETURNED,
    RequestState.IN_PROGRESS,
    RequestState.PAUSED,
)


def rectifying(detail: RequestDetail, actor: Actor) -> list[Next]:
    """A rectification, when the matter may be more than one case and none was ordered yet."""
    if (
        actor.has(P.RECTIFICATIONS_ORDER)
        and actor.has(P.COMPLAINTS_DISPATCH)
        and detail.service_id is not None
        and detail.rectification_id is None
        and detail.kind not in (RequestKind.CONSULTATION, RequestKind.PRAISE)
    ):
        return [Next("rectify", _("Order a rectification"), "build_circle", is_rare=True)]
    return []


def own_task(detail: RequestDetail, actor: Actor) -> CoUnitRow | None:
    """What a unit of this person may still have to report to the lead; the form looks whose it is."""
    if not actor.has(P.COMPLAINTS_HANDLE):
        return None
    return next((one for one in detail.co_units if one.reported_at is None), None)


def when_registered(detail: RequestDetail, actor: Actor) -> list[Next]:
    found = []
    if actor.has(P.COMPLAINTS_REGISTER):
        found.append(Next("answer", _("Answer on the spot"), "check"))
    if actor.has(P.COMPLAINTS_APPROVE) or actor.has(P.COMPLAINTS_REGISTER):
        found.append(Next("refuse", _("Do not accept"), "block"))
    return found


def when_dispatched(detail: RequestDetail, actor: Actor) -> list[Next]:
    if not actor.has(P.COMPLAINTS_HANDLE):
        return []
    found = [Next("sign", _("Sign for it"), "draw", is_now=True)]
    return found if detail.lead_unit_id else [*found, Next("return", _("Return"), "reply_all")]


def when_returned(detail: RequestDetail, actor: Actor) -> list[Next]:
    return [Next("refuse", _("Do not accept"), "block")] if actor.has(P.COMPLAINTS_APPROVE) else []


def when_in_progress(detail: RequestDetail, actor: Actor) -> list[Next]:
    found = []
    is_asked = detail.extension_asked_at is not None and detail.extension_decided_at is None
    may_decide = actor.has(P.COMPLAINTS_APPROVE) and actor.person_id != detail.handler_id
    if is_asked and may_decide and actor.person_id != detail.extension_asked_by_id:
        found.append(Next("decide", _("Decide on the extension"), "more_time", is_now=True))
    if detail.pause_asked_at is not None and may_decide and actor.person_id != detail.pause_asked_by_id:
        found.append(Next("decide_pause", _("Decide on the pause"), "pause_circle", is_now=True))
    if actor.has(P.COMPLAINTS_HANDLE):
        found.append(Next("reply", _("Reply"), "edit", is_now=True))
        if detail.extension_asked_at is None and detail.overdue_at is None:
            found.append(Next("extend", _("Ask for more time"), "more_time"))
        if detail.pause_asked_at is None and detail.overdue_at is None:
            found.append(Next("pause", _("Ask for a pause"), "pause_circle", is_rare=True))
        found.append(another_handler())
    return found


def another_handler() -> Next:
    return Next("reassign", _("Change the handler"), "manage_accounts", is_apart=True)


def when_paused(detail: RequestDetail, actor: Actor) -> list[Next]:
    if not (actor.has(P.COMPLAINTS_HANDLE) or actor.has(P.COMPLAINTS_APPROVE)):
        return []
    found = [Next("resume", _("Let the clock run on"), "play_arrow", is_now=True)]
    return [*found, another_handler()] if actor.has(P.COMPLAINTS_HANDLE) else found


def when_replied(detail: RequestDetail, actor: Actor) -> list[Next]:
    if not actor.has(P.COMPLAINTS_CALL_BACK) or actor.person_id == detail.handler_id:
        return []
    return [Next("verify", _("Verify the reply"), "fact_check", is_now=True)]


def when_verified(detail: RequestDetail, actor: Actor) -> list[Next]:
    if not actor.has(P.COMPLAINTS_CALL_BACK) or actor.person_id == detail.handler_id:
        return []
    is_due = is_call_back_due(
        has_contact=detail.vault_person_id is not None and detail.unit_id is not None,
        wants_reply=detail.wants_reply,
        failed_calls=detail.failed_call_count,
    )
    call = Next("call", _("Call back"), "call", is_now=is_due)
    if is_due:
        return [call]
    close = Next("close", _("Close"), "task_alt", is_now=True)
    return [close, call] if detail.vault_person_id else [close]


def when_called_back(detail: RequestDetail, actor: Actor) -> list[Next]:
    if not actor.has(P.COMPLAINTS_CALL_BACK) or actor.person_id == detail.handler_id:
        return []
    last = detail.calls[-1] if detail.calls else None
    is_unsolved = last is not None and last.is_solved is False and is_rework_possible(detail.rework_count)
    found = [Next("close", _("Close"), "task_alt", is_now=not is_unsolved)]
    if is_rework_possible(detail.rework_count):
        found.insert(0 if is_unsolved else 1, Next("rework", _("Send back for rework"), "replay", is_now=is_unsolved))
    return found


def when_closed(detail: RequestDetail, actor: Actor) -> list[Next]:
    """A merged request is called about the answer to its master."""
    is_merged = detail.master_id is not None and detail.outcome is Outcome.DUPLICATE
    if is_merged and actor.has(P.COMPLAINTS_CALL_BACK) and detail.vault_person_id is not None:
        return [Next("call", _("Call back"), "call")]
    return []


STATES: dict[RequestState, Callable[[RequestDetail, Actor], list[Next]]] = {
    RequestState.REGISTERED: when_registered,
    RequestState.DISPATCHED: when_dispatched,
    RequestState.RETURNED: when_returned,
    RequestState.IN_PROGRESS: when_in_progress,
    RequestState.PAUSED: when_paused,
    RequestState.REPLIED: when_replied,
    RequestState.VERIFIED: when_verified,
    RequestState.CALLED_BACK: when_called_back,
    RequestState.CLOSED: when_closed,
}
