"""What the Rankings screen shows: the chosen quarter, frozen or provisional, its scores with names, and the finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from pages._ui.cached import working_ranking
from pages._ui.choices import one_of
from pages._ui.page import Page
from pages._ui.widgets import Action
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number, pick
from qs.rankings import queries
from qs.rankings.terms import Level, Standing


@dataclass(frozen=True, eq=False)
class Shown:
    """One quarter on one level. `frozen` is its newest revision, empty for one that is not frozen."""

    name: str
    level: Level
    scores: pd.DataFrame  # named, best rank first
    measures: pd.DataFrame
    ranked_count: int  # those out of sight included
    frozen: pd.Series | None
    before: pd.DataFrame | None  # the scores of the frozen quarter before
    is_complete: bool

    @property
    def ranked(self) -> pd.DataFrame:
        return self.scores[self.scores["is_ranked"]]

    def count(self, standing: Standing) -> int:
        return int((self.scores["standing"] == standing).sum())


def period_words(session: Session, page: Page) -> dict[str, str]:
    """The quarters that can be looked at, newest first: the running one, complete ones to be frozen, frozen ones."""
    frozen = list(queries.frozen_periods(session, actor=page.actor)["name"])
    newest = frozen[0] if frozen else ""
    running = queries.running_quarter(page.now)
    waiting = [name for name in queries.unfrozen_quarters(session, actor=page.actor, now=page.now) if name > newest]
    words = {running: _("{quarter}, provisional").format(quarter=quarter_text(running))}
    words |= {name: _("{quarter}, to be frozen").format(quarter=quarter_text(name)) for name in waiting[::-1]}
    return words | {name: quarter_text(name) for name in frozen}


def quarter_text(name: str) -> str:
    year, number_of_it = name.split("Q")
    return _("Q{number} {year}").format(year=year, number=number_of_it)


def chosen_period(periods: dict[str, str]) -> str:
    """The quarter asked for in the address, else the newest frozen one, else the newest of all."""
    frozen = [name for name, words in periods.items() if words == quarter_text(name)]
    return one_of(_("Period"), periods, key="period", usual=(frozen or list(periods))[0], width=210)


def shown_ranking(session: Session, name: str, level: Level, page: Page) -> Shown | None:
    """The chosen quarter; nothing when it holds nothing."""
    known = queries.frozen_periods(session, actor=page.actor)
    own = known[known["name"] == name]
    if own.empty:
        working = working_ranking(session, name, page)
        scores, measures, ranked_count = working.scores[level], working.measures, working.ranked_counts[level]
        complete = name in queries.unfrozen_quarters(session, actor=page.actor, now=page.now)
    else:
        scores = queries.frozen_scores(session, name, level=level, actor=page.actor)
        measures = queries.frozen_measures(session, name, actor=page.actor)
        ranked_count = int(scores["is_ranked"].sum())
        complete = True
    earlier = known[known["name"] < name]
    before = None
    if len(earlier):
        before = queries.frozen_scores(session, earlier.iloc[0]["name"], level=level, actor=page.actor)
    return Shown(
        name=name,
        level=level,
        scores=queries.named(session, scores, level=level, actor=page.actor),
        measures=measures,
        ranked_count=ranked_count,
        frozen=None if own.empty else own.iloc[0],
        before=before,
        is_complete=complete,
    )


def filtered(shown: Shown) -> pd.DataFrame:
    """The services that meet the filters; ranks stay those among all."""
    listed = shown.scores
    for key in ("sector", "area"):
        wanted = st.query_params.get(key)
        if shown.level is Level.SERVICE and wanted is not None:
            listed = listed[listed[f"{key}_code"] == wanted]
    return listed


def finding(shown: Shown | None, page: Page) -> tuple[str, str, list[Action]]:
    """The finding as a title, the facts behind it, and the buttons of this person."""
    if shown is None or shown.scores.empty:
        return _("No scores yet"), "", []
    above, below, alike = (shown.count(one) for one in (Standing.ABOVE, Standing.BELOW, Standing.ALIKE))
    if shown.ranked.empty:
        title = _("Nobody can be ranked: too little is known")
    elif not above and not below:
        title = _("No difference is certain: treat all {n} alike").format(n=number(alike))
    elif shown.level is Level.SERVICE:
        title = ngettext(
            "{below} clearly trails, {above} clearly lead; {alike} cannot be told apart",
            "{below} clearly trail, {above} clearly lead; {alike} cannot be told apart",
            below,
        ).format(below=number(below), above=number(above), alike=number(alike))
    else:
        end = shown.ranked[shown.ranked["standing"] == (Standing.BELOW if below else Standing.ABOVE)]
        told = end.iloc[-1 if below else 0]
        words = _("{name} clearly trails; {alike} of {n} cannot be told apart")
        if not below:
            words = _("{name} clearly leads; {alike} of {n} cannot be told apart")
        title = words.format(name=pick(told["name"], told["name_en"]), alike=number(alike), n=number(len(shown.ranked)))
    return title, facts(shown), buttons(shown, page)


def facts(shown: Shown) -> str:
    unranked = len(shown.scores) - len(shown.ranked)
    parts = [quarter_text(shown.name)]
    if shown.frozen is None:
        parts.append(_("provisional, not official"))
    else:
        at: datetime = shown.frozen["frozen_at"].to_pydatetime()
        parts.append(_("frozen {moment}").format(moment=moment(at)))
        if shown.frozen["revision"] > 1:
            parts.append(_("revision {n}").format(n=number(shown.frozen["revision"])))
    parts.append(ngettext("{n} ranked", "{n} ranked", len(shown.ranked)).format(n=number(len(shown.ranked))))
    if unranked:
        parts.append(ngettext("{n} not ranked", "{n} not ranked", unranked).format(n=number(unranked)))
    parts.append(_("95 % intervals"))
    return " · ".join(parts)


def buttons(shown: Shown, page: Page) -> list[Action]:
    if not page.actor.has_everywhere(Permission.RANKINGS_FREEZE) or not shown.is_complete:
        return []
    if shown.frozen is None:
        return [Action("freeze", _("Freeze this quarter"), icon="ac_unit", is_primary=True)]
    return [Action("revise", _("Freeze again"), icon="ac_unit")]
