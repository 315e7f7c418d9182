"""Training needs that the frozen figures suggest, and talent programmes from opening to outcome."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, kept_id, localised
from pages._ui.due import perhaps
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.training.courses import is_keeper
from pages._ui.widgets import empty_state, note, plain, section, show_text
from qs.actor import Permission
from qs.directory.queries import services
from qs.i18n import day, moment, ngettext, number, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings
from qs.training import actions, queries, talent
from qs.training.terms import NeedState, NewTalentProgramme, NominationState, Outcome, TalentState

SUGGESTED = 8


def is_chooser(page: Page) -> bool:
    return page.actor.has_everywhere(Permission.INCENTIVES_DECIDE)


def need_view(page: Page, courses: pd.DataFrame) -> None:
    """What the newest frozen quarter suggests, and what became of the needs taken up."""
    with reading() as session:
        period = queries.latest_period(session, actor=page.actor)
        taken = queries.needs(session, actor=page.actor)
        names = queries.indicator_names(session, actor=page.actor, now=page.now)
        suggested = queries.suggested_needs(session, period, actor=page.actor) if period else None
        known = services(session, actor=page.actor)
    titles = {int(row.service_id): pick(row.name, row.name_en) for row in known.itertuples()}
    if suggested is not None and period is not None:
        done = set(zip(taken["service_id"], taken["measure"], taken["period"], strict=True))
        rest = [row for row in suggested.itertuples() if (row.service_id, row.measure, period) not in done]
        section(
            _("Suggested by {period}").format(period=period),
            _("indicators below 60 points even at the upper end of their interval, with at least 30 cases"),
        )
        if not rest:
            note(_("No indicator of this quarter asks for training."))
        for row in rest[:SUGGESTED]:
            suggestion(page, row, period, titles, names)
        if len(rest) > SUGGESTED:
            more = len(rest) - SUGGESTED
            note(ngettext("{n} more, less weak", "{n} more, less weak", more).format(n=number(more)))
    section(_("Taken up"))
    if taken.empty:
        note(_("No need has been taken up yet."))
    for row in taken.itertuples():
        need_line(page, row, courses, names)


def suggestion(page: Page, row: object, period: str, titles: dict[int, str], names: dict[str, str]) -> None:
    service_id, measure = int(row.service_id), str(row.measure)  # type: ignore[attr-defined]  # a row of the needs
    score, cases = float(row.score), int(row.n)  # type: ignore[attr-defined]
    with st.container(border=True):
        words, button = st.columns([4, 1], vertical_alignment="center")
        facts = _("{score} of 100 points, {n} cases").format(score=number(score, 0), n=number(cases))
        title = f"{titles.get(service_id, '')} · {names.get(measure, measure)}"
        words.markdown(f"**{plain(title)}**  \n:small[:gray[{plain(facts)}]]")
        if is_keeper(page) and button.button(_("Take up"), key=f"take_{service_id}_{measure}"):
            with saving(page, done=_("Taken up.")) as session:
                actions.take_up_need(session, service_id, measure, period, actor=page.actor, now=page.now)


def need_line(page: Page, row: object, courses: pd.DataFrame, names: dict[str, str]) -> None:
    need = row
    with st.container(border=True, gap="small"):
        title = f"{pick(need.service, need.service_en)} · {names.get(need.measure, need.measure)}"  # type: ignore[attr-defined]  # a row of the needs
        state = NeedState(need.state)  # type: ignore[attr-defined]
        st.markdown(f"**{plain(title)}** :gray-badge[{plain(label(state))}]")
        note(_("from {period}").format(period=need.period))  # type: ignore[attr-defined]
        if state is NeedState.COURSE_CHOSEN:
            show_text(pick(need.course, need.course_en))  # type: ignore[attr-defined]
        elif state is NeedState.DISMISSED:
            show_text(need.reason)  # type: ignore[attr-defined]
        elif is_keeper(page):
            answer_form(page, int(need.need_id), courses)  # type: ignore[attr-defined]


def answer_form(page: Page, need_id: int, courses: pd.DataFrame) -> None:
    titles = {int(row.course_id): pick(row.title, row.title_en) for row in courses.itertuples()}
    with st.form(f"need_{need_id}", border=False):
        left, right = st.columns(2)
        course_id = left.selectbox(_("Course"), list(titles), index=None, format_func=titles.__getitem__)
        reason = right.text_input(_("or why training is not the answer"), max_chars=500)
        with st.container(horizontal=True, gap="small"):
            answer = st.form_submit_button(_("Choose this course"), key=f"answer_{need_id}")
            dismiss = st.form_submit_button(_("Dismiss"), key=f"dismiss_{need_id}")
    if answer:
        with saving(page, done=_("The course was chosen.")) as session:
            actions.answer_need(session, need_id, course_id or 0, actor=page.actor, now=page.now)
    if dismiss:
        with saving(page, done=_("Dismissed.")) as session:
            actions.dismiss_need(session, need_id, reason=reason, actor=page.actor, now=page.now)


def talent_view(page: Page) -> None:
    """Talent programmes, one of them open."""
    with reading() as session:
        found = queries.talents(session, actor=page.actor)
    left, right = st.columns([1.3, 1], gap="medium")
    with left:
        if found.empty:
            empty_state(
                _("No talent programme yet"),
                _("A programme names its criteria, quota, amount and obligation before anybody is nominated."),
                icon="workspace_premium",
            )
        else:
            picked = talent_table(found)
            if picked is not None:
                keep("talent", str(picked))
        if is_keeper(page):
            talent_form(page)
    with right:
        chosen = found[found["talent_id"] == kept_id("talent")]
        if len(chosen):
            talent_card(page, chosen.iloc[0])


def talent_table(found: pd.DataFrame) -> int | None:
    shown = localised(found, "name").assign(
        state_words=[label(TalentState(state)) for state in found["state"]],
        closes=[day(closes) for closes in found["closes_on"]],
        places=[_("{done} of {n}").format(done=row.granted_count, n=row.quota) for row in found.itertuples()],
    )
    columns = {
        "name": st.column_config.TextColumn(_("Talent programme"), width="medium"),
        "closes": _("Nominations until"),
        "nominated_count": _("Nominated"),
        "places": _("Granted"),
        "state_words": _("State"),
    }
    picked = table(shown, columns, key="talents", is_selectable=True)
    return None if picked is None else int(picked["talent_id"])


def talent_card(page: Page, row: pd.Series) -> None:
    """One programme: its terms, the people (for those who nominate or choose), and the next step."""
    talent_id, state = int(row["talent_id"]), TalentState(row["state"])
    section(pick(row["name"], row["name_en"]), label(state))
    note(
        _("up to {quota} people, {amount} yuan each, at most {total} yuan, obligation {months} months").format(
            quota=int(row["quota"]),
            amount=number(row["grant_minor"] / 100),
            total=number(row["grant_minor"] * row["quota"] / 100),
            months=int(row["obligation_months"]),
        )
    )
    show_text(row["criteria"])
    if not (is_keeper(page) or is_chooser(page)):
        note(_("Names are kept by human resources."))
        return
    with reading() as session:
        found = queries.nominations(session, talent_id, actor=page.actor)
    for nominee in found.itertuples():
        words = " · ".join((nominee.name, pick(nominee.provider, nominee.provider_en), nominee.post))
        outcome = f" · {label(Outcome(nominee.outcome))}" if nominee.outcome else ""
        st.markdown(f"**{plain(words)}**  \n:small[:gray[{plain(label(NominationState(nominee.state)) + outcome)}]]")
        show_text(nominee.grounds)
        if is_keeper(page) and nominee.state == NominationState.GRANTED:
            outcome_form(page, int(nominee.nomination_id), Outcome(nominee.outcome))
    if state is TalentState.OPEN:
        if is_keeper(page) and row["closes_on"] >= local_day(page.now, settings().zone):
            nomination_form(page, talent_id, found)
        if is_chooser(page) and len(found):
            choice_form(page, talent_id, found, int(row["quota"]))
    elif state is TalentState.NOTICE:
        grant_part(page, row)


def nomination_form(page: Page, talent_id: int, found: pd.DataFrame) -> None:
    with reading() as session:
        staff = queries.staff(session, local_day(page.now, settings().zone).year, actor=page.actor)
    free = staff[~staff["trainee_id"].isin(found["trainee_id"])]
    names = {int(row.trainee_id): f"{row.name} · {pick(row.provider, row.provider_en)}" for row in free.itertuples()}
    with st.form(f"nominate_{talent_id}", clear_on_submit=True):
        trainee_id = st.selectbox(_("Nominate"), list(names), index=None, format_func=names.__getitem__)
        grounds = st.text_area(_("Grounds, criterion by criterion"), max_chars=2000)
        pressed = st.form_submit_button(_("Nominate"), key=f"nominate_{talent_id}_save")
    if pressed:
        with saving(page, done=_("Nominated.")) as session:
            talent.nominate(session, talent_id, trainee_id or 0, grounds=grounds, actor=page.actor, now=page.now)


def choice_form(page: Page, talent_id: int, found: pd.DataFrame, quota: int) -> None:
    names = {int(row.nomination_id): row.name for row in found.itertuples()}
    with st.form(f"choose_{talent_id}"):
        chosen = st.multiselect(
            _("Choose at most {quota}").format(quota=quota), list(names), format_func=names.__getitem__
        )
        note(_("Their names stand in a public notice of five working days before grants are given."))
        pressed = st.form_submit_button(_("Choose these people"), type="primary", key=f"choose_{talent_id}_save")
    if pressed:
        with saving(page, done=_("Chosen; the public notice has begun.")) as session:
            talent.choose(session, talent_id, chosen, actor=page.actor, now=page.now)


def grant_part(page: Page, row: pd.Series) -> None:
    ends_at = pd.Timestamp(row["notice_ends_at"]).to_pydatetime()
    until = perhaps(moment(ends_at), is_provisional=row["is_notice_provisional"])
    note(_("Public notice until {moment}").format(moment=until))
    if is_chooser(page) and row["chosen_by"] != page.actor.person_id:
        pressed = st.button(
            _("Give the grants"), type="primary", key=f"grant_{row['talent_id']}", disabled=page.now <= ends_at
        )
        if pressed:
            with saving(page, done=_("The grants were given.")) as session:
                talent.grant(session, int(row["talent_id"]), actor=page.actor, now=page.now)


def outcome_form(page: Page, nomination_id: int, present: Outcome) -> None:
    with st.popover(_("Outcome"), icon=":material/edit:"):
        members = list(Outcome)
        wanted = st.selectbox(
            _("Outcome"), members, index=members.index(present), format_func=label, key=f"outcome_{nomination_id}"
        )
        pressed = st.button(_("Enter"), key=f"outcome_{nomination_id}_save")
    if pressed:
        with saving(page, done=_("Entered.")) as session:
            talent.enter_outcome(session, nomination_id, wanted, actor=page.actor, now=page.now)


def talent_form(page: Page) -> None:
    with st.expander(_("Open a talent programme")), st.form("talent_form", border=False, clear_on_submit=True):
        name = st.text_input(_("Name"), max_chars=200, key="talent_name")
        name_en = st.text_input(_("English name"), max_chars=200, key="talent_name_en")
        criteria = st.text_area(_("Criteria"), max_chars=2000)
        left, right = st.columns(2)
        quota = left.number_input(_("Quota"), min_value=1, value=5)
        amount = right.number_input(_("Yuan for each person"), min_value=0.0, value=10000.0, step=1000.0)
        months = left.number_input(_("Obligation in months"), min_value=1, max_value=120, value=36)
        closes_on = right.date_input(_("Nominations until"), local_day(page.now, settings().zone), format="YYYY-MM-DD")
        pressed = st.form_submit_button(_("Open the programme"), key="talent_save")
    if pressed:
        wanted = NewTalentProgramme(
            name, criteria, int(quota), round(amount * 100), int(months), closes_on, name_en or None
        )
        with saving(page, done=_("Opened for nominations.")) as session:
            talent.open_talent(session, wanted, actor=page.actor, now=page.now)
