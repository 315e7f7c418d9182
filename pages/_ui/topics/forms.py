"""The forms of problems of the month: propose, adopt or decline, plan, finish a step, close."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, localised
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, section, show_error
from qs.directory.queries import services
from qs.errors import NotFound
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.periods import local_day
from qs.settings import settings
from qs.topics import details, problems, queries
from qs.topics.details import ProblemDetail
from qs.topics.terms import (
    MOST_STEPS,
    STEP_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    USUAL_TARGET,
    NewProblem,
    PlannedStep,
    ProblemState,
)

S = ProblemState
USUAL_TIME, FIRST_STEP = timedelta(days=90), timedelta(days=14)


def propose_form(page: Page, topic_id: int | None) -> None:
    """Propose a problem, from the topic that is open or about a service."""
    today = local_day(page.now, settings().zone)
    with st.container(border=True, gap="small"):
        section(_("Propose the problem of the month"), _("a second person of the office adopts it"))
        title, service_id, names, people = leading_service(page, topic_id)
        ids = list(names)
        with st.form("propose", border=False):
            first, second = st.columns(2, gap="medium")
            with first:
                words = st.text_input(_("Title of the problem"), title, max_chars=TITLE_LENGTH, key="propose_title")
                english = st.text_input(_("Title in English"), max_chars=TITLE_LENGTH, key="propose_title_en")
                demand = st.text_area(_("What is to become better"), max_chars=TEXT_LENGTH, key="propose_demand")
            with second:
                owner_id = st.selectbox(
                    _("Who answers for it"), list(people), format_func=lambda one: people[one], key="propose_owner"
                )
                helping = st.multiselect(
                    _("Services that help"), ids, format_func=lambda one: names[one], key="propose_helping"
                )
                target = st.slider(
                    _("Target: at most so many percent of the requests before"),
                    0,
                    95,
                    round(USUAL_TARGET * 100),
                    5,
                    key="propose_target",
                )
                until = st.date_input(
                    _("To be reached by"), today + USUAL_TIME, format="YYYY-MM-DD", key="propose_until"
                )
            with st.container(horizontal=True, gap="small"):
                pressed = st.form_submit_button(_("Propose the problem"), type="primary", key="propose_save")
                left = st.form_submit_button(_("Leave it"), key="propose_leave")
        if not people:
            note(_("Nobody may answer for this service. Name its leader in the directory first."))
    if left:
        keep("do", None)
        st.rerun()
    if pressed:
        wanted = NewProblem(
            title=words,
            title_en=english,
            demand=demand,
            service_id=service_id,
            owner_id=int(owner_id or 0),
            target_on=until,
            month=today,
            topic_id=topic_id,
            co_service_ids=tuple(int(one) for one in helping),
            target_share=target / 100,
        )
        with saving(page, done=_("The problem was proposed.")) as session:
            made = problems.propose_problem(session, wanted, actor=page.actor, now=page.now)
            keep("do", None)
            keep("problem", str(made))


def leading_service(page: Page, topic_id: int | None) -> tuple[str, int, dict[int, str], dict[int, str]]:
    """The suggested title, the chosen leading service, the names of all services, and of who may answer for it."""
    today = local_day(page.now, settings().zone)
    with reading() as session:
        known = localised(services(session, actor=page.actor, day=today), "name")
        title, leading = suggested(page, topic_id)
        names = {int(one): str(name) for one, name in zip(known["service_id"], known["name"], strict=True)}
        ids = list(names)
        if not ids:
            return title, 0, {}, {}
        service_id = st.selectbox(
            _("Leading service"),
            ids,
            index=ids.index(leading) if leading in ids else 0,
            format_func=lambda one: names[one],
            key="propose_service",
        )
        owners = details.possible_owners(session, int(service_id), actor=page.actor)
    return title, int(service_id), names, {one: pick(name, name_en) for one, name, name_en in owners}


def suggested(page: Page, topic_id: int | None) -> tuple[str, int | None]:
    """The title of the most typical request, and the service most of the topic is about."""
    if topic_id is None:
        return "", None
    with reading() as session:
        try:
            detail = queries.topic_detail(session, topic_id, actor=page.actor)
        except NotFound as error:
            show_error(error)
            return "", None
    named = detail.services["group_id"].dropna()
    return str(detail.row.words), int(named.iloc[0]) if len(named) else None


def next_step(page: Page, detail: ProblemDetail, seen: int) -> None:
    """What this person can do about the problem now."""
    row = detail.row
    with st.container(border=True, gap="small"):
        section(_("Next step"))
        if row.state is S.PROPOSED and detail.may_decide:
            decide_forms(page, detail, seen)
        elif row.state is S.PROPOSED:
            note(_("A second person of the office adopts or declines it."))
        elif row.state in (S.CLOSED, S.DECLINED):
            note(
                _("Nothing: what is written about the matter is watched on.")
                if row.state is S.CLOSED
                else _("Nothing.")
            )
        else:
            if detail.may_answer:
                work_forms(page, detail, seen)
            if detail.may_decide and row.state is not S.ADOPTED:
                close_form(page, detail, seen)
            if not detail.may_answer and row.state is S.ADOPTED:
                note(_("The leading service hands in a plan."))


def decide_forms(page: Page, detail: ProblemDetail, seen: int) -> None:
    row = detail.row
    if row.proposed_by_id == page.actor.person_id:
        note(_("You proposed it; somebody else of the office adopts or declines it."))
        return
    if st.button(_("Adopt it"), type="primary", icon=":material/check:", width="stretch", key="adopt"):
        with saving(page, done=_("The problem was adopted.")) as session:
            problems.adopt_problem(session, row.problem_id, version=seen, actor=page.actor, now=page.now)
    with st.popover(_("Decline it"), icon=":material/block:", width="stretch"), st.form("decline", border=False):
        reason = st.text_area(_("Reason"), max_chars=TEXT_LENGTH, key="decline_reason")
        if st.form_submit_button(_("Decline it"), key="decline_save"):
            with saving(page, done=_("The proposal was declined.")) as session:
                problems.decline_problem(session, row.problem_id, reason, version=seen, actor=page.actor, now=page.now)


def work_forms(page: Page, detail: ProblemDetail, seen: int) -> None:
    """Finish a step, or hand in a plan."""
    row = detail.row
    waiting = [step for step in detail.steps if step.done_at is None]
    if row.state is S.IN_PROGRESS and waiting:
        with st.form("finish", border=False):
            words = {step.step_id: step.text for step in waiting}
            step_id = st.selectbox(
                _("Step of the plan"), list(words), format_func=lambda one: words[one], key="finish_step"
            )
            done = st.text_input(_("What came of it"), max_chars=STEP_LENGTH, key="finish_note")
            if st.form_submit_button(_("This step is done"), type="primary", key="finish_save"):
                with saving(page, done=_("The step is done.")) as session:
                    problems.finish_step(
                        session, row.problem_id, int(step_id), version=seen, actor=page.actor, now=page.now, note=done
                    )
    words_of = _("Hand in the plan") if row.state is S.ADOPTED else _("Hand in a new plan")
    with st.popover(words_of, icon=":material/edit_calendar:", width="stretch"):
        plan_form(page, detail, seen)


def plan_form(page: Page, detail: ProblemDetail, seen: int) -> None:
    """Causes and measures in words, and the steps with their days in a small table."""
    today = local_day(page.now, settings().zone)
    with st.form("plan", border=False):
        text = st.text_area(_("Causes and measures"), detail.plan, max_chars=TEXT_LENGTH, key="plan_text")
        note(_("Steps, each with the day by which it is done; at most {n}.").format(n=MOST_STEPS))
        blank = pd.DataFrame(
            {"step": pd.Series(["", "", ""], dtype="str"), "day": [today + FIRST_STEP * one for one in (1, 2, 3)]}
        )
        columns = {
            "step": st.column_config.TextColumn(_("Step"), max_chars=STEP_LENGTH, width="large"),
            "day": st.column_config.DateColumn(_("Done by"), format="YYYY-MM-DD"),
        }
        rows = st.data_editor(blank, column_config=columns, num_rows="dynamic", hide_index=True, key="plan_steps")
        if st.form_submit_button(_("Hand in"), type="primary", key="plan_save"):
            steps = [
                PlannedStep(str(one.step), one.day)
                for one in rows.itertuples(index=False)
                if not pd.isna(one.step) and str(one.step).strip() and not pd.isna(one.day)
            ]
            with saving(page, done=_("The plan was handed in.")) as session:
                problems.plan_problem(
                    session, detail.row.problem_id, text, steps, version=seen, actor=page.actor, now=page.now
                )


def close_form(page: Page, detail: ProblemDetail, seen: int) -> None:
    row = detail.row
    if row.owner_id == page.actor.person_id:
        note(_("You answer for it yourself; somebody else of the office closes it."))
        return
    if row.state is S.IN_PROGRESS and row.done_count < row.step_count:
        note(_("It can be closed once all steps of the plan are finished."))
        return
    with st.popover(_("Close it with its result"), icon=":material/task_alt:", width="stretch"):
        note(_("The requests before and after are kept with it, and what comes after is watched every month."))
        with st.form("close", border=False):
            result = st.text_area(_("Result"), max_chars=TEXT_LENGTH, key="close_result")
            if st.form_submit_button(_("Close the problem"), type="primary", key="close_save"):
                with saving(page, done=_("The problem was closed.")) as session:
                    problems.close_problem(
                        session, row.problem_id, result, version=seen, actor=page.actor, now=page.now
                    )
