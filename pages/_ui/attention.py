"""What waits for a person today: lines from every room, most pressing first, each one click from where it is met."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import streamlit as st
from sqlalchemy.orm import Session

from pages._ui import cached, figures
from pages._ui.live import COLOURS, arrow, series_key, silence_text
from pages._ui.run import Page
from pages._ui.task import Task
from pages._ui.widgets import plain
from qs.access.queries import people
from qs.actor import Permission, Role
from qs.audit import queries as trail
from qs.audit.terms import Wanted
from qs.i18n import day, ngettext, number, pick
from qs.i18n import gettext as _
from qs.monitoring.queries import Board
from qs.monitoring.terms import Filters, Standing
from qs.observations.queries import import_runs
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings
from qs.standards.queries import editions_on

ANSWERING = {
    Role.SUPERVISOR,
    Role.DEPARTMENT_HEAD,
    Role.SERVICE_LEADER,
    Role.INSPECTOR,
    Role.INFORMATION_TECHNOLOGY,
}
VERIFIED_EVERY = timedelta(days=7)  # how often an auditor is asked to verify the trail
CONCERNS_LISTED = 4
SILENT_LISTED = 3


def day_board(session: Session, page: Page) -> Board | None:
    """The board of everything the person watches; none for people who watch nothing."""
    return cached.live_board(session, Filters(), page) if page.actor.has(Permission.LIVE_READ) else None


def pressing(board: Board | None, page: Page) -> list[Task]:
    """What changed for the worse or fell silent, for those whose work it is to do something about it."""
    if board is None or not ANSWERING.intersection(page.actor.roles):
        return []
    series = board.series
    concerns = [row for row in series.itertuples() if row.standing is Standing.CONCERN]
    silent = [row for row in series.itertuples() if row.standing is Standing.SILENT]
    tasks = [
        Task(
            when=label(row.pattern),
            what=figures.full_name(row),
            why=" · ".join(
                (
                    _("now {value}").format(value=figures.value_text(row, row.value, with_unit=True)),
                    figures.counts_text(row, row.n, row.numerator_sum, row.denominator_sum),
                    _("target {target}").format(target=figures.target_text(row)),
                )
            ),
            button=_("Look"),
            icon="monitoring",
            screen="live",
            colour="orange",
            query={"series": series_key(row)},
        )
        for row in concerns[:CONCERNS_LISTED]
    ]
    tasks += [
        Task(
            when=silence_text(row, board.now),
            what=_("No data: {name}").format(name=figures.full_name(row)),
            why=_("Last figure {moment}; nothing is judged until data come again").format(
                moment=figures.moment_text(row.last_happened_at)
            ),
            button=_("Look"),
            icon="sensors_off",
            screen="live",
            query={"series": series_key(row)},
        )
        for row in silent[:SILENT_LISTED]
    ]
    more = len(concerns) - CONCERNS_LISTED
    if more > 0:
        tasks.append(
            Task(
                when=ngettext("{n} more", "{n} more", more).format(n=number(more)),
                what=_("Other figures that got worse"),
                why=_("Sorted by urgency on the Live page"),
                button=_("All"),
                icon="format_list_bulleted",
                screen="live",
                query={"queue": "concern"},
            )
        )
    return tasks


def this_week(session: Session, page: Page) -> list[Task]:
    """What each room has for this person besides the figures."""
    sources: tuple[tuple[Permission, Callable[[Session, Page], Iterator[Task]]], ...] = (
        (Permission.STANDARDS_EDIT, reviews),
        (Permission.PEOPLE_EDIT, rightless_people),
        (Permission.FEEDS_EDIT, refused_rows),
        (Permission.AUDIT_READ, verification),
    )
    return [task for needs, source in sources if page.actor.has(needs) for task in source(session, page)]


def reviews(session: Session, page: Page) -> Iterator[Task]:
    """Indicators whose review date has passed."""
    today = local_day(page.now, settings().zone)
    editions = editions_on(session, today, actor=page.actor)
    overdue = editions[editions["review_on"] < today]
    for row in overdue.sort_values("review_on").head(3).itertuples():
        yield Task(
            when=_("since {day}").format(day=day(row.review_on)),
            what=_("Review due: {name}").format(name=pick(row.name, row.name_en)),
            why=_("Every indicator is looked at again by its review date: definition, target, weight"),
            button=_("Review"),
            icon="rule",
            screen="standards",
            query={"indicator": row.code},
        )


def rightless_people(session: Session, page: Page) -> Iterator[Task]:
    """People who may sign in but hold no role."""
    listed = people(session, actor=page.actor)
    waiting = listed[listed["is_active"] & (listed["roles"].str.len() == 0)]
    for row in waiting.head(3).itertuples():
        yield Task(
            when=_("no role yet"),
            what=_("{name} can sign in but see nothing").format(name=row.name),
            why=_("Give a role and say how far it reaches, or deactivate the account"),
            button=_("Decide"),
            icon="group",
            screen="people",
        )


def refused_rows(session: Session, page: Page) -> Iterator[Task]:
    """Recent files of which rows were left out."""
    runs = import_runs(session, actor=page.actor)
    for row in runs[runs["refused_row_count"] > 0].head(2).itertuples():
        yield Task(
            when=figures.day_text(row.imported_at),
            what=ngettext("{n} row left out of {file}", "{n} rows left out of {file}", row.refused_row_count).format(
                n=number(row.refused_row_count), file=row.file_name
            ),
            why=_("Ask the sender for the corrected rows; loading the file again adds only what is new"),
            button=_("Look"),
            icon="database",
            screen="feeds",
        )


def verification(session: Session, page: Page) -> Iterator[Task]:
    """An audit trail that nobody has verified lately."""
    found = trail.entries(session, Wanted(action="audit.verified"), actor=page.actor, limit=1)
    last = found["at"].iloc[0] if len(found) else None
    if last is None or page.now - last > VERIFIED_EVERY:
        yield Task(
            when=_("not verified yet") if last is None else figures.day_text(last),
            what=_("Verify the audit trail"),
            why=_("Every entry is read again and compared with its mac and with the signed checkpoints"),
            button=_("Verify"),
            icon="verified",
            screen="audit",
        )


def task_line(task: Task, key: str, *, is_primary: bool) -> None:
    """One line: when, what and why, and the button that leads there."""
    when, words, action = st.columns([1.35, 4.6, 0.95], gap="small", vertical_alignment="center")
    when.markdown(f":{task.colour}[**{plain(task.when)}**]")
    words.markdown(f"**{plain(task.what)}**  \n:small[:gray[{plain(task.why)}]]")
    kind = "primary" if is_primary else "secondary"
    if action.button(task.button, icon=f":material/{task.icon}:", key=key, type=kind, width="stretch"):
        st.switch_page(f"../{task.screen}.py", query_params=task.query)


def task_group(tasks: list[Task], key: str, *, first_is_primary: bool = False) -> None:
    with st.container(border=True, gap="small"):
        for place, task in enumerate(tasks):
            task_line(task, f"{key}_{place}", is_primary=first_is_primary and place == 0)


def changed_metrics(board: Board) -> None:
    """The most telling changes as figures with their past: one worse, one better, one silent."""
    for standing in (Standing.CONCERN, Standing.IMPROVEMENT, Standing.SILENT):
        rows = [row for row, value in enumerate(board.series["standing"]) if value is standing]
        if rows:
            metric(board, rows[0])


def metric(board: Board, row: int) -> None:
    series = board.series.iloc[row]
    silent = series.standing is Standing.SILENT
    st.metric(
        plain(figures.tile_label(series)),
        None if silent else figures.value_text(series, series.value),
        _("no data") if silent else label(series.standing),
        delta_color=COLOURS[series.standing],
        delta_arrow=arrow(series),
        delta_description=silence_text(series, board.now)
        if silent
        else figures.counts_text(series, series.n, series.numerator_sum, series.denominator_sum),
        chart_data=None if silent else board.values[row][1:-1],
        border=True,
        icon=":material/sensors_off:" if silent else None,
    )


def headline(tasks: list[Task], later: list[Task]) -> str:
    """How much waits, in one sentence."""
    count = len(tasks) + len(later)
    if not count:
        return _("Nothing waits for you today")
    if not tasks:
        return ngettext(
            "{n} thing to do this week, nothing urgent", "{n} things to do this week, nothing urgent", count
        ).format(n=count)
    return ngettext("{n} thing waits for you today", "{n} things wait for you today", count).format(n=count)
