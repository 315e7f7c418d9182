"""What can be done with one request now: few buttons, and the form of the one that was chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages._ui.choices import keep, kept_id
from pages._ui.complaints_forms import FORMS, shut
from pages._ui.page import Page, saving
from pages._ui.widgets import section
from qs.actor import Actor, Permission
from qs.complaints import actions, call_backs, pauses
from qs.complaints.details import RequestDetail
from qs.complaints.rules import is_call_back_due, is_rework_possible
from qs.complaints.terms import (
    RequestKind,
    RequestState,
)
from qs.i18n import N_
from qs.i18n import gettext as _

P = Permission


AT_ONCE: dict[str, tuple[Callable[..., None], str]] = {  # steps that ask for nothing more
    "sign": (actions.sign_request, N_("Signed for: you are the handler now.")),
    "verify": (call_backs.verify_reply, N_("Verified: the requester is called back next.")),
    "resume": (pauses.resume_request, N_("The clock runs on; the time it stood is added.")),
}


@dataclass(frozen=True)
class Next:
    """One thing that can be done. `is_now`: it is what the state waits for."""

    code: str
    label: str
    icon: str
    is_now: bool = False


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
    if not offered:
        return
    with st.container(horizontal=True, gap="small"):
        for one in offered:
            button(page, detail, one)


def button(page: Page, detail: RequestDetail, one: Next) -> None:
    pressed = st.button(
        one.label,
        icon=f":material/{one.icon}:",
        type="primary" if one.is_now else "secondary",
        key=f"step_{one.code}",
    )
    if pressed and one.code in AT_ONCE:
        act, words = AT_ONCE[one.code]
        with saving(page, done=_(words)) as session:
            act(session, detail.request_id, version=detail.version, actor=page.actor, now=page.now)
    elif pressed:
        keep("do", one.code)
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
    if detail.state is not RequestState.CLOSED and any(actor.has(right) for right in actions.WRITING):
        found.append(Next("write", _("Write"), "chat"))
    if (
        actor.has(P.RECTIFICATIONS_ORDER)
        and actor.has(P.COMPLAINTS_DISPATCH)
        and detail.service_id is not None
        and detail.rectification_id is None
        and detail.kind not in (RequestKind.CONSULTATION, RequestKind.PRAISE)
    ):
        found.append(Next("rectify", _("Order a rectification"), "build_circle"))
    return found


def when_registered(detail: RequestDetail, actor: Actor) -> list[Next]:
    found = []
    if actor.has(P.COMPLAINTS_DISPATCH):
        found.append(Next("dispatch", _("Dispatch"), "send", is_now=True))
    if actor.has(P.COMPLAINTS_REGISTER):
        found.append(Next("answer", _("Answer on the spot"), "check"))
    if actor.has(P.COMPLAINTS_APPROVE):
        found.append(Next("refuse", _("Do not accept"), "block"))
    return found


def when_dispatched(detail: RequestDetail, actor: Actor) -> list[Next]:
    if not actor.has(P.COMPLAINTS_HANDLE):
        return []
    found = [Next("sign", _("Sign for it"), "draw", is_now=True)]
    return found if detail.lead_unit_id else [*found, Next("return", _("Return"), "reply_all")]


def when_returned(detail: RequestDetail, actor: Actor) -> list[Next]:
    found = []
    may_rule = actor.has_everywhere(P.COMPLAINTS_APPROVE) and actor.has(P.COMPLAINTS_DISPATCH)
    if may_rule:
        found.append(Next("rule", _("Rule and dispatch"), "gavel", is_now=True))
    if actor.has(P.COMPLAINTS_DISPATCH):
        found.append(Next("dispatch", _("Dispatch again"), "send", is_now=not may_rule))
    if actor.has(P.COMPLAINTS_APPROVE):
        found.append(Next("refuse", _("Do not accept"), "block"))
    return found


def when_in_progress(detail: RequestDetail, actor: Actor) -> list[Next]:
    found = []
    is_asked = detail.extension_asked_at is not None and detail.extension_decided_at is None
    if is_asked and actor.has(P.COMPLAINTS_APPROVE) and actor.person_id != detail.extension_asked_by_id:
        found.append(Next("decide", _("Decide on the extension"), "more_time", is_now=True))
    if actor.has(P.COMPLAINTS_HANDLE):
        found.append(Next("reply", _("Reply"), "edit", is_now=True))
        if detail.extension_asked_at is None and detail.overdue_at is None:
            found.append(Next("extend", _("Ask for more time"), "more_time"))
    return found


def when_paused(detail: RequestDetail, actor: Actor) -> list[Next]:
    if not (actor.has(P.COMPLAINTS_HANDLE) or actor.has(P.COMPLAINTS_APPROVE)):
        return []
    return [Next("resume", _("Let the clock run on"), "play_arrow", is_now=True)]


def when_replied(detail: RequestDetail, actor: Actor) -> list[Next]:
    if not actor.has(P.COMPLAINTS_CALL_BACK) or actor.person_id == detail.handler_id:
        return []
    found = [Next("verify", _("Verify the reply"), "fact_check", is_now=True)]
    if is_rework_possible(detail.rework_count):
        found.append(Next("rework", _("Send back for rework"), "replay"))
    return found


def when_verified(detail: RequestDetail, actor: Actor) -> list[Next]:
    if not actor.has(P.COMPLAINTS_CALL_BACK) or actor.person_id == detail.handler_id:
        return []
    is_due = is_call_back_due(
        has_contact=detail.vault_person_id is not None,
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
