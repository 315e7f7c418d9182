"""The lists of the Rankings screen: the league, departments and areas on their intervals, and who is not ranked."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import page_choice
from pages._ui.page import Page
from pages._ui.rankings.shown import Shown
from pages._ui.standards.lists import XLSX
from pages._ui.tables import offer_download
from pages._ui.widgets import note, plain, section
from qs.chart_style import Palette, palette
from qs.i18n import gettext as _
from qs.i18n import number, pick
from qs.rankings.charts import league_chart, unit_chart
from qs.rankings.terms import Standing, WhyNot
from qs.sentences import label
from qs.sheets import xlsx
from qs.stats.comparison import Interval, difference

ROWS_PER_PAGE = 21
UNRANKED_LISTED = 12
COLOURS = {Standing.ABOVE: "blue", Standing.ALIKE: "gray", Standing.BELOW: "orange", Standing.UNRANKED: "gray"}
Row = Any  # Any: a named tuple with the columns of the scores


def colours() -> Palette:
    return palette(dark=(st.context.theme.type or "light") == "dark")


def name_of(row: Row) -> str:
    return pick(row.name, row.name_en)


def league(shown: Shown, listed: pd.DataFrame) -> None:
    """A page of the ranked services, best first, with what the colours mean and how many there are of each."""
    ranked = listed[listed["is_ranked"]]
    with st.container(border=True, gap="small"):
        if ranked.empty:
            note(_("Nobody who fits these filters is ranked. Take one of them back."))
            return
        pages = (len(ranked) + ROWS_PER_PAGE - 1) // ROWS_PER_PAGE
        if st.session_state.get("league_page", 1) > pages:
            st.session_state["league_page"] = pages
        place, current = st.container(), 1
        if pages > 1:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                current = page_choice(pages, key="league_page")
                note(_("ranks are among all {n}").format(n=number(shown.ranked_count)))
        part = ranked.iloc[(current - 1) * ROWS_PER_PAGE : current * ROWS_PER_PAGE]
        with place:
            frame = league_rows(part, shown)
            chart = league_chart(frame, ranked_count=shown.ranked_count, colours=colours())
            st.altair_chart(chart, width="stretch", theme=None, key="league")
        legend(
            ranked,
            _(
                "Bar: 95 % rank interval; dashed line: the middle. Coloured only where it is certain "
                "even when all are compared at once."
            ),
        )


def legend(ranked: pd.DataFrame, words_below: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for standing in (Standing.ABOVE, Standing.ALIKE, Standing.BELOW):
            count = int((ranked["standing"] == standing).sum())
            words = _("{standing} {n}").format(standing=label(standing), n=number(count))
            st.badge(words, color=COLOURS[standing])
        note(words_below)


def league_rows(part: pd.DataFrame, shown: Shown) -> pd.DataFrame:
    """The rows with everything the chart says in words; names that occur twice get their code."""
    doubled = part["name"].duplicated(keep=False)
    earlier = {} if shown.before is None else shown.before.set_index("subject_id")["rank"].to_dict()
    chosen = st.query_params.get("service")
    rows: list[Row] = list(part.itertuples(index=False))
    return pd.DataFrame(
        {
            "place": range(1, len(rows) + 1),
            "label": [
                _("{name} ({code})").format(name=name_of(row), code=row.code) if twice else name_of(row)
                for row, twice in zip(rows, doubled, strict=True)
            ],
            "rank": part["rank"].astype(int).to_list(),
            "rank_lower": part["rank_lower"].astype(int).to_list(),
            "rank_upper": part["rank_upper"].astype(int).to_list(),
            "rank_text": [number(row.rank) for row in rows],
            "interval_text": [interval_text(row) for row in rows],
            "score_text": [number(row.score, 1) for row in rows],
            "n_text": [number(row.n) for row in rows],
            "change_text": [change_text(row.rank, earlier.get(row.subject_id)) for row in rows],
            "standing": [row.standing.value for row in rows],
            "standing_text": [label(row.standing) for row in rows],
            "is_chosen": [row.code == chosen for row in rows],
        }
    )


def interval_text(row: Row) -> str:
    if pd.isna(row.rank_lower):
        return "—"
    return f"{number(row.rank_lower)}–{number(row.rank_upper)}"


def change_text(rank: int, before: int | None) -> str:
    """Places gained or lost against the frozen quarter before; a dash for none and for somebody new."""
    if before is None or pd.isna(before) or before == rank:
        return "—"
    return f"▲ {number(before - rank)}" if before > rank else f"▼ {number(rank - before)}"


def units(shown: Shown) -> None:
    """Departments or areas, best first."""
    ranked = shown.ranked
    with st.container(border=True, gap="small"):
        if ranked.empty:
            note(_("Nobody is ranked on this level yet."))
            return
        rows: list[Row] = list(ranked.itertuples(index=False))
        frame = pd.DataFrame(
            {
                "label": [name_of(row) for row in rows],
                "score": ranked["score"].to_list(),
                "lower": ranked["lower"].to_list(),
                "upper": ranked["upper"].to_list(),
                "score_text": [number(row.score, 1) for row in rows],
                "n_text": [unit_counts(row) for row in rows],
                "rank_text": [number(row.rank) for row in rows],
                "interval_text": [interval_text(row) for row in rows],
                "standing": [row.standing.value for row in rows],
            }
        )
        st.altair_chart(unit_chart(frame, colours=colours()), width="stretch", theme=None, key="units")
        legend(
            ranked,
            _(
                "Bar: 95 % interval of the score; dashed line: on target. Coloured only where it is certain "
                "even when all are compared at once."
            ),
        )


def unit_counts(row: Row) -> str:
    return _("{services} services, {cases} cases").format(services=number(row.service_count), cases=number(row.n))


def gap_card(shown: Shown) -> None:
    """How far the best and the last are apart, with its interval."""
    ranked = shown.ranked
    with st.container(border=True, gap="small"):
        section(_("Gap between first and last"))
        if len(ranked) < 2:
            note(_("It takes two to compare."))
            return
        first, last = ranked.iloc[0], ranked.iloc[-1]
        gap = first["score"] - last["score"]
        around = difference(first["score"], ends(first), last["score"], ends(last))
        st.metric(
            plain(_("points")),
            number(gap, 1),
            help=_("Interval by variance estimates recovery (Zou and Donner 2008). Picked after looking: a bit large."),
        )
        st.markdown(
            plain(
                _("{first} leads {last} by {gap} points (95 % interval {lower} to {upper}).").format(
                    first=pick(first["name"], first["name_en"]),
                    last=pick(last["name"], last["name_en"]),
                    gap=number(gap, 1),
                    lower=number(float(around.lower), 1),
                    upper=number(float(around.upper), 1),
                )
            )
        )
        note(
            _(
                "Each service counts for as many people as its area has; cases of different services cannot be added. "
                "80 points is exactly on target."
            )
        )


def ends(row: pd.Series) -> Interval:
    return Interval(row["lower"], row["upper"])


def unranked_card(shown: Shown, listed: pd.DataFrame) -> None:
    """Who has no rank, and why; they shift nobody."""
    unranked: list[Row] = list(listed[~listed["is_ranked"]].itertuples(index=False))
    if not unranked:
        return
    with st.container(border=True, gap="xsmall"):
        section(_("Not ranked: {n}").format(n=number(len(unranked))))
        for row in unranked[:UNRANKED_LISTED]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(plain(name_of(row)), width="stretch")
                st.badge(reason(row), color="gray")
        if len(unranked) > UNRANKED_LISTED:
            note(_("and {n} more").format(n=number(len(unranked) - UNRANKED_LISTED)))
        note(_("Without a rank nobody else's rank changes. They are ranked as soon as enough is known."))


def reason(row: Row) -> str:
    if row.why_not is WhyNot.TOO_FEW:
        return _("n = {n}, too few").format(n=number(row.n))
    return label(row.why_not)


def export_button(page: Page, shown: Shown) -> None:
    """The scores and ranks on the screen, and the counts behind those in the person's scope, in one workbook."""
    tables = {
        "ranking": shown.scores.drop(columns=["subject_id", "is_own"]),
        "figures": shown.measures.drop(columns=["indicator_id", "edition_id"]),
    }
    name = f"ranking-{shown.name}-{shown.level.value}.xlsx"
    offer_download(page, _("Export (XLSX)"), name, lambda: xlsx(tables), XLSX, key="export_ranking")
