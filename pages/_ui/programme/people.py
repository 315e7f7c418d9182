"""Who answers for what: the five parties of the programme, and every service with its leader."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui.choices import localised
from pages._ui.page import Page, reading, saving
from pages._ui.programme.plan import is_editor
from pages._ui.tables import table
from pages._ui.widgets import empty_state, note, plain, section, show_text
from qs.i18n import day, ngettext, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.programme import actions, queries
from qs.programme.terms import Party
from qs.sentences import label
from qs.settings import settings


def parties(page: Page) -> None:
    """The five parties: duty, person, since when; a supervisor names somebody else."""
    with reading() as session:
        found = queries.responsibilities(session, actor=page.actor)
        people = queries.people(session, actor=page.actor) if is_editor(page) else None
    for row in found.itertuples():
        with st.container(border=True, gap="xsmall"):
            words, person, change = st.columns([3.4, 1.6, 0.8], vertical_alignment="center")
            words.markdown(f"**{plain(label(row.party))}**  \n:small[:gray[{plain(pick(row.duty, row.duty_en))}]]")
            with person:
                if pd.isna(row.person_id):
                    nobody = _("Nobody named yet")
                    st.markdown(f":orange[**{plain(nobody)}**]")
                else:
                    show_text(pick(row.person, row.person_en))
                    note(_("since {day}").format(day=day(row.since)))
            if people is not None:
                with change:
                    name_popover(page, row.party, people)


def name_popover(page: Page, party: Party, people: pd.DataFrame) -> None:
    names = {int(row.person_id): pick(row.name, row.name_en) for row in people.itertuples()}
    with st.popover(_("Name somebody"), icon=":material/person:"):
        chosen = st.selectbox(
            _("Who answers for {party}").format(party=label(party)),
            list(names),
            index=None,
            format_func=names.__getitem__,
            key=f"name_{party}",
        )
        pressed = st.button(_("Name this person"), key=f"name_{party}_save", disabled=chosen is None)
    if pressed and chosen is not None:
        with saving(page, done=_("Named.")) as session:
            actions.name_responsible(session, party, chosen, actor=page.actor, now=page.now)


def service_leaders(page: Page) -> None:
    """Every running service with its leader, those without one first."""
    with reading() as session:
        found = queries.leaders(session, actor=page.actor, today=local_day(page.now, settings().zone))
    missing = int((~found["is_led"]).sum()) if len(found) else 0
    section(
        _("Every service has a leader")
        if not missing
        else ngettext("{n} service has no leader", "{n} services have no leader", missing).format(n=missing),
        _("They answer for the quality of their service; the Directory is where leaders are changed."),
    )
    shown = localised(found, "name", "provider", "group", "leader")
    columns = {"name": _("Service"), "provider": _("Provider"), "leader": _("Leader"), "group": _("Supervision group")}
    table(shown, columns, key="leaders", search=["name", "provider", "leader"], rows_per_page=12)


def begin_form(page: Page) -> None:
    """What stands here before a plan was written."""
    if not is_editor(page):
        empty_state(
            _("No implementation plan yet"),
            _("A supervisor writes it from the template: plan, system and training, participation, evaluations."),
            icon="event_note",
        )
        return
    with st.form("begin_plan"):
        section(_("Write the plan from the template"))
        name = st.text_input(_("Name"), max_chars=200)
        name_en = st.text_input(_("English name"), max_chars=200)
        first = st.date_input(_("First day"), local_day(page.now, settings().zone), format="YYYY-MM-DD")
        note(_("One month for the plan, three for system and training, one for participation, then every quarter."))
        pressed = st.form_submit_button(_("Write the plan"), type="primary")
    if pressed:
        with saving(page, done=_("The plan was written. Somebody else adopts it.")) as session:
            actions.begin_plan(session, name=name, name_en=name_en, starts_on=first, actor=page.actor, now=page.now)


def adopt_part(page: Page, plan_id: int, written_by: int | None) -> None:
    """The one step from a written plan to a running one."""
    if is_editor(page) and written_by != page.actor.person_id:
        st.info(_("Adopting fixes these dates as the baseline; rewards and penalties take effect in the sixth month."))
        if st.button(_("Adopt the plan"), type="primary", key="adopt_plan"):
            with saving(page, done=_("The plan was adopted.")) as session:
                actions.adopt_plan(session, plan_id, actor=page.actor, now=page.now)
    else:
        st.info(_("Another supervisor than its author adopts the plan."))
