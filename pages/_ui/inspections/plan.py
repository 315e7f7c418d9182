"""Planning an inspection: the form, the draw as it was made, and what can be done before the visit."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

import streamlit as st

from pages._ui.choices import keep, localised
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, section
from qs.actor import Permission
from qs.directory.queries import services
from qs.i18n import gettext as _
from qs.i18n import number, pick
from qs.inspections import actions, plans
from qs.inspections.details import InspectionDetail
from qs.inspections.rules import least_inspectors
from qs.inspections.terms import InspectionPlan, InspectionType
from qs.inspections.terms import InspectionState as S
from qs.monitoring.terms import Instrument
from qs.sentences import label

SEED_BYTES = 8
FIRST_IN_DAYS, WINDOW_DAYS = 7, 6
MOST_DRAWN = 6


def plan_form(page: Page, today: date) -> None:
    """A new inspection; the draw is made when it is saved."""
    with reading() as session:
        found = services(session, actor=page.actor, permission=Permission.INSPECTIONS_PLAN, day=today)
    names = dict(localised(found[found["is_open"]], "name")[["service_id", "name"]].itertuples(index=False, name=None))
    asked = st.query_params.get("service", "")
    wanted = int(asked) if asked.isdecimal() and int(asked) in names else None
    with st.form("plan_inspection"):
        section(_("Plan an inspection"))
        service_id = st.selectbox(
            _("Service"),
            list(names),
            index=list(names).index(wanted) if wanted is not None else None,
            format_func=names.__getitem__,
            placeholder=_("Choose a service"),
            key="plan_service",
        )
        left, right = st.columns(2)
        kind = left.selectbox(_("Type"), list(InspectionType), format_func=label, key="plan_type")
        count = right.number_input(_("Inspectors"), 2, MOST_DRAWN, 3, step=1, key="plan_count")
        first = left.date_input(
            _("First day"), today + timedelta(days=FIRST_IN_DAYS), format="YYYY-MM-DD", key="plan_first"
        )
        last = right.date_input(
            _("Last day"), today + timedelta(days=FIRST_IN_DAYS + WINDOW_DAYS), format="YYYY-MM-DD", key="plan_last"
        )
        reason = st.text_area(_("Reason"), blind_spots(), max_chars=1000, key="plan_reason")
        note(_("Inspectors are drawn by lot when you save. Whoever leads or answers for the service is left out."))
        with st.container(horizontal=True, gap="small"):
            pressed = st.form_submit_button(_("Plan and draw"), type="primary", key="plan_save")
            if st.form_submit_button(_("Leave without planning"), type="tertiary", key="plan_leave"):
                keep("do", None)
                st.rerun()
    if not pressed:
        return
    with saving(page, done=_("The inspection is planned and the inspectors are drawn.")) as session:
        inspection_id = plans.plan_inspection(
            session,
            InspectionPlan(service_id or 0, kind, reason, day_of(first), day_of(last), int(count)),
            seed=secrets.token_hex(SEED_BYTES),
            actor=page.actor,
            now=page.now,
        )
        keep("do", None)
        keep("service", None)
        keep("because", None)
        keep("inspection", str(inspection_id))


def blind_spots() -> str:
    """The reason of a plan that Coverage asked for: who did not see the service in time."""
    named = [
        label(Instrument(code)) for code in st.query_params.get("because", "").split(",") if code in set(Instrument)
    ]
    return _("Blind spot on Coverage: {instruments}").format(instruments=_(", ").join(named)) if named else ""


def day_of(chosen: object) -> date:
    return chosen if isinstance(chosen, date) else date.min


def draw_card(page: Page, shown: InspectionDetail) -> None:
    """Who goes, who is left out and why, and how anybody can repeat the draw."""
    with st.container(border=True, gap="small"):
        section(_("Inspectors"))
        names = {seat.person_id: pick(seat.name, seat.name_en) for seat in shown.inspectors}
        st.text("\n".join(names.values()))
        if Permission.INSPECTIONS_PLAN not in shown.rights and not page.actor.has(Permission.AUDIT_READ):
            return
        with st.expander(_("How they were drawn"), icon=":material/casino:"):
            order = _(", ").join(shown.pool)
            fact_list(
                [
                    (_("Seed"), shown.seed),
                    (_("Pool in the order of the draw"), order),
                    (
                        _("Left out"),
                        "\n".join(
                            _("{name}: {reason}").format(
                                name=pick(seat.name, seat.name_en), reason=label(seat.reason) if seat.reason else ""
                            )
                            for seat in shown.recusals
                        ),
                    ),
                ]
            )
            note(
                _("The order is that of the SHA-256 of “seed:user name”; the first {n} go.").format(
                    n=number(len(shown.inspectors))
                )
            )
        if Permission.INSPECTIONS_PLAN in shown.rights and shown.state in (S.PLANNED, S.ANNOUNCED):
            replace_form(page, shown, names)


def replace_form(page: Page, shown: InspectionDetail, names: dict[int, str]) -> None:
    with (
        st.expander(_("Somebody cannot go"), icon=":material/swap_horiz:"),
        st.form("replace_inspector"),
    ):
        person_id = st.selectbox(_("Who stands down"), list(names), format_func=names.__getitem__)
        reason = st.text_input(_("Reason"), max_chars=200, key="replace_reason")
        pressed = st.form_submit_button(_("Take the next in the draw"))
    if pressed:
        with saving(page, done=_("The next in the draw takes the place.")) as session:
            plans.replace_inspector(
                session,
                shown.inspection_id,
                int(person_id),
                reason=reason,
                version=shown.version,
                actor=page.actor,
                now=page.now,
            )


def before_visit(page: Page, shown: InspectionDetail) -> None:
    """Announce, begin or cancel: what can be done before the visit."""
    is_drawn = page.actor.person_id in {seat.person_id for seat in shown.inspectors}
    may_plan = Permission.INSPECTIONS_PLAN in shown.rights
    by = {"version": shown.version, "actor": page.actor, "now": page.now}
    needs_notice = shown.state is S.PLANNED and shown.type is not InspectionType.UNANNOUNCED
    with st.container(horizontal=True, gap="small"):
        if (
            needs_notice
            and may_plan
            and st.button(_("Announce to the unit"), type="primary", icon=":material/campaign:", key="announce")
        ):
            with saving(page, done=_("The unit can see the inspection and its window now.")) as session:
                plans.announce_inspection(session, shown.inspection_id, **by)
        if (
            not needs_notice
            and is_drawn
            and st.button(_("Begin on site"), type="primary", icon=":material/login:", key="begin")
        ):
            with saving(page, done=_("The checklist is made from the clauses in force today.")) as session:
                actions.begin_inspection(session, shown.inspection_id, **by)
    if may_plan:
        with st.expander(_("Cancel this inspection"), icon=":material/cancel:"), st.form("cancel_inspection"):
            reason = st.text_input(_("Reason"), max_chars=200, key="cancel_reason")
            pressed = st.form_submit_button(_("Cancel for good"))
        if pressed:
            with saving(page, done=_("The inspection is cancelled.")) as session:
                plans.cancel_inspection(session, shown.inspection_id, reason=reason, **by)
    if shown.type in (InspectionType.SPECIAL, InspectionType.COMPREHENSIVE):
        note(_("This type needs at least {n} inspectors.").format(n=number(least_inspectors(shown.type))))
