"""Why a score is what it is: its parts against their peers, each with value, target and counts, and its past."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import figures
from pages._ui.choices import keep, words_by_code
from pages._ui.page import Page, go, reading
from pages._ui.rankings.lists import COLOURS, colours, interval_text, reason
from pages._ui.rankings.shown import Shown
from pages._ui.widgets import definition, note, plain, section
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.i18n import number, percent, pick
from qs.rankings import queries
from qs.rankings.charts import BEHIND_POINTS, history_chart, parts_chart
from qs.rankings.terms import EVALUATION
from qs.sentences import label
from qs.standards.terms import Aggregation, Direction

Row = Any  # Any: a named tuple with the columns of `queries.components`


def why_card(page: Page, shown: Shown, listed: pd.DataFrame) -> None:
    """One service of the actor's own: why its score is what it is. First the lowest ranked, where help is needed."""
    own = listed[listed["is_own"]]
    with st.container(border=True, gap="small"):
        if own.empty:
            section(_("Why a score is what it is"))
            note(_("The parts of a score are open to those who answer for the service or supervise it."))
            return
        chosen = chosen_service(own)
        row = own[own["code"] == chosen].iloc[0]
        with reading() as session:
            service_id = int(row["subject_id"])
            parts = queries.components(session, shown.measures, service_id, period=shown.name, actor=page.actor)
            past = queries.history(session, service_id, actor=page.actor)
        heading(row)
        rows: list[Row] = [one for one in parts.itertuples(index=False) if pd.notna(one.score) and one.weight > 0]
        if rows:
            st.altair_chart(parts_chart(part_rows(rows), colours=colours()), width="stretch", theme=None, key="parts")
            note(_("Dot on its interval: points of this service; tick: median of all with the same measure."))
        with st.popover(_("Every part in figures"), icon=":material/functions:", width="stretch"):
            part_list(page, parts, str(row["code"]))
        if len(past) > 1:
            section(_("Frozen quarters"))
            st.altair_chart(history_chart(past_rows(past), colours=colours()), width="stretch", theme=None, key="past")


def chosen_service(own: pd.DataFrame) -> str:
    words = words_by_code(own)
    ranked = own[own["is_ranked"]]
    usual = str((ranked if len(ranked) else own).iloc[-1]["code"])
    asked = st.query_params.get("service")
    codes = list(words)
    chosen: str = st.selectbox(
        _("Service"),
        codes,
        index=codes.index(asked if asked in words else usual),
        format_func=lambda code: words.get(code, code),
        label_visibility="collapsed",
        key="service_choice",
    )
    keep("service", None if chosen == usual else chosen)
    return chosen


def heading(row: pd.Series) -> None:
    name = pick(row["name"], row["name_en"])
    words = _("Why {name} has no score").format(name=name)
    if pd.notna(row["score"]):
        words = _("Why {name} has {score}").format(name=name, score=number(row["score"], 1))
    with st.container(gap="xxsmall"):
        st.markdown(f"### {plain(words)}", anchors=False)
        if row["is_ranked"]:
            st.badge(label(row["standing"]), color=COLOURS[row["standing"]])
            facts = _("rank {rank}, interval {interval} · score {lower} to {upper} · n = {n} · tier {tier}").format(
                rank=number(row["rank"]),
                interval=interval_text(row),
                lower=number(row["lower"], 1),
                upper=number(row["upper"], 1),
                n=number(row["n"]),
                tier=number(row["tier"]),
            )
        else:
            st.badge(reason(row), color="gray")
            facts = _("n = {n}").format(n=number(row["n"]))
        note(facts)
    if row["missing_weight"] > 0:
        share = percent(row["missing_weight"], 0)
        note(_("{share} of the weight is missing; the other parts carry it.").format(share=share))


