"""Requests taken apart: completion in time with intervals, every measure with its counts, and what was excluded."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.complaints.rates import share_text
from pages._ui.figures import NOTHING
from pages._ui.page import Page
from pages._ui.tables import offer_download, table
from pages._ui.widgets import definition, note, section
from qs import chart_style
from qs.complaints import charts
from qs.complaints.figures.counting import SHARES, Share
from qs.complaints.figures.times import ANSWER_DAYS
from qs.complaints.terms import ExclusionReason, Ground
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, percent
from qs.sentences import label
from qs.sheets import safe_csv

CSV = "text/csv; charset=utf-8"
SHOWN = 8
FEW = 10  # cases below which a share is marked


def share_names() -> dict[str, tuple[str, str]]:
    """For every measure its heading and, in words, what stands above and below the line."""
    return {
        "on_time": (
            _("Closed in time"),
            _("Closed in time / (closed in the period + still open and past the limit at its end)"),
        ),
        "sign": (_("Signed in time"), _("Signed within the limit / signed, or unsigned past the limit")),
        "first_dispatch": (_("First dispatch right"), _("Not returned / dispatched")),
        "return": (_("Return rate"), _("Returned by the unit / dispatched")),
        "extension": (_("Extension rate"), _("Extended / completed")),
        "pause": (_("Pause rate"), _("Paused at least once / completed")),
        "rework": (_("Rework rate"), _("Sent back to the unit / completed")),
        "repeat": (_("Repeat rate"), _("Same person and matter within 30 days / taken in hand")),
        "refusal": (_("Not accepted"), _("Not accepted / completed or not accepted")),
        "review": (_("Review rate"), _("Review asked for / completed")),
        "changed": (_("Changed on review"), _("Changed or handled again / reviews decided")),
        "exclusion": (_("Exclusion rate"), _("Excluded / called back")),
        "reach": (_("Reach rate"), _("Attempts that reached the requester / attempts to call back")),
        "answer": (
            _("Answered within {n} working days").format(n=number(ANSWER_DAYS)),
            _("First answer soon enough / answered, or past that time without an answer"),
        ),
    }


def in_time(frame: pd.DataFrame, by: Ground, *, target: float, least: int) -> None:
    """Completion in time of each row with its 95 % interval; those with too few cases are named, not drawn."""
    base = frame["on_time_base"]
    enough, few = frame[base >= least], frame[(base > 0) & (base < least)]
    drawn = enough if by is Ground.MONTH else enough.sort_values("on_time_share", kind="stable").head(SHOWN)
    section(_("Closed in time"), label(by))
    if len(drawn):
        shown = pd.DataFrame(
            {
                "name": drawn["words"],
                "share": drawn["on_time_share"],
                "lower": drawn["on_time_lower"],
                "upper": drawn["on_time_upper"],
                "standing": [standing(row, target) for row in drawn.itertuples(index=False)],
                "counts": [
                    _("{numerator} / {denominator}").format(numerator=number(one), denominator=number(all_of_them))
                    for one, all_of_them in zip(drawn["on_time"], drawn["on_time_base"], strict=True)
                ],
                "share_text": [share_text(one) for one in drawn["on_time_share"]],
            }
        )
        colours = chart_style.palette(dark=st.context.theme.type == "dark")
        chart = charts.share_chart(shown, target=target, colours=colours)
        st.altair_chart(chart, theme=None, width="stretch", key="in_time")
        note(
            _("Dashed: the target of {target}. Orange: the whole interval lies below it.").format(
                target=percent(target, 0)
            )
        )
    if len(enough) > len(drawn):
        note(_("The lowest {n} of {all}; all of them in the table.").format(n=len(drawn), all=len(enough)))
    if len(few):
        words = ngettext(
            "{n} more has fewer than {least} cases, too few to say anything.",
            "{n} more have fewer than {least} cases each, too few to say anything.",
            len(few),
        )
        note(words.format(n=number(len(few)), least=least))


def standing(row: Any, target: float) -> str:  # noqa: ANN401 - a row of the figures
    if row.on_time_upper < target:
        return "concern"
    return "improvement" if row.on_time_lower > target else "common"


def measure_table(page: Page, frame: pd.DataFrame, rates: pd.DataFrame, period: str) -> None:
    """Every measure of every row as a share with its counts; the file has the intervals as well."""
    names = share_names()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        section(_("Every measure"), _("share, and the counts behind it; * fewer than {n} cases").format(n=FEW))
        st.space("stretch")
        definition(_("How they are counted"), list(names.values()))
        offer_download(
            page,
            _("Download (CSV)"),
            f"requests-{period}.csv",
            lambda: safe_csv(with_three_rates(frame, rates).drop(columns=["ground", "name", "name_en"])),
            CSV,
            key="export_figures",
        )
    shown = frame.assign(
        **{share.name: [cell(row, share) for row in frame.itertuples(index=False)] for share in SHARES},
        hours=[
            spread_text(*pair) for pair in zip(frame["median_working_hours"], frame["p90_working_hours"], strict=True)
        ],
        days=[spread_text(*pair) for pair in zip(frame["median_working_days"], frame["p90_working_days"], strict=True)],
        volume=[NOTHING if pd.isna(one) else number(one, 1) for one in frame["per_10000"]],
    )
    columns = {
        "words": st.column_config.TextColumn(_("Group"), width="medium", pinned=True),
        "registered": _("Registered"),
        "closed": _("Completed"),
        "open_overdue": _("Open, past limit"),
        **{share.name: names[share.name][0] for share in SHARES},
        "hours": st.column_config.TextColumn(_("Working hours"), help=_("Median / P90")),
        "days": st.column_config.TextColumn(_("Working days"), help=_("Median / P90")),
        "supervised": _("Supervised"),
        "volume": st.column_config.TextColumn(_("Per 10 000"), help=_("Registered per 10 000 residents")),
    }
    table(shown, columns, key="counts", rows_per_page=12)


def with_three_rates(frame: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """The rows of the file: figures and the three rates side by side."""
    return frame.merge(rates.drop(columns=["name", "name_en"]), on="ground", how="left")


def cell(row: Any, share: Share) -> str:  # noqa: ANN401 - a row of the figures
    """A share with its counts, marked where they are few."""
    above, below = getattr(row, share.above), getattr(row, share.below)
    if not below:
        return NOTHING
    few = "*" if below < FEW else ""
    return _("{share}{few} ({numerator} / {denominator})").format(
        share=percent(above / below), few=few, numerator=number(above), denominator=number(below)
    )


def spread_text(median: float, long: float) -> str:
    if pd.isna(median):
        return NOTHING
    return _("{numerator} / {denominator}").format(numerator=number(median, 1), denominator=number(long, 1))


def exclusion_part(found: dict[ExclusionReason, tuple[int, int]], frame: pd.DataFrame) -> None:
    """What was left out of the assessment, by coded reason: granted and refused."""
    called, excluded = (int(frame[name].sum()) for name in ("called", "excluded"))
    share = share_text(excluded / called if called else None)
    counts = _("{numerator} / {denominator}").format(numerator=number(excluded), denominator=number(called))
    section(_("Left out of the assessment"))
    note(_("{share} of those called back ({counts})").format(share=share, counts=counts))
    if not found:
        note(_("Nobody asked to leave a request out in this period."))
        return
    rows = [(label(reason), granted, refused) for reason, (granted, refused) in found.items()]
    shown = pd.DataFrame(rows, columns=["reason", "granted", "refused"]).sort_values("granted", ascending=False)
    columns = {
        "reason": st.column_config.TextColumn(_("Reason"), width="medium"),
        "granted": _("Granted"),
        "refused": _("Refused"),
    }
    table(shown, columns, key="exclusions", rows_per_page=8)
