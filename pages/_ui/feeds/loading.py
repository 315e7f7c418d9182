"""Loading a file: choose its feed, look at what it would become and at every fault, then load it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from math import ceil
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, kept_id, words_by_code
from pages._ui.feeds.files import Upload, uploaded_table
from pages._ui.feeds.history import receipt
from pages._ui.page import Page, reading, saving
from pages._ui.tables import offer_download, table
from pages._ui.widgets import note, plain, section, show_error
from qs.errors import Problem, QualityError
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number
from qs.observations.imports import Preview, feed_mapping, first_events, preview_import, refused_rows, run_import
from qs.sentences import problem_sentence
from qs.sheets import safe_csv, xlsx

SHOWN_EVENTS = 20
PROBLEMS_PER_PAGE = 8
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def loading_part(page: Page, feeds: pd.DataFrame) -> None:
    """The whole way of one file, and the receipt of the one before."""
    run_id = kept_id("receipt")
    left, right = st.columns([1, 1.6], gap="large")
    with left, st.container(border=True, gap="small"):
        feed_code = chosen_feed(feeds)
        upload = None
        if feed_code is not None:
            upload = uploaded_table(_("The file"), key=f"load_{run_id or 0}")
            offer_template(page, feed_code)
    with right:
        if upload is not None and feed_code is not None:
            check(page, feed_code, upload)
        elif run_id is not None and not st.session_state.get(f"load_{run_id}"):
            receipt(page, run_id)
        else:
            note(
                _("Choose the feed the file belongs to, then the file. It is checked first; you see every fault here.")
            )


def chosen_feed(feeds: pd.DataFrame) -> str | None:
    names = words_by_code(feeds[feeds["takes_files"] & feeds["is_active"]])
    if not names:
        note(_("No feed takes files yet. Save a file layout first."))
        return None
    asked = st.query_params.get("into")
    codes = list(names)
    code: str | None = st.selectbox(
        _("Feed"),
        codes,
        index=codes.index(asked) if asked in names else None,
        format_func=lambda one: names.get(one, one),
        placeholder=_("Choose the feed of this file"),
        key="load_feed",
    )
    keep("into", code)
    return code


def offer_template(page: Page, feed_code: str) -> None:
    """The columns a file of this feed must have, and an empty file that has them."""
    with reading() as session:
        header = feed_mapping(session, feed_code, actor=page.actor).header
    note(_("Columns a file must have: {columns}").format(columns=", ".join(header)))
    make = partial(safe_csv, pd.DataFrame(columns=list(header)))
    offer_download(page, _("Empty template (CSV)"), f"{feed_code}.csv", make, CSV)


def check(page: Page, feed_code: str, upload: Upload) -> None:
    """Show what the file would become, and offer what can be done with it."""
    try:
        with reading() as session, st.spinner(_("Checking every row")):
            mapping = feed_mapping(session, feed_code, actor=page.actor)
            preview = preview_import(session, upload.reading, mapping, actor=page.actor, now=page.now)
    except QualityError as error:
        show_error(error)
        return
    if preview.is_sound:
        show_sound(page, preview, upload)
    else:
        show_faults(page, preview, upload)
    show_events(preview)


def show_sound(page: Page, preview: Preview, upload: Upload) -> None:
    facts = counts_words(preview)
    section(_("The file is sound"), facts, icon="check")
    if preview.mapped.merged_row_count:
        count = preview.mapped.merged_row_count
        words = ngettext(
            "{n} row repeats another one and counts once.", "{n} rows repeat others and count once.", count
        )
        note(words.format(n=number(count)))
    count = len(preview.mapped.events)
    words = ngettext("Load {n} event", "Load {n} events", count).format(n=number(count))
    if st.button(words, type="primary", icon=":material/upload:", key="load_now", disabled=not count):
        load(page, preview, upload, good_rows_only=False)


def counts_words(preview: Preview) -> str:
    parts = [
        ngettext("{n} row", "{n} rows", preview.row_count).format(n=number(preview.row_count)),
        ngettext("{n} event", "{n} events", len(preview.mapped.events)).format(n=number(len(preview.mapped.events))),
    ]
    if preview.mapped.new_services:
        count = len(preview.mapped.new_services)
        words = ngettext("begins {n} service in the directory", "begins {n} services in the directory", count)
        parts.append(words.format(n=number(count)))
    return " · ".join(parts)


def show_faults(page: Page, preview: Preview, upload: Upload) -> None:
    """Every fault by row and column, as a list and as files, and the explicit choice to load the rest."""
    words = ngettext("{n} problem; nothing was loaded", "{n} problems; nothing was loaded", preview.problem_count)
    st.error(plain(words.format(n=number(preview.problem_count))), icon=":material/error:")
    frame = problem_frame(preview)
    show_problems(frame, key="faults")
    if preview.problem_count > len(frame):
        note(_("The first {n} problems are listed.").format(n=number(len(frame))))
    name = preview.reading.table.file_name.split(".")[0] or "file"
    with st.container(horizontal=True, gap="small"):
        offer_download(page, _("Problems (XLSX)"), f"{name}-problems.xlsx", partial(xlsx, spoken(frame)), XLSX)
        if preview.refused_rows:
            make = partial(refused_file, preview)
            offer_download(page, _("Refused rows (CSV)"), f"{name}-refused.csv", make, CSV)
        if preview.has_good_rows:
            good_rows_choice(page, preview, upload)


def problem_frame(preview: Preview) -> pd.DataFrame:
    """One row per listed problem: row, column, the sentence."""
    rows = [(one.row, one.column or "", placeless_sentence(one)) for one in preview.problems]
    return pd.DataFrame(rows, columns=["row", "column", "problem"]).astype({"row": "Int64"})


def show_problems(frame: pd.DataFrame, *, key: str) -> None:
    """A page of problems: the place in bold, the cure below it."""
    pages = max(ceil(len(frame) / PROBLEMS_PER_PAGE), 1)
    with st.container(border=True, gap="small"):
        place = st.container(gap="small")
        page = st.pagination(pages, key=f"{key}_page") if pages > 1 else 1
    part = frame.iloc[(page - 1) * PROBLEMS_PER_PAGE : page * PROBLEMS_PER_PAGE]
    for problem in part.itertuples(index=False):
        place.markdown(f"**{plain(place_words(problem))}**  \n{plain(problem.problem)}")


def place_words(problem: Any) -> str:  # noqa: ANN401 - a row of `problem_frame`
    """Where a problem stands, in words."""
    if pd.isna(problem.row):
        return problem.column or _("The whole file")
    if not problem.column:
        return _("Row {row}").format(row=problem.row)
    return _("Row {row} · {column}").format(row=problem.row, column=problem.column)


def placeless_sentence(problem: Problem) -> str:
    """The cure alone, for a place that shows row and column beside it."""
    return problem_sentence(replace(problem, row=None, column=None, where=None))


def spoken(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(
        columns={"row": _("Row"), "column": _("Column"), "problem": _("What is wrong and how to mend it")}
    )


def refused_file(preview: Preview) -> bytes:
    reasons: defaultdict[int, list[str]] = defaultdict(list)
    for one in preview.problems:
        if one.row is not None:
            reasons[one.row].append(problem_sentence(one))
    frame = refused_rows(preview, {row: " ".join(sentences) for row, sentences in reasons.items()})
    return safe_csv(frame.rename(columns={"row": _("Row in the file"), "reason": _("Why it was refused")}))


def good_rows_choice(page: Page, preview: Preview, upload: Upload) -> None:
    """Asked once, in words that say what will happen."""
    left_out, all_rows = len(preview.refused_rows), preview.row_count
    with st.popover(_("Load the good rows"), icon=":material/rule:"):
        words = _(
            "{good} of {all} rows would be loaded; {bad} rows stay out. Download them, correct them, load them later."
        )
        st.text(words.format(good=number(all_rows - left_out), all=number(all_rows), bad=number(left_out)))
        if st.button(_("Load the good rows now"), key="load_good", type="primary"):
            load(page, preview, upload, good_rows_only=True)


def load(page: Page, preview: Preview, upload: Upload, *, good_rows_only: bool) -> None:
    """One transaction, with its progress; the receipt stands in the address afterwards."""
    progress = st.progress(0.0, text=_("Loading"))

    def report(done: int, total: int) -> None:
        share = done / max(total, 1)
        progress.progress(share, text=_("{done} of {total} events").format(done=number(done), total=number(total)))

    with saving(page, done=_("The file was loaded.")) as session:
        outcome = run_import(
            session,
            preview,
            good_rows_only=good_rows_only,
            file_sha256=upload.sha256,
            actor=page.actor,
            now=page.now,
            progress=report,
        )
        keep("receipt", str(outcome.import_run_id))


def show_events(preview: Preview) -> None:
    """The first events the file would become."""
    frame = first_events(preview, SHOWN_EVENTS)
    if frame.empty:
        return
    section(_("The first events"), _("as they would be stored"))
    shown = frame.assign(
        when=[moment(value.to_pydatetime()) for value in frame["happened_at"]],
        count=[f"{value:.12g}" for value in frame["numerator"]],
        base=[f"{value:.12g}" for value in frame["denominator"]],
    )
    table(
        shown,
        {
            "row": st.column_config.NumberColumn(_("Row"), width="small", format="%d"),
            "when": _("When"),
            "service": _("Service"),
            "indicator": _("Indicator"),
            "count": st.column_config.TextColumn(_("Numerator"), alignment="right"),
            "base": st.column_config.TextColumn(_("Denominator"), alignment="right"),
            "event_id": st.column_config.TextColumn(_("Event id"), width="large"),
        },
        key="first_events",
        rows_per_page=10,
    )