def part_rows(rows: list[Row]) -> pd.DataFrame:
    """The scored parts with everything the chart says in words."""
    return pd.DataFrame(
        {
            "label": [part_name(row) for row in rows],
            "score": [row.score for row in rows],
            "score_lower": [row.score_lower for row in rows],
            "score_upper": [row.score_upper for row in rows],
            "peer_score": [row.peer_score for row in rows],
            "score_text": [number(row.score) for row in rows],
            "value_text": [value_text(row) for row in rows],
            "is_behind": [bool(row.peer_score - row.score >= BEHIND_POINTS) for row in rows],
        }
    )


def part_name(row: Row) -> str:
    return label(row.part) if row.measure == EVALUATION else pick(row.name, row.name_en)


def value_text(row: Row) -> str:
    if row.measure == EVALUATION:
        return number(row.value, 1)
    return figures.value_text(row, row.value, with_unit=True)


def counts_text(row: Row) -> str:
    if row.aggregation in (Aggregation.SHARE, Aggregation.RATE):
        return _("{numerator} / {denominator}").format(
            numerator=number(row.numerator, 0 if float(row.numerator).is_integer() else 1),
            denominator=number(row.denominator),
        )
    return _("n = {n}").format(n=number(row.n))


def part_list(page: Page, parts: pd.DataFrame, service_code: str) -> None:
    """Every measure of the service: value, target, counts, points, weight, contribution; and the events behind."""
    rows: list[Row] = list(parts.itertuples(index=False))
    for row in rows:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(gap=None, width="stretch"):
                st.markdown(f"**{plain(part_name(row))}**  \n:small[:gray[{plain(part_facts(row))}]]")
            if row.measure != EVALUATION:
                definition(_("Definition"), definition_facts(row))
                has_events = row.event_count > 0 and page.actor.has(Permission.LIVE_READ)
                if has_events and st.button(
                    "", icon=":material/account_tree:", help=_("The events behind it"), key=f"events_{row.measure}"
                ):
                    go("live", series=f"{service_code}|{row.measure}", service=service_code)
    total = parts["contribution"].sum()
    if total > 0:
        note(_("The contributions add up to {score}.").format(score=number(total, 1)))


def part_facts(row: Row) -> str:
    if pd.isna(row.value):
        return _("no figures in this quarter; its weight went to the other parts")
    value = _("{value}, target {target}").format(value=value_text(row), target=target_text(row))
    facts = [value if row.measure != EVALUATION else value_text(row), counts_text(row)]
    if pd.notna(row.score) and row.weight > 0:
        facts.append(
            _("{points} points × {weight} = {contribution}").format(
                points=number(row.score, 1), weight=percent(row.weight, 1), contribution=number(row.contribution, 1)
            )
        )
    else:
        facts.append(_("kept, not scored"))
    return " · ".join(facts)


def target_text(row: Row) -> str:
    return "—" if pd.isna(row.target) else figures.target_text(row)


def definition_facts(row: Row) -> list[tuple[str, str]]:
    facts = [
        (_("Definition"), pick(row.definition, row.definition_en)),
        (_("Numerator"), pick(row.numerator_words, row.numerator_words_en)),
        (_("Denominator"), pick(row.denominator_words, row.denominator_words_en)),
        (_("Target"), target_text(row)),
        (_("Direction"), label(Direction(row.direction))),
        (_("Source"), pick(row.source, row.source_en)),
    ]
    return [(name, text) for name, text in facts if text]


def past_rows(past: pd.DataFrame) -> pd.DataFrame:
    rows: list[Any] = list(past.itertuples(index=False))
    return pd.DataFrame(
        {
            "period": [row.name for row in rows],
            "score": past["score"].to_list(),
            "lower": past["lower"].to_list(),
            "upper": past["upper"].to_list(),
            "score_text": ["—" if pd.isna(row.score) else number(row.score, 1) for row in rows],
            "rank_text": ["—" if pd.isna(row.rank) else number(row.rank) for row in rows],
            "n_text": [number(row.n) for row in rows],
        }
    )
