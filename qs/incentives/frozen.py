"""Frozen quarters as rules see them: the figures of every service, and what they would be if all were equal."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.incentives.rules import common_values, judge, quarters_back
from qs.incentives.terms import Figure, FigureKey, Judgement, RuleContent, Subject
from qs.rankings import queries as rankings

SCORE, RANK, RANK_SHARE = FigureKey(Subject.SCORE), FigureKey(Subject.RANK), FigureKey(Subject.RANK_SHARE)
TIER, P_TOP, P_BOTTOM = FigureKey(Subject.TIER), FigureKey(Subject.P_TOP), FigureKey(Subject.P_BOTTOM)


@dataclass(frozen=True)
class FrozenQuarter:
    """One frozen quarter: its name, the hash it was frozen under, and the figures of its services by id."""

    name: str
    sha256: str
    figures: Mapping[int, Mapping[FigureKey, Figure]]

    @cached_property
    def common(self) -> dict[FigureKey, float]:
        """What each figure would be if all services were equal."""
        by_key: dict[FigureKey, list[Figure]] = {}
        for figures in self.figures.values():
            for key, figure in figures.items():
                by_key.setdefault(key, []).append(figure)
        return common_values(by_key)


Quarters = Mapping[str, FrozenQuarter]  # by name, oldest first


class FrozenRecord:
    """Every revision of every frozen quarter, each read once: what was known at a moment can be looked up again."""

    def __init__(self, session: Session, *, actor: Actor) -> None:
        self.session, self.actor = session, actor
        names = rankings.frozen_periods(session, actor=actor)["name"]
        frames = [rankings.revisions(session, name, actor=actor) for name in sorted(names)]
        self.revisions = [row for frame in frames for row in frame.to_dict("records")]
        self.read: dict[tuple[str, int], FrozenQuarter] = {}

    def at(self, moment: datetime) -> dict[str, FrozenQuarter]:
        """The quarters that were frozen by then, each in its newest revision of then, by name, oldest first."""
        newest: dict[str, dict[Hashable, Any]] = {}
        for row in self.revisions:
            known = newest.get(row["name"])
            if row["frozen_at"] <= moment and (known is None or row["revision"] > known["revision"]):
                newest[row["name"]] = row
        return {name: self.quarter(row) for name, row in sorted(newest.items())}

    def quarter(self, row: Mapping[Hashable, Any]) -> FrozenQuarter:
        key = (row["name"], row["revision"])
        if key not in self.read:
            figures = figures_of(self.session, *key, self.actor)
            self.read[key] = FrozenQuarter(row["name"], row["sha256"], figures)
        return self.read[key]


def frozen_quarters(session: Session, *, actor: Actor, now: datetime) -> dict[str, FrozenQuarter]:
    """Every quarter frozen by now, by name, oldest first. The caller has checked the actor's right."""
    return FrozenRecord(session, actor=actor).at(now)


def figures_of(session: Session, period: str, revision: int, actor: Actor) -> dict[int, dict[FigureKey, Figure]]:
    """service id -> figure -> its frozen value; services that are not ranked have no score and no rank."""
    found: dict[int, dict[FigureKey, Figure]] = {}
    measures = rankings.frozen_measures(session, period, revision=revision, actor=actor)
    for row in measures.to_dict("records"):
        key = FigureKey(Subject.MEASURE, row["measure"])
        found.setdefault(row["service_id"], {})[key] = figure(row, "value", "lower", "upper")
    scores = rankings.frozen_scores(session, period, revision=revision, actor=actor)
    ranked = scores[scores["is_ranked"]]
    for row in ranked.to_dict("records"):
        mine = found.setdefault(row["subject_id"], {})
        mine[SCORE] = figure(row, "score", "lower", "upper")
        mine[RANK] = figure(row, "rank", "rank_lower", "rank_upper")
        mine[RANK_SHARE] = figure(row, "rank", "rank_lower", "rank_upper", of=len(ranked))
        mine[TIER] = Figure(known(row["tier"]), n=known(row["n"]))
        mine[P_TOP] = Figure(known(row["p_top"]), n=known(row["n"]))
        mine[P_BOTTOM] = Figure(known(row["p_bottom"]), n=known(row["n"]))
    return found


def figure(row: Mapping[Hashable, Any], value: str, lower: str, upper: str, *, of: int = 1) -> Figure:
    """A figure from the named columns of a row, with its cases."""
    centre, low, high = (None if (end := known(row[name])) is None else end / of for name in (value, lower, upper))
    return Figure(centre, low, high, known(row["n"]))


def known(value: Any) -> float | None:  # noqa: ANN401 - a cell of a frame: a number, NaN or NA
    """A number of a frame; None for what is missing there."""
    return None if pd.isna(value) or not math.isfinite(value) else float(value)


def judgement(content: RuleContent, service_id: int, period: str, quarters: Quarters) -> Judgement:
    """What a rule says of one service in one quarter; a quarter that is not frozen counts as missing."""
    longest = max(condition.quarters for condition in content.conditions)
    names = quarters_back(period, longest)
    seen = [(name, quarters[name].figures.get(service_id) if name in quarters else None) for name in names]
    return judge(content, seen, {name: quarters[name].common for name in names if name in quarters})


def services_in(quarter: FrozenQuarter) -> list[int]:
    return sorted(quarter.figures)
