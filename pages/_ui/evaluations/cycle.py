"""Running a cycle: opening one, giving services to third parties, closing it, and the templates behind the sheets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, localised
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import note, section
from qs.actor import Permission
from qs.directory.queries import services
from qs.evaluations import cycles, queries
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, percent
from qs.periods import quarter_name
from qs.sentences import label

DUE_IN_DAYS = 14
QUARTER_DAYS = 92


def open_form(page: Page, today: date, held: set[str]) -> None:
    """A new cycle for a quarter that has begun and is not open yet."""
    names = [quarter_name(today - timedelta(days=QUARTER_DAYS * back)) for back in range(3)]
    free = [name for name in dict.fromkeys(names) if name not in held]
    with reading() as session:
        found = services(session, actor=page.actor, permission=Permission.EVALUATIONS_OPEN, day=today)
    words = dict(localised(found[found["is_open"]], "name")[["service_id", "name"]].itertuples(index=False, name=None))
    with st.form("open_cycle"):
        section(_("Open an evaluation cycle"))
        name = st.selectbox(_("Quarter"), free, key="cycle_name", placeholder=_("No quarter is left to open"))
        due_on = st.date_input(
            _("Sheets due on"), today + timedelta(days=DUE_IN_DAYS), format="YYYY-MM-DD", key="cycle_due"
        )
        chosen = st.multiselect(
            _("Services; all of them when none is chosen"),
            list(words),
            format_func=words.__getitem__,
            key="cycle_services",
        )
        note(
            _("Every service gets a self-assessment and a sheet of the office. Third parties are assigned afterwards.")
        )
        with st.container(horizontal=True, gap="small"):
            pressed = st.form_submit_button(_("Open the cycle"), type="primary", key="cycle_open")
            if st.form_submit_button(_("Leave it as it was"), type="tertiary", key="cycle_leave"):
                keep("do", None)
                st.rerun()
    if pressed:
        with saving(page, done=_("The cycle is open; leaders and the office find their sheets.")) as session:
            cycle_id = cycles.open_cycle(
                session,
                name or "",
                service_ids=chosen or list(words),
                due_on=due_on if isinstance(due_on, date) else today,
                actor=page.actor,
                now=page.now,
            )
            keep("do", None)
            keep("cycle", str(cycle_id))


def third_party_part(page: Page, sheets: pd.DataFrame, cycle_id: int) -> None:
    """Who assesses what as a third party, and the form that assigns more."""
    with reading() as session:
        people = queries.evaluators(session, actor=page.actor)
    held = sheets[sheets["assignee"] != ""]
    counts = held.groupby("assignee").size()
    for name, count in counts.items():
        words = ngettext("{name}: {n} service", "{name}: {n} services", int(count))
        note(words.format(name=str(name), n=number(int(count))))
    named = {person_id: name for person_id, _username, name, _reach in people}
    names = dict(localised(sheets, "service")[["service_id", "service"]].itertuples(index=False, name=None))
    with st.form("assign"):
        section(_("Assign services to a third party"))
        person_id = st.selectbox(_("Evaluator"), list(named), format_func=named.__getitem__, key="assign_person")
        chosen = st.multiselect(_("Services"), list(names), format_func=names.__getitem__, key="assign_services")
        note(_("The evaluator sees these sheets only, and never the scores of others."))
        pressed = st.form_submit_button(_("Assign"), type="primary", key="assign_save")
    if pressed:
        with saving(page, done=_("The services are assigned.")) as session:
            cycles.assign_third_party(session, cycle_id, int(person_id or 0), chosen, actor=page.actor, now=page.now)


def close_part(page: Page, cycle: Any, sheets: pd.DataFrame) -> None:  # noqa: ANN401 - one row of `cycles`
    """Close the cycle when everything is settled."""
    open_count = len(sheets) - int(cycle.settled_count)
    if open_count:
        words = ngettext("{n} sheet is still open", "{n} sheets are still open", open_count)
        note(words.format(n=number(open_count)))
        return
    if st.button(_("Close the cycle"), type="primary", key="close_cycle"):
        with saving(page, done=_("The cycle is closed; its scores stand for rankings.")) as session:
            cycles.close_cycle(session, int(cycle.cycle_id), actor=page.actor, now=page.now)


def templates_part(page: Page) -> None:
    """The templates in use: criteria, weights, guidance."""
    with reading() as session:
        found = queries.templates(session, actor=page.actor)
    shown = localised(found, "name", "guidance", "template").assign(
        subject_words=[label(one) for one in found["subject"]],
        kind_words=[label(one) for one in found["kind"]],
        share=[percent(one, 0) for one in found["weight"]],
    )
    columns = {
        "subject_words": _("Assessor"),
        "name": _("Criterion"),
        "kind_words": _("Panel"),
        "share": _("Weight"),
        "guidance": st.column_config.TextColumn(_("Guidance"), width="large"),
    }
    note(_("A template never changes once a sheet is filled in by it; a new version is used from the next cycle on."))
    table(shown, columns, key="templates", rows_per_page=20)
