"""Who handles it: the suggestion with its grounds and one button; a ruling where units disagree."""

from __future__ import annotations

import streamlit as st

from pages._ui.complaints.forms import service_field, shut
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, section
from qs.actor import Permission
from qs.complaints import actions
from qs.complaints.catalogue.suggestions import Suggestion, Why, suggest
from qs.complaints.details import RequestDetail
from qs.complaints.handling import co_units
from qs.complaints.rules import is_withheld
from qs.complaints.terms import TEXT_LENGTH, RequestKind, RequestState
from qs.directory.queries import services
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, pick
from qs.periods import local_day
from qs.settings import settings

P = Permission
SHOWN = 3
ANOTHER = 0  # the choice of a service that was not suggested


def may_decide(page: Page, detail: RequestDetail) -> bool:
    """True when this person decides who handles the request, and the request waits for that."""
    return detail.state in (RequestState.REGISTERED, RequestState.RETURNED) and page.actor.has(P.COMPLAINTS_DISPATCH)


def is_ruling(page: Page, detail: RequestDetail) -> bool:
    """True for a returned request before somebody whose word holds for the whole office."""
    return detail.state is RequestState.RETURNED and page.actor.has_everywhere(P.COMPLAINTS_APPROVE)


def decision(page: Page, detail: RequestDetail, version: int) -> None:
    """The likely services to choose from with the grounds of the chosen one, and the button that sends it there."""
    ruling = is_ruling(page, detail)
    section(_("Rule who handles it") if ruling else _("Who handles it"))
    found = suggestions(page, detail)
    service_id, chosen = chosen_service(page, detail, found)
    if chosen is not None:
        note(why_words(chosen.why))
    helper_id = chosen.entry.says.co_service_id if chosen and chosen.entry else None
    brief, reason, despite = texts(page, detail, ruling=ruling)
    helps = (
        helper_id is not None
        and not ruling
        and st.checkbox(
            _("Ask {service} to help, as the catalogue says").format(service=name_of(page, helper_id)),
            key="decision_help",
        )
    )
    pressed = st.button(
        _("Rule and dispatch") if ruling else _("Dispatch"),
        type="primary",
        icon=":material/gavel:" if ruling else ":material/send:",
        key="decision_save",
    )
    if not pressed:
        return
    by = {"actor": page.actor, "now": page.now}
    with saving(page, done=_("Ruled and dispatched.") if ruling else _("Dispatched.")) as session:
        to = {"service_id": service_id, "despite": despite, "version": version}
        if ruling:
            actions.rule_request(session, detail.request_id, reason, **to, **by)
        else:
            actions.dispatch_request(session, detail.request_id, brief=brief, **to, **by)
        if helps and helper_id is not None:
            task = brief or detail.brief or _("Help the lead unit with this matter and report to it.")
            helping = {"service_id": helper_id, "task": task, "version": version + 1}
            co_units.ask_co_unit(session, detail.request_id, **helping, **by)
        shut()


def suggestions(page: Page, detail: RequestDetail) -> list[Suggestion]:
    """What catalogue and past say about this matter; never the service that a report of wrongdoing is about."""
    is_report = detail.kind is RequestKind.REPORT
    named_id = None if is_report else detail.service_id
    with reading() as session:
        found = suggest(
            session,
            f"{detail.title} {detail.text}",
            detail.area_id,
            detail.kind,
            named_id=named_id,
            most=SHOWN + 1,
            actor=page.actor,
            now=page.now,
        )
    return [one for one in found if not (is_report and one.service_id == detail.service_id)][:SHOWN]


def chosen_service(page: Page, detail: RequestDetail, found: list[Suggestion]) -> tuple[int | None, Suggestion | None]:
    """The service chosen among the suggested ones, the first of them at first, or any other."""
    names = {one.service_id: name_of(page, one.service_id) for one in found} | {ANOTHER: _("Another one…")}
    picked = ANOTHER
    if found:
        picked = st.segmented_control(
            _("Service"),
            list(names),
            default=found[0].service_id,
            required=True,
            format_func=lambda one: names.get(one, ""),
            label_visibility="collapsed",
            key=f"decision_{detail.request_id}",
        )
    if picked in names and picked != ANOTHER:
        return picked, next(one for one in found if one.service_id == picked)
    usual = None if detail.kind is RequestKind.REPORT else detail.service_id
    return service_field(page, usual, key="decision_service", permission=P.COMPLAINTS_DISPATCH), None


def name_of(page: Page, service_id: int) -> str:
    day = local_day(page.now, settings().zone)
    with reading() as session:
        frame = services(session, actor=page.actor, permission=P.COMPLAINTS_DISPATCH, day=day)
    row = frame[frame["service_id"] == service_id]
    return "" if row.empty else pick(row["name"].iloc[0], row["name_en"].iloc[0])


def texts(page: Page, detail: RequestDetail, *, ruling: bool) -> tuple[str, str, str]:
    """Brief, reason of a ruling, and why a report goes to the unit it is about; each where it is needed."""
    brief = reason = despite = ""
    if ruling:
        reason = st.text_input(_("Reason"), key="decision_reason", max_chars=TEXT_LENGTH)
        note(_("The unit you choose leads and cannot return the request again."))
    elif is_withheld(detail.kind, is_confidential=detail.is_confidential):
        note(_("The unit will not see the requester's own words: write what is to be handled."))
        brief = st.text_area(_("Brief"), value=detail.brief, key="decision_brief", max_chars=TEXT_LENGTH, height=80)
    else:
        with st.expander(_("Brief to the unit")):
            brief = st.text_area(
                _("Brief"),
                value=detail.brief,
                key="decision_brief",
                max_chars=TEXT_LENGTH,
                height=80,
                label_visibility="collapsed",
            )
    if detail.kind is RequestKind.REPORT and page.actor.has_everywhere(P.COMPLAINTS_APPROVE):
        despite = st.text_input(
            _("Why it goes to the unit it is about, if it does"), key="decision_despite", max_chars=TEXT_LENGTH
        )
    return brief, reason, despite


def why_words(why: Why) -> str:
    """The grounds of a suggestion, one sentence for each."""
    found = []
    if why.is_named:
        found.append(_("Named by the requester, or in the text."))
    if why.words:
        words = _(", ").join(why.words)
        found.append(_("Dispatch catalogue: found {words}.").format(words=words))
    if why.handled_count:
        sentence = ngettext(
            "Of {n} like request in the past, {handled} was handled there.",
            "Of {n} like requests in the past, {handled} were handled there.",
            why.like_count,
        )
        found.append(sentence.format(n=number(why.like_count), handled=number(why.handled_count)))
    if why.returned_count:
        sentence = ngettext("Returned from there {n} time.", "Returned from there {n} times.", why.returned_count)
        found.append(sentence.format(n=number(why.returned_count)))
    return " ".join(found)
