"""Courses and sessions on screen: what is offered, who came, and hours against the yearly target."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, kept_id, localised
from pages._ui.page import Page, reading, saving
from pages._ui.tables import offer_download, table
from pages._ui.widgets import empty_state, note, plain, section, show_text
from qs.actor import Permission
from qs.directory.queries import providers
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number, percent, pick
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings
from qs.sheets import xlsx
from qs.training import actions, queries
from qs.training.terms import (
    TARGET_HOURS,
    Attendance,
    CourseKind,
    NewCourse,
    PartnerKind,
    SessionState,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def is_keeper(page: Page) -> bool:
    return page.actor.has_everywhere(Permission.TRAINING_EDIT)


def finding(hours: pd.DataFrame, year: int) -> tuple[str, str]:
    """The title of the page and the facts below it."""
    staff, done = int(hours["staff_count"].sum()), int(hours["done_count"].sum())
    if not staff:
        return _("Nobody is on the training register yet"), ""
    title = ngettext(
        "{done} of {n} member of staff has reached the hours of {year}",
        "{done} of {n} members of staff have reached the hours of {year}",
        staff,
    ).format(done=number(done), n=number(staff), year=year)
    facts = [
        _("target {hours} hours a year (local rule)").format(hours=number(TARGET_HOURS)),
        _("{share} of the staff").format(share=percent(done / staff, 0)),
    ]
    return title, " · ".join(facts)


def hours_view(page: Page, hours: pd.DataFrame, year: int) -> None:
    """Hours by provider; the register itself for who keeps it."""
    if hours.empty:
        empty_state(
            _("Nobody is on the training register yet"),
            _("Human resources enters the staff of the providers; hours count when somebody attended a session."),
            icon="school",
        )
    else:
        shown = localised(hours, "provider").assign(
            done=[_("{done} of {n}").format(done=row.done_count, n=row.staff_count) for row in hours.itertuples()],
            mean=hours["mean_hours"].astype(float) / TARGET_HOURS,
        )
        columns = {
            "provider": st.column_config.TextColumn(_("Provider"), width="large"),
            "done": _("Reached the target"),
            "mean": st.column_config.ProgressColumn(
                _("Mean hours, share of the target"), format="percent", min_value=0, max_value=1
            ),
        }
        table(shown, columns, key="hours", search=["provider"], rows_per_page=12)
    if is_keeper(page):
        register(page, year)


def register(page: Page, year: int) -> None:
    """Everybody by name, for human resources only."""
    with reading() as session:
        staff = queries.staff(session, year, actor=page.actor)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        section(_("Register"), ngettext("{n} person", "{n} people", len(staff)).format(n=number(len(staff))))
        offer_download(
            page, _("Take the register away"), f"training-{year}.xlsx", lambda: xlsx(staff, sheet=str(year)), XLSX
        )
    shown = localised(staff, "provider").assign(words=[number(hours, 1) for hours in staff["hours"]])
    columns = {
        "number": _("Staff number"),
        "name": _("Full name"),
        "provider": _("Provider"),
        "post": _("Post"),
        "words": _("Hours"),
        "share": st.column_config.ProgressColumn(_("Of the target"), format="percent", min_value=0, max_value=1),
    }
    table(shown, columns, key="staff", search=["number", "name", "provider"], sort=["share"], rows_per_page=10)
    staff_form(page)


def staff_form(page: Page) -> None:
    with reading() as session:
        names = {int(row.id): pick(row.name, row.name_en) for row in providers(session, actor=page.actor).itertuples()}
    with st.expander(_("Enter a member of staff")), st.form("staff_form", border=False, clear_on_submit=True):
        left, right = st.columns(2)
        staff_number = left.text_input(_("Staff number"), max_chars=40)
        name = right.text_input(_("Full name"), max_chars=200)
        provider_id = left.selectbox(_("Provider"), list(names), index=None, format_func=names.__getitem__)
        post = right.text_input(_("Post"), max_chars=200)
        joined_on = left.date_input(_("Joined on"), local_day(page.now, settings().zone), format="YYYY-MM-DD")
        pressed = st.form_submit_button(_("Enter"), key="staff_save")
    if pressed:
        with saving(page, done=_("Entered.")) as session:
            actions.add_trainee(
                session,
                number=staff_number,
                name=name,
                provider_id=provider_id or 0,
                post=post,
                joined_on=joined_on,
                actor=page.actor,
                now=page.now,
            )


def course_view(page: Page, courses: pd.DataFrame) -> None:
    """The courses, one of them open, and what human resources may add."""
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        if courses.empty:
            empty_state(_("No course yet"), _("Enter a partner first, then the courses it gives."), icon="school")
        else:
            shown = localised(courses, "title", "partner").assign(
                kind_words=[label(kind) for kind in courses["kind"]],
                hours_words=[number(hours, 1) for hours in courses["hours"]],
            )
            columns = {
                "title": st.column_config.TextColumn(_("Course"), width="medium"),
                "partner": st.column_config.TextColumn(_("Partner"), width="small"),
                "kind_words": _("Kind"),
                "hours_words": _("Hours"),
                "held_count": _("Times held"),
                "attended_count": _("Attended"),
            }
            picked = table(shown, columns, key="courses", search=["title", "partner"], is_selectable=True)
            if picked is not None:
                keep("course", str(picked["course_id"]))
    with right:
        course_id = kept_id("course")
        found = courses[courses["course_id"] == course_id]
        if len(found):
            course_card(page, found.iloc[0])
        if is_keeper(page):
            partner_form(page)
            course_form(page)


def course_card(page: Page, row: pd.Series) -> None:
    section(pick(row["title"], row["title_en"]), row["code"])
    note(
        " · ".join(
            (
                label(row["kind"]),
                ngettext("{n} training hour", "{n} training hours", int(row["hours"])).format(
                    n=number(row["hours"], 1)
                ),
                pick(row["partner"], row["partner_en"]),
                label(row["partner_kind"]),
            )
        )
    )
    show_text(row["goal"])
    if row["indicator_code"]:
        with reading() as session:
            names = queries.indicator_names(session, actor=page.actor, now=page.now)
        code = row["indicator_code"]
        note(_("Meant to help: {indicator}").format(indicator=names.get(code, code)))
        if page.actor.has(Permission.LIVE_READ) and st.button(
            _("See its process charts"), icon=":material/monitoring:"
        ):
            st.switch_page("../live.py", query_params={"indicator": code})
        note(_("A change after a course is no proof that the course made it."))
    if is_keeper(page):
        session_form(page, int(row["course_id"]))


def partner_form(page: Page) -> None:
    with st.expander(_("Enter a partner")), st.form("partner_form", border=False, clear_on_submit=True):
        name = st.text_input(_("Name"), max_chars=200, key="partner_name")
        name_en = st.text_input(_("English name"), max_chars=200, key="partner_name_en")
        kind = st.selectbox(_("Kind"), list(PartnerKind), format_func=label, key="partner_kind")
        pressed = st.form_submit_button(_("Enter"), key="partner_save")
    if pressed:
        with saving(page, done=_("Entered.")) as session:
            actions.add_partner(session, name=name, name_en=name_en, kind=kind, actor=page.actor, now=page.now)


def course_form(page: Page) -> None:
    with reading() as session:
        partners = queries.partners(session, actor=page.actor)
    names = {int(row.partner_id): pick(row.name, row.name_en) for row in partners.itertuples()}
    with st.expander(_("Enter a course")), st.form("course_form", border=False, clear_on_submit=True):
        code = st.text_input(_("Code"), max_chars=40, key="course_code")
        title = st.text_input(_("Title"), max_chars=200, key="course_title")
        title_en = st.text_input(_("English title"), max_chars=200, key="course_title_en")
        kind = st.selectbox(_("Kind"), list(CourseKind), format_func=label, key="course_kind")
        partner_id = st.selectbox(_("Partner"), list(names), index=None, format_func=names.__getitem__)
        hours = st.number_input(_("Hours"), min_value=0.0, value=8.0, step=1.0)
        goal = st.text_area(_("Goal"), max_chars=2000)
        pressed = st.form_submit_button(_("Enter"), key="course_save")
    if pressed:
        wanted = NewCourse(code, title, kind, partner_id or 0, hours, goal, title_en or None)
        with saving(page, done=_("Entered.")) as session:
            actions.add_course(session, wanted, actor=page.actor, now=page.now)


def session_form(page: Page, course_id: int) -> None:
    with st.form(f"session_form_{course_id}", clear_on_submit=True):
        note(_("Plan a session"))
        today = local_day(page.now, settings().zone)
        left, right = st.columns(2)
        held_on = left.date_input(_("Day"), today + timedelta(days=14), format="YYYY-MM-DD")
        begins = right.time_input(_("Begins"), time(9))
        place = st.text_input(_("Place"), max_chars=200)
        capacity = st.number_input(_("Places"), min_value=1, max_value=1000, value=30)
        pressed = st.form_submit_button(_("Plan the session"), key="session_save")
    if pressed:
        starts_at = datetime.combine(held_on, begins, settings().zone)
        with saving(page, done=_("The session was planned.")) as session:
            actions.plan_session(
                session,
                course_id,
                starts_at=starts_at,
                place=place,
                capacity=int(capacity),
                actor=page.actor,
                now=page.now,
            )


def session_view(page: Page) -> None:
    """All sessions, one of them open: who is registered, who came."""
    with reading() as session:
        found = queries.sessions(session, actor=page.actor)
    if found.empty:
        empty_state(_("No session yet"), _("Sessions are planned on the card of a course."), icon="event")
        return
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        shown = localised(found, "title").assign(
            when=[moment(pd.Timestamp(at).to_pydatetime()) for at in found["starts_at"]],
            state_words=[label(state) for state in found["state"]],
            taken=[_("{done} of {n}").format(done=row.registered_count, n=row.capacity) for row in found.itertuples()],
        )
        columns = {
            "when": _("Begins"),
            "title": st.column_config.TextColumn(_("Course"), width="medium"),
            "place": st.column_config.TextColumn(_("Place"), width="small"),
            "taken": _("Places taken"),
            "attended_count": _("Attended"),
            "state_words": _("State"),
        }
        picked = table(shown, columns, key="sessions", search=["title", "place"], is_selectable=True)
        if picked is not None:
            keep("session", str(picked["session_id"]))
    with right:
        chosen = found[found["session_id"] == kept_id("session")]
        if chosen.empty:
            empty_state(_("Choose a session in the list"), _("Here stands who is registered and who came."))
        elif is_keeper(page):
            session_card(page, chosen.iloc[0])
        else:
            note(_("Names are kept by human resources."))


def session_card(page: Page, row: pd.Series) -> None:
    session_id = int(row["session_id"])
    section(pick(row["title"], row["title_en"]), label(row["state"]))
    with reading() as session:
        found = queries.places(session, session_id, actor=page.actor)
    if row["state"] != SessionState.PLANNED:
        shown = localised(found, "provider").assign(
            words=[label(state) for state in found["attendance"]], number_words=found["certificate"].fillna("—")
        )
        columns = {
            "name": _("Full name"),
            "provider": _("Provider"),
            "words": _("Attendance"),
            "number_words": _("Certificate"),
        }
        table(shown, columns, key="places", rows_per_page=12)
        return
    if pd.Timestamp(row["starts_at"]).to_pydatetime() <= page.now and len(found):
        attendance_form(page, session_id, found)
    else:
        registration_form(page, session_id, found)
    cancel_form(page, session_id)


def attendance_form(page: Page, session_id: int, found: pd.DataFrame) -> None:
    with st.form(f"attendance_{session_id}"):
        note(_("Who came? Hours and certificates follow."))
        came = {
            int(row.trainee_id): st.checkbox(
                plain(f"{row.name} · {row.number}"), value=True, key=f"came_{row.trainee_id}"
            )
            for row in found.itertuples()
        }
        pressed = st.form_submit_button(_("Enter attendance"), type="primary", key=f"hold_{session_id}")
    if pressed:
        with saving(page, done=_("Attendance was entered.")) as session:
            actions.hold_session(session, session_id, came, actor=page.actor, now=page.now)


def registration_form(page: Page, session_id: int, found: pd.DataFrame) -> None:
    with reading() as session:
        staff = queries.staff(session, local_day(page.now, settings().zone).year, actor=page.actor)
    free = staff[~staff["trainee_id"].isin(found["trainee_id"])].sort_values("hours", kind="stable")
    names = {
        int(row.trainee_id): f"{row.name} · {pick(row.provider, row.provider_en)} · {number(row.hours, 1)} h"
        for row in free.itertuples()
    }
    for row in found.itertuples():
        show_text(f"{row.name} · {pick(row.provider, row.provider_en)} · {label(Attendance(row.attendance))}")
    with st.form(f"registration_{session_id}", clear_on_submit=True):
        chosen = st.multiselect(
            _("Register staff, those with least hours first"), list(names), format_func=names.__getitem__
        )
        pressed = st.form_submit_button(_("Register"), type="primary", key=f"register_{session_id}")
    if pressed:
        with saving(page, done=_("Put on the list.")) as session:
            actions.register(session, session_id, chosen, actor=page.actor, now=page.now)


def cancel_form(page: Page, session_id: int) -> None:
    with st.expander(_("Cancel this session")), st.form(f"cancel_{session_id}", border=False):
        reason = st.text_input(_("Reason"), max_chars=500)
        pressed = st.form_submit_button(_("Cancel the session"), key=f"cancel_{session_id}_save")
    if pressed:
        with saving(page, done=_("The session was cancelled.")) as session:
            actions.cancel_session(session, session_id, reason=reason, actor=page.actor, now=page.now)
