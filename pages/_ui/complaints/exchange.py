"""Requests as files: the list to take away, and letters or another hotline's cases to bring in after a look."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import partial

import pandas as pd
import streamlit as st

from pages._ui.feeds.files import uploaded_table
from pages._ui.page import Page, reading, saving
from pages._ui.run import send_to
from pages._ui.tables import offer_download, table
from pages._ui.widgets import note, section, show_error
from qs.actor import Permission
from qs.complaints.exchange.exports import PARTS, Export, ExportFilter, Part, export_requests
from qs.complaints.exchange.imports import (
    CHANNELS,
    COLUMNS,
    MOST_ROWS,
    NEEDED,
    ImportPlan,
    import_requests,
    plan_requests,
)
from qs.complaints.terms import RequestKind, Urgency
from qs.errors import InvalidInput, QualityError
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings
from qs.sheets import safe_csv, xlsx
from qs.web.downloads import keep_for_download
from qs.web.gateway import SESSION

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"


def exchange_view(page: Page) -> None:
    """Both ways beside each other; who registers no requests sees the way out alone."""
    left, right = st.columns([1, 1.3], gap="large")
    with left:
        export_part(page)
    if page.actor.has(Permission.COMPLAINTS_REGISTER):
        with right:
            import_part(page)


def export_part(page: Page) -> None:
    section(_("Export"), _("The list of the desk, as far as you may see it; never texts, places or names of people."))
    with st.form("export_requests"):
        part = st.radio(_("Which requests"), list(Part), format_func=part_words, key="export_part")
        kind = st.selectbox(
            _("Type"), list(RequestKind), index=None, format_func=label, placeholder=_("All types"), key="export_kind"
        )
        days = st.date_input(
            _("Registered from, to"), value=(), max_value=local_day(page.now, settings().zone), key="export_days"
        )
        with st.container(horizontal=True, gap="small"):
            as_xlsx = st.form_submit_button(_("Take away as XLSX"), type="primary", icon=":material/download:")
            as_csv = st.form_submit_button(_("Take away as CSV"), icon=":material/download:")
    if not (as_xlsx or as_csv):
        return
    made: Export | None = None
    with saving(page, stays=True) as session:
        made = export_requests(session, filter_of(part, kind, days), actor=page.actor, now=page.now)
    if made is not None:
        content, media_type, ending = (made.xlsx(), XLSX, "xlsx") if as_xlsx else (made.csv(), CSV, "csv")
        name = f"requests-{local_day(page.now, settings().zone)}.{ending}"
        principal = f"{SESSION}{page.session.token_hash}"
        send_to(keep_for_download(content, file_name=name, media_type=media_type, principal=principal))
        words = ngettext(
            "{n} row was taken away; the trail says so.", "{n} rows were taken away; the trail says so.", len(made.rows)
        )
        note(words.format(n=number(len(made.rows))))


def part_words(part: Part) -> str:
    return _(PARTS[part])


def filter_of(part: Part, kind: RequestKind | None, days: tuple[date, ...]) -> ExportFilter:
    """One day alone is a beginning without an end."""
    return ExportFilter(part, kind, days[0] if days else None, days[1] if len(days) > 1 else None)


def import_part(page: Page) -> None:
    section(_("Import"), _("Letters, or what another hotline took. First you see what would be registered."))
    with st.container(border=True, gap="small"):
        templates(page)
        uploaded = uploaded_table(_("A file in the form of the template"), key="import_requests")
        if uploaded is None:
            return
        try:
            if uploaded.reading.problem_count:
                raise InvalidInput(problems=uploaded.reading.problems, problem_count=uploaded.reading.problem_count)
            with reading() as session:
                plan = plan_requests(session, uploaded.reading.table, actor=page.actor, now=page.now)
        except QualityError as error:
            show_error(error)
            return
        show_plan(plan)
        if not plan.rows:
            return
        count = len(plan.rows)
        words = ngettext("Register {n} request", "Register {n} requests", count).format(n=number(count))
        pressed = st.button(words, type="primary", icon=":material/upload:", key="import_requests_now")
    if pressed:
        done = ngettext("{n} request was registered.", "{n} requests were registered.", count).format(n=number(count))
        with saving(page, done=done) as session:
            import_requests(session, plan, actor=page.actor, now=page.now)


def templates(page: Page) -> None:
    """The empty file in both formats, and which words its columns take."""
    empty = pd.DataFrame(columns=list(COLUMNS))
    with st.container(horizontal=True, gap="small"):
        offer_download(page, _("Template (XLSX)"), "requests.xlsx", partial(xlsx, empty), XLSX, key="template_xlsx")
        offer_download(page, _("Template (CSV)"), "requests.csv", partial(safe_csv, empty), CSV, key="template_csv")
    with st.expander(_("What stands in the columns")):
        note(
            _("Needed in every row: {columns}. The others may be empty or left out.").format(columns=", ".join(NEEDED))
        )
        note(
            _(
                "external_id is the number in your own register: a row whose number is known is left as it is, so a "
                "file can be sent twice. registered_at is when it came in, such as 2026-03-31 14:05; its time runs "
                "from then. At most {limit} rows."
            ).format(limit=number(MOST_ROWS))
        )
        words = {"kind": tuple(RequestKind), "channel": CHANNELS, "urgency": tuple(Urgency)}
        rows = [
            {"column": column, "code": member.value, "words": label(member)}
            for column, members in words.items()
            for member in members
        ]
        shown = pd.DataFrame([*rows, yes_no("wants_reply"), yes_no("is_confidential")])
        columns = {"column": _("Column"), "code": _("Code"), "words": _("Or in words")}
        table(shown, columns, key="import_words", rows_per_page=len(shown))


def yes_no(column: str) -> dict[str, str | StrEnum]:
    return {"column": column, "code": "yes, no", "words": f"{_('Yes')}, {_('No')}"}


def show_plan(plan: ImportPlan) -> None:
    facts = _("{new} to register, {known} are there already").format(
        new=number(len(plan.rows)), known=number(plan.known_count)
    )
    section(_("What this file would do") if plan.rows else _("This file would change nothing"), facts)
    if not plan.rows:
        return
    frame = pd.DataFrame(
        [
            {
                "row": row.row,
                "own": row.wanted.external_id,
                "came": moment(row.registered_at),
                "kind": label(row.wanted.kind),
                "title": row.wanted.title,
                "service": row.service_code or "—",
            }
            for row in plan.rows
        ]
    )
    columns = {
        "row": _("Row"),
        "own": _("Own number"),
        "came": _("Came in"),
        "kind": _("Type"),
        "title": _("Title"),
        "service": _("Service"),
    }
    table(frame, columns, key="import_plan", rows_per_page=10)
