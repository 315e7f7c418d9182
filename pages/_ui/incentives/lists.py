"""The lists of proposals, decisions and appeals, and what can be begun from them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import localised
from pages._ui.incentives.words import PROPOSAL_STAGES, day_of, outcome_text, quarter_text, until_day
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import note
from qs.directory.queries import services
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, pick
from qs.incentives import actions
from qs.incentives.terms import LADDERS, Consequence, Kind, Stage, Veto
from qs.incentives.vetoes import lift_veto, record_veto
from qs.sentences import label

DUTIES = {
    "incentive_to_decide": "ink_pen",
    "incentive_to_tell": "forward_to_inbox",
    "incentive_to_conclude": "task_alt",
    "incentive_objection": "chat",
    "incentive_may_appeal": "balance",
    "incentive_appeal_to_decide": "balance",
}


def duty_words() -> dict[str, str]:
    return {
        "incentive_to_decide": _("you may sign"),
        "incentive_to_tell": _("tell the service"),
        "incentive_to_conclude": _("conclude"),
        "incentive_objection": _("answer the objection"),
        "incentive_may_appeal": _("you may appeal"),
        "incentive_appeal_to_decide": _("decide the appeal"),
        "": "",
    }


def of_view(frame: pd.DataFrame, view: str) -> pd.DataFrame:
    """The rows that belong to a view; what waits for the person first, then by time limit and quarter."""
    early = pd.Series([stage in PROPOSAL_STAGES for stage in frame["stage"]], index=frame.index, dtype=bool)
    wanted = {"proposals": early, "decisions": ~early, "appeals": frame["is_appealed"]}[view]
    shown = frame[wanted].assign(
        is_mine=lambda part: part["duty"] == "",
        is_declined=lambda part: [stage is Stage.DECLINED for stage in part["stage"]],
        is_timeless=lambda part: part["due_at"].isna(),
    )
    shown = shown.sort_values(["is_mine", "is_declined", "is_timeless"], kind="stable")
    return shown.reset_index(drop=True)


def proposal_list(frame: pd.DataFrame, view: str) -> dict[str, Any] | None:  # Any: values of a row
    words = duty_words()
    shown = localised(frame, "service", "department").assign(
        outcome=[outcome_text(one) for one in frame["consequence"]],
        stage_text=[label(one) for one in frame["stage"]],
        signatures=[
            _("{given} of {needed}").format(given=number(given), needed=number(needed))
            for given, needed in zip(frame["approvals"], frame["needed"], strict=True)
        ],
        due=[
            until_day(due_at, is_provisional=is_provisional)
            for due_at, is_provisional in zip(frame["due_at"], frame["is_provisional"], strict=True)
        ],
        mine=[words[one] for one in frame["duty"]],
    )
    has_limits = view != "proposals"
    columns: dict[str, Any] = {
        "service": st.column_config.TextColumn(_("Service"), width=122 if has_limits else 150),
        "outcome": st.column_config.TextColumn(_("Outcome"), width=92 if has_limits else 112),
        "period": st.column_config.TextColumn(_("Quarter"), width=62),
        "stage_text": st.column_config.TextColumn(_("State"), width=76 if has_limits else 88),
    }
    if not has_limits:
        columns["signatures"] = st.column_config.TextColumn(_("Signatures"), width=56)
    else:
        columns["due"] = st.column_config.TextColumn(_("Until"), width=152)
    if not has_limits and (frame["duty"] != "").any():
        columns["mine"] = st.column_config.TextColumn(_("For you"), width=70)
    return table(
        shown,
        columns,
        key=view,
        search=("service", "service_en", "rule", "rule_en", "department", "certificate"),
        rows_per_page=15,
        is_selectable=True,
    )


def propose_form(page: Page, periods: list[str]) -> None:
    """Let the rules in force propose for a frozen quarter."""
    with st.form("propose", border=False):
        period = st.selectbox(_("Frozen quarter"), periods, format_func=quarter_text, key="propose_period")
        note(_("Every rule in force looks at every service. What is proposed already stays as it is."))
        if st.form_submit_button(_("Let the rules propose"), type="primary", key="propose_save"):
            with saving(page, done=_("The rules have proposed.")) as session:
                actions.propose(session, period, actor=page.actor, now=page.now)


def nominate_form(page: Page, periods: list[str]) -> None:
    """Propose one service by hand, with grounds."""
    names = service_names(page)
    outcomes: list[Consequence] = [one for kind in Kind for one in LADDERS[kind]]
    with st.form("nominate", border=False):
        service = st.selectbox(
            _("Service"), list(names), index=None, format_func=names.__getitem__, key="nominate_service"
        )
        outcome = st.selectbox(_("Outcome"), outcomes, format_func=label, key="nominate_outcome")
        period = st.selectbox(_("Frozen quarter"), periods, format_func=quarter_text, key="nominate_period")
        grounds = st.text_area(_("Grounds"), key="nominate_grounds", max_chars=2000)
        if st.form_submit_button(_("Nominate"), type="primary", key="nominate_save"):
            with saving(page, done=_("The nomination is kept; others must sign it.")) as session:
                actions.nominate(
                    session, service or 0, outcome, period=period, grounds=grounds, actor=page.actor, now=page.now
                )


def veto_form(page: Page, periods: list[str]) -> None:
    """Bar a service from every reward of a quarter."""
    names = service_names(page)
    with st.form("veto", border=False):
        service = st.selectbox(_("Service"), list(names), index=None, format_func=names.__getitem__, key="veto_service")
        kind = st.selectbox(_("Veto item"), list(Veto), format_func=label, key="veto_kind")
        period = st.selectbox(_("Quarter"), periods, format_func=quarter_text, key="veto_period")
        grounds = st.text_area(_("Grounds"), key="veto_grounds", max_chars=2000)
        if st.form_submit_button(_("Record the veto item"), key="veto_save"):
            with saving(page, done=_("The veto item is recorded.")) as session:
                record_veto(session, service or 0, kind, period=period, grounds=grounds, actor=page.actor, now=page.now)


def service_names(page: Page) -> dict[int, str]:
    with reading() as session:
        frame = services(session, actor=page.actor)
    return {row["service_id"]: pick(row["name"], row["name_en"]) for row in frame.to_dict("records")}


def veto_list(page: Page, vetoes: pd.DataFrame, *, may_lift: bool) -> None:
    """The veto items that stand, each with the way to lift it."""
    standing = vetoes[vetoes["lifted_at"].isna()]
    if standing.empty:
        return
    words = ngettext("{n} veto item stands", "{n} veto items stand", len(standing))
    with st.expander(words.format(n=number(len(standing))), icon=":material/block:"):
        for row in standing.to_dict("records"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.badge(label(row["kind"]), color="orange")
                st.text(pick(row["service"], row["service_en"]), width="stretch")
                note(f"{quarter_text(row['period'])} · {day_of(row['recorded_at'])}")
            st.text(row["grounds"])
            if may_lift and row["person_id"] != page.actor.person_id:
                lift_form(page, row["veto_id"])


def lift_form(page: Page, veto_id: int) -> None:
    with st.popover(_("Lift"), icon=":material/undo:"), st.form(f"lift_{veto_id}", border=False):
        reason = st.text_area(_("Reason"), key=f"lift_{veto_id}_reason", max_chars=2000)
        if st.form_submit_button(_("Lift the veto item"), key=f"lift_{veto_id}_save"):
            with saving(page, done=_("The veto item is lifted.")) as session:
                lift_veto(session, veto_id, reason=reason, actor=page.actor, now=page.now)
