"""The next step of an order, for the person who may take it: plan, proof, verdict, extension, opening again."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from pages._ui.page import Page, reading, saving
from pages._ui.rectifications.effect import comparison
from pages._ui.seen import note_seen, seen_version
from pages._ui.widgets import note, section, show_text
from qs.actor import Permission
from qs.attachments.terms import Upload
from qs.i18n import gettext as _
from qs.i18n import moment, pick
from qs.monitoring import actions as monitoring
from qs.monitoring.signals import Running
from qs.periods import local_day
from qs.rectifications import actions, extensions, queries
from qs.rectifications.details import RectificationDetail
from qs.rectifications.terms import FIELDS, NewPlan, Source, Status, Verdict
from qs.sentences import label
from qs.settings import settings
from qs.texts import LONG, SHORT

FILE_KINDS = ["pdf", "png", "jpg", "jpeg", "docx", "xlsx"]
LATEST_DAYS = 366


def next_step(page: Page, detail: RectificationDetail) -> None:
    """What can be done now, by whom; the form only for somebody who may."""
    order_id, version = int(detail.row["rectification_id"]), int(detail.row["version"])
    seen = seen_version(order_id, version)
    with reading() as session:
        rights = queries.rights_over(session, int(detail.row["service_id"]), actor=page.actor)
    with st.container(border=True, gap="small"):
        section(_("Next step"))
        if is_asked(detail) and Permission.RECTIFICATIONS_APPROVE in rights:
            extension_decision(page, detail, seen)
        elif is_asked(detail):
            note(_("An extension was asked for; a supervisor decides."))
        if detail.status.is_with_unit:
            unit_step(page, detail, seen, is_unit=Permission.RECTIFICATIONS_ANSWER in rights)
        elif detail.status is Status.PROVED:
            verification(page, detail, seen, may_verify=Permission.RECTIFICATIONS_VERIFY in rights)
        else:
            note(_("Nothing: this order is {status}.").format(status=label(detail.status)))
        if Permission.RECTIFICATIONS_ORDER in rights:
            office_steps(page, detail, seen)
    note_seen(order_id, version)


def words_of(field: str) -> str:
    return _(FIELDS[field])


def is_asked(detail: RectificationDetail) -> bool:
    return detail.extension is not None and detail.extension.is_granted is None and detail.status.is_with_unit


def unit_step(page: Page, detail: RectificationDetail, seen: int, *, is_unit: bool) -> None:
    if not is_unit:
        who = pick(detail.row["responsible"], detail.row["responsible_en"]) or "—"
        words = {
            Status.ORDERED: _("{name} hands in the plan by {moment}."),
            Status.PLANNED: _("{name} proves what was done by {moment}."),
            Status.REOPENED: _("{name} puts it right again and proves it by {moment}."),
        }
        due_at = detail.row["plan_due_at"] if detail.status is Status.ORDERED else detail.row["due_at"]
        note(words[detail.status].format(name=who, moment=moment(due_at)))
        return
    if detail.status is Status.ORDERED:
        plan_form(page, detail, seen)
    else:
        proof_form(page, detail, seen)
        with st.popover(_("Change the plan"), icon=":material/edit_note:", width="stretch"):
            plan_form(page, detail, seen)
    if detail.extension is None and detail.status is not Status.REOPENED and page.now <= detail.row["due_at"]:
        with st.popover(_("Ask for an extension"), icon=":material/more_time:", width="stretch"):
            extension_form(page, detail, seen)


def plan_form(page: Page, detail: RectificationDetail, seen: int) -> None:
    order_id = int(detail.row["rectification_id"])
    today = local_day(page.now, settings().zone)
    due_on = max(local_day(detail.row["due_at"], settings().zone), today)
    with st.form(f"plan_{order_id}", border=False):
        cause = st.text_area(words_of("cause"), max_chars=LONG, key=f"plan_cause_{order_id}")
        measures = st.text_area(words_of("measures"), max_chars=LONG, key=f"plan_measures_{order_id}")
        finish_on = st.date_input(
            words_of("finish_on"),
            due_on,
            min_value=today,
            max_value=today + timedelta(days=LATEST_DAYS),
            key=f"plan_finish_{order_id}",
        )
        pressed = st.form_submit_button(_("Hand in the plan"), type="primary", key=f"plan_save_{order_id}")
    if pressed:
        with saving(page, done=_("The plan was handed in.")) as session:
            plan = NewPlan(cause, measures, finish_on)
            actions.file_plan(session, order_id, plan, version=seen, actor=page.actor, now=page.now)


def proof_form(page: Page, detail: RectificationDetail, seen: int) -> None:
    order_id = int(detail.row["rectification_id"])
    with st.form(f"proof_{order_id}", border=False):
        summary = st.text_area(words_of("summary"), max_chars=LONG, key=f"proof_summary_{order_id}")
        files = st.file_uploader(
            _("Photos and documents that show it"),
            type=FILE_KINDS,
            accept_multiple_files=True,
            key=f"proof_files_{order_id}",
        )
        note(_("Pictures are drawn anew, so that place and device hidden in them are not kept."))
        pressed = st.form_submit_button(_("Hand in the proof"), type="primary", key=f"proof_save_{order_id}")
    if pressed:
        uploads = [Upload(file.name, file.getvalue()) for file in files]
        with saving(page, done=_("The proof was handed in; somebody else verifies it.")) as session:
            actions.file_proof(session, order_id, summary, uploads, version=seen, actor=page.actor, now=page.now)


def verification(page: Page, detail: RectificationDetail, seen: int, *, may_verify: bool) -> None:
    order_id = int(detail.row["rectification_id"])
    if detail.now_figures is not None:
        handed_in_at = detail.proofs[-1].handed_in_at
        comparison(detail, detail.now_figures, page, key="effect_now", acted_at=handed_in_at)
    if not may_verify:
        note(_("The office verifies the proof."))
        return
    if page.actor.person_id in detail.party_ids:
        note(_("You had a hand in this, so somebody else verifies it."))
        return
    with st.form(f"verify_{order_id}", border=False):
        verdict = st.segmented_control(
            _("Verdict"), list(Verdict), format_func=label, key=f"verify_verdict_{order_id}", required=False
        )
        finding = st.text_area(words_of("note"), max_chars=LONG, key=f"verify_note_{order_id}")
        pressed = st.form_submit_button(_("Decide"), type="primary", key=f"verify_save_{order_id}")
    if pressed and verdict is None:
        note(_("Choose one of the two verdicts first."))
    elif pressed and verdict is not None:
        with saving(page, done=_("The verdict was kept.")) as session:
            actions.verify_rectification(
                session, order_id, verdict, finding, version=seen, actor=page.actor, now=page.now
            )


def extension_form(page: Page, detail: RectificationDetail, seen: int) -> None:
    order_id = int(detail.row["rectification_id"])
    note(_("Once only, and before the time is over. A supervisor decides."))
    with st.form(f"extend_{order_id}", border=False):
        reason = st.text_area(words_of("reason"), max_chars=LONG, key=f"extend_reason_{order_id}")
        pressed = st.form_submit_button(_("Ask for an extension"), key=f"extend_save_{order_id}")
    if pressed:
        with saving(page, done=_("The extension was asked for.")) as session:
            extensions.ask_extension(session, order_id, reason, version=seen, actor=page.actor, now=page.now)


def extension_decision(page: Page, detail: RectificationDetail, seen: int) -> None:
    order_id = int(detail.row["rectification_id"])
    if detail.extension is None:
        return
    note(_("The unit asks for more time:"))
    show_text(detail.extension.reason)
    with st.form(f"decide_{order_id}", border=False):
        words = st.text_input(words_of("note"), max_chars=SHORT, key=f"decide_note_{order_id}")
        with st.container(horizontal=True, gap="small"):
            granted = st.form_submit_button(_("Grant the extension"), type="primary", key=f"grant_{order_id}")
            refused = st.form_submit_button(_("Refuse it"), key=f"refuse_{order_id}")
    if granted or refused:
        with saving(page, done=_("The decision on the extension was kept.")) as session:
            extensions.decide_extension(
                session, order_id, words, is_granted=granted, version=seen, actor=page.actor, now=page.now
            )


def office_steps(page: Page, detail: RectificationDetail, seen: int) -> None:
    """What the office may do besides: open a closed order again, or take an open one back."""
    order_id = int(detail.row["rectification_id"])
    if detail.status is Status.CLOSED:
        with st.popover(_("Open again"), icon=":material/undo:", width="stretch"):
            note(_("A new round with a full time limit; the earlier verification stays visible."))
            with st.form(f"reopen_{order_id}", border=False):
                reason = st.text_area(words_of("reason"), max_chars=LONG, key=f"reopen_reason_{order_id}")
                pressed = st.form_submit_button(_("Open again"), key=f"reopen_save_{order_id}")
            if pressed:
                with saving(page, done=_("The rectification is open again.")) as session:
                    actions.reopen_rectification(
                        session, order_id, reason, version=seen, actor=page.actor, now=page.now
                    )
    elif detail.status.is_open:
        with st.popover(_("Withdraw the order"), icon=":material/cancel:", width="stretch"):
            note(_("For an order that should not have been given. It stays in the list, marked as withdrawn."))
            with st.form(f"withdraw_{order_id}", border=False):
                reason = st.text_area(words_of("reason"), max_chars=LONG, key=f"withdraw_reason_{order_id}")
                pressed = st.form_submit_button(_("Withdraw the order"), key=f"withdraw_save_{order_id}")
            if pressed:
                with saving(page, done=_("The order was withdrawn.")) as session:
                    actions.withdraw_rectification(
                        session, order_id, reason, version=seen, actor=page.actor, now=page.now
                    )


def signal_order_form(
    page: Page,
    *,
    service_id: int,
    indicator_id: int,
    source_ref: str,
    title: str,
    demand: str,
    signal: Running | None = None,
) -> None:
    """Order a rectification because of a signal: title and demand filled in, to be put into one's own words.

    `signal`: the running one that the order is linked to, where the person decides on signals.
    """
    with st.form("order_signal", border=False):
        words = st.text_input(words_of("title"), title, max_chars=SHORT, key="order_title")
        wanted = st.text_area(words_of("demand"), demand, max_chars=LONG, key="order_demand")
        note(_("The service's leader answers for it: plan within 3 working days, proof within 15."))
        pressed = st.form_submit_button(_("Order rectification"), type="primary", key="order_save")
    if pressed:
        with saving(page, done=_("The rectification was ordered.")) as session:
            by = {"actor": page.actor, "now": page.now}
            if signal is not None and page.actor.has(Permission.SIGNALS_DECIDE):
                monitoring.order_for_signal(
                    session, signal.signal_id, title=words, demand=wanted, version=signal.version, **by
                )
            else:
                actions.order_rectification(
                    session,
                    service_id=service_id,
                    source=Source.SIGNAL,
                    source_ref=source_ref,
                    title=words,
                    demand=wanted,
                    indicator_id=indicator_id,
                    **by,
                )
