"""A signal in plain sentences: what happened since when, how sure that is, what it is not, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import floor, log10

from qs.i18n import N_, Language, day, language, month, number, percent, pick
from qs.i18n import gettext as _
from qs.monitoring.terms import Side, SignalFigures, SignalKind
from qs.periods import Grain, local_day
from qs.settings import settings
from qs.standards.terms import Aggregation
from qs.stats.multiplicity import FALSE_DISCOVERY_SHARE

LEAST_CHANCE = 1e-6
ALIKE = 0.2  # correlation of neighbouring periods from which on it is spoken of
NOTHING = "—"


@dataclass(frozen=True)
class Told:
    """What a signal is about and its figures: all that its sentences need. Names are "" where there is none."""

    kind: SignalKind
    side: Side
    grain: Grain
    period_starts_at: datetime
    onset_at: datetime | None
    figures: SignalFigures
    service: str
    service_en: str
    indicator: str
    indicator_en: str
    unit: str
    unit_en: str
    places: int
    aggregation: Aggregation | None

    @property
    def is_fraction(self) -> bool:
        """True when values are shares from 0 to 1, written as percentages."""
        return self.aggregation is Aggregation.SHARE or (self.aggregation is Aggregation.MEAN and self.unit == "%")

    @property
    def is_single_period(self) -> bool:
        return self.onset_at is None or self.onset_at == self.period_starts_at


@dataclass(frozen=True)
class Explanation:
    """Four short paragraphs."""

    what: str
    how_sure: str
    what_not: str
    next_step: str


CHANGES: dict[tuple[bool, int], str] = {  # gradual, direction
    (False, 1): N_("Since {onset}, {indicator} has been higher: about {after}, where it used to be {before}."),
    (False, -1): N_("Since {onset}, {indicator} has been lower: about {after}, where it used to be {before}."),
    (True, 1): N_("Since about {onset}, {indicator} has risen little by little, from {before} to {after}."),
    (True, -1): N_("Since about {onset}, {indicator} has slipped little by little, from {before} to {after}."),
}
SINGLE: dict[int, str] = {
    1: N_("In {period}, {indicator} was {value}. That is unusually high: it usually lies between {lower} and {upper}."),
    -1: N_("In {period}, {indicator} was {value}. That is unusually low: it usually lies between {lower} and {upper}."),
}
JUDGEMENTS: dict[Side, str] = {
    Side.CONCERN: N_("For the people served, that is worse."),
    Side.IMPROVEMENT: N_("For the people served, that is better."),
    Side.NEUTRAL: N_("Whether that is better or worse, the figure alone does not say."),
}
WHAT: dict[SignalKind, str] = {
    SignalKind.TARGET_MISSED: N_(
        "{indicator} lies at {mean} on average, and its target is {target}. As the service works now it cannot reach "
        "that: its ordinary ups and downs stay between {lower} and {upper}."
    ),
    SignalKind.FEED_SILENT: N_("No figures on {indicator} have come for {quiet} hours; up to {allowed} are usual."),
    SignalKind.SEASON_BROKEN: N_(
        "In {period}, {indicator} was {value}. After other years, between {lower} and {upper} was to be expected at "
        "this time of the year."
    ),
    SignalKind.MANIPULATION_SUSPECTED: N_(
        "{ratings} ratings of this service look made rather than given, the first of {onset}. They are marked, and "
        "none is left out of the figures so far."
    ),
}
WHAT_NOT: dict[SignalKind, str] = {
    SignalKind.SPECIAL_CAUSE: N_(
        "It says that something changed, not why, and blames nobody. It compares the service with its own past, not "
        "with other services."
    ),
    SignalKind.DRIFT: N_(
        "No single period shows it, so no single day or person explains it. It compares the service with its own past, "
        "not with other services."
    ),
    SignalKind.TARGET_MISSED: N_(
        "It is no sudden fall: the level may be an old one. Asking people to try harder will not reach the target."
    ),
    SignalKind.FEED_SILENT: N_("It does not mean that the service stands still, only that nothing is heard of it."),
    SignalKind.SEASON_BROKEN: N_("It is not the usual rise and fall of the year: that is taken out already."),
    SignalKind.MANIPULATION_SUSPECTED: N_(
        "It does not show who did it, and the service itself may know nothing of it. No rating is left out unless two "
        "people agree."
    ),
}
NEXT: dict[tuple[SignalKind, Side], str] = {
    **dict.fromkeys(
        [(kind, Side.CONCERN) for kind in (SignalKind.SPECIAL_CAUSE, SignalKind.DRIFT)],
        N_(
            "Ask the service what changed around {onset}. If it has to be put right, order a rectification; if it was "
            "changed on purpose, propose new limits."
        ),
    ),
    **dict.fromkeys(
        [(kind, Side.IMPROVEMENT) for kind in (SignalKind.SPECIAL_CAUSE, SignalKind.DRIFT, SignalKind.SEASON_BROKEN)],
        N_("Find out what was done around {onset}, and share it. If it lasts, propose new limits."),
    ),
    **dict.fromkeys(
        [(kind, Side.NEUTRAL) for kind in (SignalKind.SPECIAL_CAUSE, SignalKind.DRIFT, SignalKind.SEASON_BROKEN)],
        N_("Find out why it changed around {onset}. If it was changed on purpose, propose new limits."),
    ),
    (SignalKind.SEASON_BROKEN, Side.CONCERN): N_("Ask the service what was different this time from other years."),
    (SignalKind.TARGET_MISSED, Side.CONCERN): N_(
        "Have the process looked at, not the people: order a rectification with a plan to redesign it, or examine "
        "under Standards whether the target fits."
    ),
    (SignalKind.FEED_SILENT, Side.CONCERN): N_(
        "Chase the feed: ask those who run it when figures will come again, and load what is missing under Data feeds."
    ),
    (SignalKind.MANIPULATION_SUSPECTED, Side.CONCERN): N_(
        "Look at the marked ratings under Participation, and propose there which of them not to count."
    ),
}
HEADLINES: dict[tuple[SignalKind, int], str] = {
    (SignalKind.SPECIAL_CAUSE, 1): N_("{indicator} went up from {before} to {after}"),
    (SignalKind.SPECIAL_CAUSE, -1): N_("{indicator} went down from {before} to {after}"),
    (SignalKind.DRIFT, 1): N_("{indicator} crept up from {before} to {after}"),
    (SignalKind.DRIFT, -1): N_("{indicator} slipped from {before} to {after}"),
    (SignalKind.SEASON_BROKEN, 1): N_("{indicator} is higher than at this time in other years"),
    (SignalKind.SEASON_BROKEN, -1): N_("{indicator} is lower than at this time in other years"),
    (SignalKind.TARGET_MISSED, 0): N_("{indicator} cannot reach its target of {target}"),
    (SignalKind.FEED_SILENT, 0): N_("{indicator}: no figures for {quiet} hours"),
    (SignalKind.MANIPULATION_SUSPECTED, 0): N_("{ratings} ratings look made"),
}


def headline(told: Told) -> str:
    """The finding in a few words, for a list or the subject of a message."""
    direction = (told.figures.direction or 1) if told.kind.is_change else 0
    return _(HEADLINES[told.kind, direction]).format(**facts_of(told))


def explanation(told: Told) -> Explanation:
    """The whole of it, in the language of the run."""
    facts = facts_of(told)
    return Explanation(
        what=_("{finding} {judgement}").format(finding=what_happened(told), judgement=_(JUDGEMENTS[told.side]))
        if told.kind.is_change
        else what_happened(told),
        how_sure=paragraph(certainty(told)),
        what_not=paragraph(limits_of_meaning(told)),
        next_step=_(NEXT[told.kind, told.side]).format(**facts),
    )


def paragraph(sentences: list[str]) -> str:
    """Whole sentences one after the other; Chinese ones need no space between them."""
    return ("" if language() is Language.ZH else " ").join(sentences)


def what_happened(told: Told) -> str:
    direction = told.figures.direction or 1
    if told.kind in (SignalKind.SPECIAL_CAUSE, SignalKind.DRIFT):
        is_gradual = told.kind is SignalKind.DRIFT
        is_single = told.is_single_period and not is_gradual
        template = SINGLE[direction] if is_single else CHANGES[is_gradual, direction]
    else:
        template = WHAT[told.kind]
    return _(template).format(**facts_of(told))


def certainty(told: Told) -> list[str]:
    """How sure it is: the chance of the like in a stable service, and how many would stand out by chance."""
    figures = told.figures
    if told.kind is SignalKind.FEED_SILENT:
        return [_("That is a fact and no matter of chance.")]
    if told.kind is SignalKind.MANIPULATION_SUSPECTED:
        return [_("Marks are hints and no proof; people look at them and decide.")]
    if figures.p is None:
        return []
    sentences = [chance_words(told.kind, figures.p)]
    if figures.watched and figures.expected_false is not None:
        together = _(
            "{watched} series are watched at the same time; of those that stand out now, about {k} would do so by "
            "chance."
        )
        sentences.append(together.format(watched=number(figures.watched), k=number(figures.expected_false, 1)))
    if figures.q is not None and figures.q > FALSE_DISCOVERY_SHARE:
        sentences.append(_("Among so many it no longer stands out; it is kept as long as its own chart shows it."))
    if figures.correlation is not None and figures.correlation > ALIKE:
        sentences.append(_("Neighbouring periods are alike here by themselves; that is allowed for."))
    return sentences


def chance_words(kind: SignalKind, p: float) -> str:
    is_rarest = p < LEAST_CHANCE
    if kind is SignalKind.TARGET_MISSED:
        rarest = _("If its true level were just on target, such an average would come up less than once in a million.")
        usual = _("If its true level were just on target, such an average would come up about once in {odds}.")
    else:
        rarest = _("In a stable service the like would be seen less than once in a million looks.")
        usual = _("In a stable service the like would be seen about once in {odds} looks.")
    return rarest if is_rarest else usual.format(odds=odds_words(p))


def odds_words(p: float) -> str:
    """One in how many, to two figures: 1 in 370 is no more certain than 1 in 367."""
    odds = 1 / p
    unit = 10 ** max(floor(log10(odds)) - 1, 0)
    return number(round(odds / unit) * unit)


def limits_of_meaning(told: Told) -> list[str]:
    figures = told.figures
    sentences = [_(WHAT_NOT[told.kind])]
    if figures.gap is not None and figures.least_gap is not None and abs(figures.gap) < figures.least_gap:
        small = _(
            "The difference is smaller than what matters for this indicator ({least}), so it only needs watching."
        )
        sentences.append(small.format(least=difference_words(told, figures.least_gap)))
    return sentences


def facts_of(told: Told) -> dict[str, str]:
    """What the templates are filled in with, in words of the run's language."""
    figures = told.figures
    values = ("value", "mean", "upper", "before", "after", "target")
    is_never_negative = figures.mean is not None and figures.mean >= 0
    lower = max(figures.lower, 0.0) if figures.lower is not None and is_never_negative else figures.lower
    return {
        "lower": value_words(told, lower),
        "indicator": pick(told.indicator, told.indicator_en),
        "service": pick(told.service, told.service_en),
        "onset": day_words(told.onset_at or told.period_starts_at),
        "period": period_words(told.period_starts_at, told.grain),
        "quiet": whole(figures.quiet_hours),
        "allowed": whole(figures.allowed_hours),
        "ratings": whole(figures.ratings),
        **{name: value_words(told, getattr(figures, name)) for name in values},
    }


def value_words(told: Told, value: float | None) -> str:
    """A value with its unit."""
    if value is None:
        return NOTHING
    if told.is_fraction:
        return percent(value, told.places)
    text, unit = number(value, told.places), pick(told.unit, told.unit_en)
    return _("{value} {unit}").format(value=text, unit=unit) if unit else text


def difference_words(told: Told, value: float) -> str:
    if told.is_fraction:
        return _("{n} percentage points").format(n=number(value * 100, 1))
    return value_words(told, value)


def whole(value: float | None) -> str:
    return NOTHING if value is None else number(value)


def day_words(at: datetime) -> str:
    return day(local_day(at, settings().zone))


def period_words(starts_at: datetime, grain: Grain) -> str:
    first = local_day(starts_at, settings().zone)
    if grain is Grain.MONTH:
        return month(first)
    return _("the week from {day}").format(day=day(first)) if grain is Grain.WEEK else day(first)
