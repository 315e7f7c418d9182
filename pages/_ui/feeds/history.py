"""Files that were loaded: the list, and the receipt of one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui.choices import choice, localised, words_by_code
from pages._ui.page import Page, reading
from pages._ui.tables import offer_download, table
from pages._ui.widgets import empty_state, note, section
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number, pick
from qs.observations.queries import import_runs
from qs.sheets import safe_csv

COUNTS = ("row_count", "refused_row_count", "event_count", "new_count", "duplicate_count")


def history_part(page: Page, feeds: pd.DataFrame) -> None:
    """Every loaded file, newest first."""
    with reading() as session:
        runs = import_runs(session, actor=page.actor)
    if runs.empty:
        empty_state(
            _("No file was loaded yet"),
            _("Here stands every file that was loaded: by whom, how many rows, how many events were new."),
            icon="history",
        )
        return
    code = choice(_("Feed"), words_by_code(feeds), key="of", width=320)
    if code is not None:
        runs = runs[runs["feed_code"] == code]
    shown = localised(runs, "feed", "person").assign(
        when=[moment(value.to_pydatetime()) for value in runs["imported_at"]],
        duplicate_count=runs["event_count"] - runs["new_count"],
        differing=runs["differing_ids"].map(len),
    )
    shown = shown.assign(person=shown["person"].replace("", _("Command line")))
    headings = count_headings()
    table(
        shown.assign(**{name: [number(value) for value in shown[name]] for name in COUNTS}),
        {
            "when": _("When"),
            "feed": st.column_config.TextColumn(_("Feed"), width="medium"),
            "file_name": st.column_config.TextColumn(_("File"), width="medium"),
            "person": _("By"),
            **{name: st.column_config.TextColumn(headings[name], alignment="right") for name in COUNTS},
        },
        key="runs",
        search=("file_name", "person", "feed"),
    )
    export = shown[["imported_at", "feed_code", "file_name", "file_sha256", "person", *COUNTS]]
    offer_download(page, _("The list (CSV)"), "loaded-files.csv", lambda: safe_csv(export), "text/csv")


def count_headings() -> dict[str, str]:
    return {
        "row_count": _("Rows"),
        "refused_row_count": _("Rows left out"),
        "event_count": _("Events"),
        "new_count": _("New"),
        "duplicate_count": _("There already"),
    }


def receipt(page: Page, run_id: int) -> None:
    """What became of one file."""
    with reading() as session:
        runs = import_runs(session, actor=page.actor)
    runs = runs[runs["import_run_id"] == run_id]
    if runs.empty:
        return
    run = runs.iloc[0]
    section(_("Receipt"), str(run["file_name"]), icon="receipt_long")
    values = {**run.to_dict(), "duplicate_count": run["event_count"] - run["new_count"]}
    for place, (name, words) in zip(st.columns(len(COUNTS)), count_headings().items(), strict=True):
        place.metric(words, number(int(values[name])), border=True)
    note(
        _("Feed {feed} · {moment} · SHA-256 {sha256}").format(
            feed=pick(run["feed"], run["feed_en"]),
            moment=moment(run["imported_at"].to_pydatetime()),
            sha256=run["file_sha256"][:16],
        )
    )
    if not run["new_count"]:
        note(_("Every event was there already: nothing changed."))
    differing = list(run["differing_ids"])
    if differing:
        words = ngettext(
            "{n} event was there already with other values and was not changed. Send a correction for it.",
            "{n} events were there already with other values and were not changed. Send corrections for them.",
            len(differing),
        )
        st.warning(words.format(n=number(len(differing))), icon=":material/difference:")
        with st.expander(_("Their ids")):
            st.code("\n".join(differing), language=None)
