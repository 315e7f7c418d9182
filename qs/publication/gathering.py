"""The counts a release rests on: the frozen quarter, and what the rooms counted in it, gathered once.

Whoever prepares a report may not read every case; the counting is done by the system, after the person's right to
prepare a release was checked. Nothing but counts, names of services and texts meant for the public comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor
from qs.complaints.figures import tables as complaints
from qs.complaints.terms import Outcome
from qs.complaints.wording import LABELS as COMPLAINT_LABELS
from qs.directory import queries as directory
from qs.errors import NotFound
from qs.evaluations import queries as evaluations
from qs.i18n import N_, gettext
from qs.incentives import public as incentives
from qs.incentives.terms import Consequence
from qs.incentives.wording import LABELS as INCENTIVE_LABELS
from qs.inspections import queries as inspections
from qs.participation import figures as participation
from qs.participation import public
from qs.participation import queries as opinions
from qs.periods import local_day
from qs.publication.document import (
    Named,
    Rate,
    Source,
    SourceDecision,
    SourceEvaluation,
    SourceScore,
    SourceService,
    SourceStory,
    Text,
    both,
)
from qs.publication.terms import Story
from qs.rankings import queries as rankings
from qs.rectifications import queries as rectifications
from qs.settings import settings

ROLE_MODEL = (Consequence.ROLE_MODEL,)
ACTIVITIES = {
    "ratings_excluded": N_("Ratings excluded after review by two people"),
    "suggestions": N_("Suggestions received"),
    "suggestions_answered": N_("of these answered by the end of the quarter"),
    "consultations": N_("Consultations summarised"),
    "hearings": N_("Hearings published"),
    "requests": N_("Requests received"),
    "inspections": N_("Inspections concluded"),
    "rectifications_ordered": N_("Rectifications ordered"),
    "rectifications_closed": N_("Rectifications verified and closed"),
}
SUBJECTS = {
    "self": N_("Self-assessment of the unit"),
    "office": N_("Supervision office"),
    "third_party": N_("Third-party evaluation"),
}


class PeriodNotFrozen(NotFound):
    """A report rests on a frozen quarter only."""

    code = "report_needs_frozen_period"


def gather(
    session: Session,
    period: str,
    stories: Sequence[Story],
    *,
    previous: tuple[dict[str, float], dict[str, float]],
    already_hidden: Sequence[str],
    now: datetime,
) -> Source:
    """Everything the report of one frozen quarter is built from. Raises PeriodNotFrozen."""
    frozen = frozen_period(session, period)
    starts_at, ends_at = frozen["starts_at"].to_pydatetime(), frozen["ends_at"].to_pydatetime()
    services = directory.services(session, actor=SYSTEM)
    measures = frozen_measures(session, period, services)
    judged = scores(session, period, services)
    running = services[("service:" + services["code"]).isin({score.code for score in judged})]
    ratings = participation.rating_figures(session, starts_at, ends_at, actor=SYSTEM)
    zone = settings().zone
    return Source(
        period=period,
        starts_at=starts_at,
        ends_at=ends_at,
        starts_on=local_day(starts_at, zone),
        ends_on=date.fromordinal(local_day(ends_at, zone).toordinal() - 1),
        counted_at=now,
        period_sha256=frozen["sha256"],
        office=settings().office_name,
        office_en=settings().office_name_en,
        sectors=used_parts(session, running, "sector"),
        areas=used_parts(session, running, "area"),
        services=tuple(
            SourceService(
                code=row["code"],
                name=row["name"],
                name_en=row["name_en"],
                sector=row["sector_code"],
                area=row["area_code"],
            )
            for row in running.to_dict("records")
        ),
        measures=measures,
        scores=(*judged, *area_scores(session, period)),
        rates=room_rates(ratings),
        levels={name[1:]: int(ratings[name].sum()) for name in participation.LEVEL_COLUMNS.values()},
        excluded_count=int(ratings["excluded"].sum()),
        outcomes=outcomes(session, starts_at, ends_at),
        activities=activities(session, starts_at, ends_at, ratings, now),
        evaluations=evaluated(session, starts_at),
        decisions=decisions(session, period, services, now),
        stories=told_stories(stories, services),
        previous=previous[0],
        previous_n=previous[1],
        already_hidden=tuple(already_hidden),
    )


def frozen_period(session: Session, period: str) -> pd.Series:
    """The row of a frozen period. Raises PeriodNotFrozen."""
    frame = rankings.frozen_periods(session, actor=SYSTEM)
    found = frame[frame["name"] == period]
    if found.empty:
        raise PeriodNotFrozen(period=period)
    row: pd.Series = found.iloc[0]
    return row


def frozen_measures(
    session: Session,
    period: str,
    services: pd.DataFrame,
    *,
    revision: int | None = None,
    actor: Actor = SYSTEM,
) -> dict[str, dict[str, Rate]]:
    """Measure -> code of the service -> its frozen counts; measures that are no counts of cases are left out."""
    codes = dict(zip(services["service_id"], services["code"], strict=True))
    frame = rankings.frozen_measures(session, period, revision=revision, actor=actor)
    wanted = frame[frame["measure"].isin(OFFICE_MEASURES)]
    found: dict[str, dict[str, Rate]] = {}
    for row in wanted.to_dict("records"):
        if not pd.isna(row["denominator"]) and row["service_id"] in codes:
            rate = Rate(numerator=float(row["numerator"]), denominator=float(row["denominator"]))
            found.setdefault(row["measure"], {})[codes[row["service_id"]]] = rate
    return found


OFFICE_MEASURES = (
    "rating-satisfaction",
    "request-on-time",
    "request-response",
    "request-resolution",
    "request-satisfaction",
    "rectification-on-time",
    "inspection-conformity",
)


def used_parts(session: Session, services: pd.DataFrame, part: str) -> tuple[Named, ...]:
    """The sectors or areas in which a service was measured, in the order of the directory."""
    frame = (directory.sectors if part == "sector" else directory.areas)(session, actor=SYSTEM)
    used = set(services[f"{part}_code"])
    return tuple(
        Named(code=row["code"], name=row["name"], name_en=row["name_en"])
        for row in frame.to_dict("records")
        if row["code"] in used
    )


def scores(session: Session, period: str, services: pd.DataFrame) -> tuple[SourceScore, ...]:
    codes = dict(zip(services["service_id"], "service:" + services["code"], strict=True))
    return score_rows(rankings.frozen_scores(session, period, level="service", actor=SYSTEM), codes)


def area_scores(session: Session, period: str) -> tuple[SourceScore, ...]:
    areas = directory.areas(session, actor=SYSTEM)
    codes = dict(zip(areas["id"], "area:" + areas["code"], strict=True))
    return score_rows(rankings.frozen_scores(session, period, level="area", actor=SYSTEM), codes)


def score_rows(frame: pd.DataFrame, codes: dict[int, str]) -> tuple[SourceScore, ...]:
    return tuple(
        SourceScore(
            code=codes[row["subject_id"]],
            score=number_or_none(row["score"]),
            lower=number_or_none(row["lower"]),
            upper=number_or_none(row["upper"]),
            n=0 if pd.isna(row["n"]) else int(row["n"]),
            tier="" if pd.isna(row["tier"]) else str(row["tier"]),
            is_ranked=bool(row["is_ranked"]),
        )
        for row in frame.to_dict("records")
        if row["subject_id"] in codes
    )


def number_or_none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def room_rates(ratings: pd.DataFrame) -> dict[str, Rate]:
    """The rates of the whole city that the frozen quarter does not hold."""
    counts = {name: float(ratings[name].sum()) for name in ("used", "issued", "settled", "due")}
    return {
        "participation": Rate(numerator=counts["used"], denominator=counts["issued"]),
        "negatives_rectified": Rate(numerator=counts["settled"], denominator=counts["due"]),
    }


def outcomes(session: Session, starts_at: datetime, ends_at: datetime) -> tuple[tuple[Named, int], ...]:
    """How the requests closed in the quarter ended, every outcome, also those nobody had."""
    counted = complaints.outcome_counts(session, starts_at, ends_at, actor=SYSTEM)
    words = COMPLAINT_LABELS[Outcome]
    return tuple((named(one.value, words[one]), counted.get(one, 0)) for one in Outcome)


def in_both(words: str) -> Text:
    return both(lambda: gettext(words))


def named(code: str, words: str) -> Named:
    found = in_both(words)
    return Named(code=code, name=found.zh, name_en=found.en)


def activities(
    session: Session, starts_at: datetime, ends_at: datetime, ratings: pd.DataFrame, now: datetime
) -> tuple[tuple[Named, int], ...]:
    """What was done in the quarter, in numbers."""

    def inside(moments: pd.Series) -> pd.Series:
        at = pd.to_datetime(moments, utc=True)
        return (at >= starts_at) & (at < ends_at)

    suggested = opinions.suggestions(session, actor=SYSTEM, now=now)
    received = suggested[inside(suggested["received_at"])]
    answered_at = pd.to_datetime(received["answered_at"], utc=True)
    consulted = public.finished_now(session, actor=SYSTEM)
    finished = consulted[inside(consulted["published_at"])]
    requests = complaints.request_figures(session, starts_at, ends_at, actor=SYSTEM, now=now)
    checked = inspections.inspections(session, actor=SYSTEM, now=now)
    orders = rectifications.rectifications(session, actor=SYSTEM, now=now)
    counts = {
        "ratings_excluded": int(ratings["excluded"].sum()),
        "suggestions": len(received),
        "suggestions_answered": int((answered_at < ends_at).sum()),
        "consultations": int((finished["kind"] == "consultation").sum()),
        "hearings": int((finished["kind"] == "hearing").sum()),
        "requests": int(requests["registered"].sum()),
        "inspections": int(inside(checked["concluded_at"]).sum()),
        "rectifications_ordered": int(inside(orders["ordered_at"]).sum()),
        "rectifications_closed": int(inside(orders["closed_at"]).sum()),
    }
    return tuple((named(code, words), counts[code]) for code, words in ACTIVITIES.items())


def evaluated(session: Session, starts_at: datetime) -> tuple[SourceEvaluation, ...]:
    """The mean of the approved scores by who judged; those without any are left out."""
    frame = evaluations.approved_scores(session, starts_at, actor=SYSTEM)
    found = []
    for code, words in SUBJECTS.items():
        scored = frame[frame["subject"].astype(str) == code]
        if len(scored):
            found.append(
                SourceEvaluation(
                    code=code,
                    subject=in_both(words),
                    service_count=int(scored["service_id"].nunique()),
                    mean=float(scored["score"].mean()),
                )
            )
    return tuple(found)


def decisions(session: Session, period: str, services: pd.DataFrame, now: datetime) -> tuple[SourceDecision, ...]:
    """The rewards published for this quarter so far, after public notice and appeal."""
    codes = dict(zip(services["service_id"], services["code"], strict=True))
    frame = incentives.published(session, actor=SYSTEM)
    zone = settings().zone
    found = []
    for row in frame[frame["period"] == period].to_dict("records"):
        words = INCENTIVE_LABELS[Consequence][row["consequence"]]
        at = row["concluded_at"]
        if pd.isna(at) or at > now:
            continue
        found.append(
            SourceDecision(
                service=codes.get(row["service_id"], ""),
                kind=in_both(words),
                title=row["rule"],
                title_en=row["rule_en"] or row["rule"],
                reason=row["grounds"],
                reason_en=row["grounds_en"] or row["grounds"],
                decided_on=local_day(at.to_pydatetime(), zone),
                is_role_model=row["consequence"] in ROLE_MODEL,
            )
        )
    return tuple(found)


def told_stories(stories: Sequence[Story], services: pd.DataFrame) -> tuple[SourceStory, ...]:
    codes: dict[int | None, str] = dict(zip(services["service_id"], services["code"], strict=True))
    return tuple(
        SourceStory(
            service=codes.get(story.service_id, ""),
            said=story.said,
            said_en=story.said_en,
            did=story.did,
            did_en=story.did_en,
            result=story.result,
            result_en=story.result_en,
        )
        for story in stories
    )
