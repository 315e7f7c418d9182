"""The inbox of signals: the finding of all of them, the filters, and a line for each, the most pressing first."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import choice, keep, words_by_code
from pages._ui.run import Page
from pages._ui.tables import offer_download
from pages._ui.widgets import note, plain, section
from qs.frames import named_rows
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number, pick
from qs.monitoring import wording
from qs.monitoring.signals import LastScan, told_of
from qs.monitoring.terms import Side, SignalKind, SignalStatus
from qs.notices.terms import Strength
from qs.sentences import label
from qs.sheets import xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES = 15
OVER = (SignalStatus.OVER, SignalStatus.REBASED)
COLOURS = {Side.CONCERN: "orange", Side.IMPROVEMENT: "blue", Side.NEUTRAL: "violet"}
ICONS = {
    SignalKind.SPECIAL_CAUSE: "stacked_line_chart",
    SignalKind.DRIFT: "trending_down",
    SignalKind.TARGET_MISSED: "block",
    SignalKind.FEED_SILENT: "sensors_off",
    SignalKind.SEASON_BROKEN: "calendar_month",
    SignalKind.MANIPULATION_SUSPECTED: "policy",
}
STATUS_ICONS = {
    SignalStatus.NEW: ("fiber_new", "orange"),
    SignalStatus.ACKNOWLEDGED: ("visibility", "gray"),
    SignalStatus.IN_RECTIFICATION: ("build_circle", "blue"),
    SignalStatus.DISMISSED: ("do_not_disturb_on", "gray"),
    SignalStatus.REBASED: ("start", "violet"),
    SignalStatus.OVER: ("task_alt", "blue"),
}
EXPORTED = (
    "service_code",
    "service",
    "indicator_code",
    "indicator",
    "kind",
    "side",
    "strength",
    "status",
    "period_starts_at",
    "onset_at",
    "found_at",
    "ended_at",
)
Row = Any  # Any: one row of signals.signals


def filtered(found: pd.DataFrame) -> pd.DataFrame:
    """The signals that fit the filters, which stand in the address; those that are over only when asked for."""
    shown = found
    statuses = {status.value: label(status) for status in SignalStatus}
    status = choice(_("All that run"), statuses, key="status")
    wanted = [SignalStatus(status)] if status else [one for one in SignalStatus if one not in OVER]
    shown = shown[shown["status"].isin(wanted)]
    kind = choice(_("All kinds of signal"), {kind.value: label(kind) for kind in SignalKind}, key="kind")
    if kind is not None:
        shown = shown[shown["kind"] == SignalKind(kind)]
    sector = choice(_("All sectors"), words_by_code(found, code="sector_code", name="sector"), key="sector")
    if sector is not None:
        shown = shown[shown["sector_code"] == sector]
    if found["is_own"].astype(bool).any():
        whose = choice(_("Everybody's"), {"mine": _("Of my own services")}, key="whose")
        if whose is not None:
            shown = shown[shown["is_own"].astype(bool)]
    return shown


def finding(shown: pd.DataFrame, last: LastScan | None) -> tuple[str, str]:
    """The finding for the heading: what needs a decision among all that is watched; below it what chance would do."""
    if last is None:
        return _("Signals"), ""
    rows = named_rows(shown)
    pressing = [
        row for row in rows if row.side is Side.CONCERN and row.status.waits and row.strength is not Strength.WATCH
    ]
    watched = number(last.series_count)
    if pressing:
        text = ngettext(
            "{n} signal needs a decision, among {watched} series watched",
            "{n} signals need a decision, among {watched} series watched",
            len(pressing),
        )
    else:
        text = _("Nothing needs a decision, among {watched} series watched")
    title = text.format(n=number(len(pressing)), watched=watched)
    chance = _("by chance alone about {k} would stand out").format(k=number(last.expected_false, 1))
    facts = [chance, _("looked through {moment}").format(moment=moment(last.scanned_at))]
    better = sum(row.side is Side.IMPROVEMENT for row in rows)
    if better:
        facts.insert(0, ngettext("{n} got better", "{n} got better", better).format(n=number(better)))
    return title, " · ".join(facts)


def inbox(shown: pd.DataFrame) -> None:
    """The signals under the strength they have, concerns first; each line opens one."""
    pages = -(-len(shown) // LINES)
    if st.session_state.get("signals_page", 1) > pages:
        st.session_state["signals_page"] = pages
    place = st.container(gap="small")
    current = st.pagination(pages, key="signals_page", bind="query-params") if pages > 1 else 1
    part = named_rows(shown.iloc[(current - 1) * LINES : current * LINES])
    groups: dict[tuple[bool, Side, Strength], list[Row]] = {}
    for row in part:
        groups.setdefault((row.status in OVER, row.side, row.strength), []).append(row)
    with place:
        for (is_over, side, strength), rows in groups.items():
            counted = ngettext("{n} signal", "{n} signals", len(rows)).format(n=number(len(rows)))
            words = label(SignalStatus.OVER) if is_over else strength_words(side, strength)
            section(_("{side}: {strength}").format(side=label(side), strength=words), counted)
            with st.container(border=True, gap="xsmall"):
                for row in rows:
                    line(row)


def strength_words(side: Side, strength: Strength) -> str:
    """What a strength asks for; good news asks for nothing but to be shared."""
    return _("worth sharing") if side is Side.IMPROVEMENT and strength is not Strength.WATCH else label(strength)


def line(row: Row) -> None:
    """One signal: its kind, its finding, whose it is, since when, and where it stands."""
    told = told_of(row._asdict())
    sign, words, kind, since, status, button = st.columns(
        [0.35, 5, 1.9, 1.7, 1.6, 0.5], gap="xsmall", vertical_alignment="center"
    )
    with sign:
        st.markdown(f":{COLOURS[row.side]}[:material/{ICONS[row.kind]}:]")
    with words:
        owner = " · ".join(pick(*both) for both in ((row.service, row.service_en), (row.area, row.area_en)))
        st.markdown(f"**{plain(wording.headline(told))}**  \n:small[:gray[{plain(owner)}]]", wrap=False)
    with kind:
        note(label(row.kind))
    with since:
        text = _("since {day}") if row.onset_at is not None else _("found on {day}")
        note(text.format(day=wording.day_words(row.onset_at or row.found_at)))
    with status:
        icon, colour = STATUS_ICONS[row.status]
        st.badge(label(row.status), icon=f":material/{icon}:", color=colour)
    with button:
        st.button(
            "",
            icon=":material/chevron_right:",
            type="tertiary",
            key=f"open_{row.signal_id}",
            help=_("Open the signal"),
            on_click=keep,
            args=("signal", str(row.signal_id)),
        )


def export_button(page: Page, shown: pd.DataFrame) -> None:
    """The listed signals as a workbook, without anybody's free text."""
    kept = shown[list(EXPORTED)]
    offer_download(
        page, _("Export (XLSX)"), "signals.xlsx", lambda: xlsx({"signals": kept}), XLSX, key="export_signals"
    )
