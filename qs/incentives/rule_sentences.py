"""A rule as one plain sentence in the language of the run; a whole template for each kind of condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qs.i18n import gettext as _
from qs.i18n import number, percent, pick
from qs.incentives.terms import (
    SHARES,
    Comparison,
    Condition,
    Consequence,
    Figure,
    FigureKey,
    Kind,
    RuleContent,
    Subject,
)
from qs.incentives.wording import LABELS


@dataclass(frozen=True)
class MeasureWords:
    """What a frozen measure is called, and how its values are written."""

    name: str
    name_en: str | None = None
    unit: str = ""
    unit_en: str | None = None
    is_share: bool = False  # 0 to 1, written as a percentage
    places: int = 1


Words = Mapping[str, MeasureWords]  # by code of the measure


def rule_sentence(content: RuleContent, words: Words) -> str:
    """The whole rule: when, what is proposed, and what bars it."""
    clauses = [condition_clause(one, words) for one in content.conditions]
    facts = {"conditions": joined(clauses), "consequence": _(LABELS[Consequence][content.consequence])}
    if content.kind is Kind.REWARD:
        template = _(
            "When, for one service, {conditions}, and no veto item stands against it in that quarter, "
            "the office proposes: {consequence}."
        )
        return template.format(**facts)
    return _("When, for one service, {conditions}, the office proposes: {consequence}.").format(**facts)


def joined(clauses: list[str]) -> str:
    """All of the clauses, as one reads them aloud."""
    if not clauses:
        return _("(no condition yet)")
    text = clauses[0]
    for clause in clauses[1:]:
        text = _("{before}, and {clause}").format(before=text, clause=clause)
    return text


def condition_clause(condition: Condition, words: Words) -> str:
    """One condition as a clause of its own, with its evidence, its quarters and its least number of cases."""
    bound = ("lower" if condition.comparison.is_upwards else "upper") if condition.at_bound else "none"
    return templates()[condition.quarters > 1, bound, condition.min_n > 0].format(
        subject=subject_words(condition.key, words),
        comparison=_(LABELS[Comparison][condition.comparison]),
        value=value_words(condition.key, condition.threshold, words, is_threshold=True),
        quarters=number(condition.quarters),
        n=number(condition.min_n),
    )


def templates() -> dict[tuple[bool, str, bool], str]:
    """A clause for each combination: several quarters, the end of the interval, a least number of cases."""
    return {
        (False, "none", False): _("{subject} is {comparison} {value}"),
        (False, "none", True): _("{subject} is {comparison} {value} with at least {n} cases"),
        (False, "lower", False): _("{subject} is {comparison} {value} even at the lower end of its 95 % interval"),
        (False, "lower", True): _(
            "{subject} is {comparison} {value} even at the lower end of its 95 % interval, with at least {n} cases"
        ),
        (False, "upper", False): _("{subject} is {comparison} {value} even at the upper end of its 95 % interval"),
        (False, "upper", True): _(
            "{subject} is {comparison} {value} even at the upper end of its 95 % interval, with at least {n} cases"
        ),
        (True, "none", False): _("{subject} is {comparison} {value} in {quarters} quarters in a row"),
        (True, "none", True): _(
            "{subject} is {comparison} {value} in {quarters} quarters in a row, with at least {n} cases in each"
        ),
        (True, "lower", False): _(
            "{subject} is {comparison} {value} even at the lower end of its 95 % interval "
            "in {quarters} quarters in a row"
        ),
        (True, "lower", True): _(
            "{subject} is {comparison} {value} even at the lower end of its 95 % interval in {quarters} quarters "
            "in a row, with at least {n} cases in each"
        ),
        (True, "upper", False): _(
            "{subject} is {comparison} {value} even at the upper end of its 95 % interval "
            "in {quarters} quarters in a row"
        ),
        (True, "upper", True): _(
            "{subject} is {comparison} {value} even at the upper end of its 95 % interval in {quarters} quarters "
            "in a row, with at least {n} cases in each"
        ),
    }


def subject_words(key: FigureKey, words: Words) -> str:
    """What is looked at, as it stands inside a sentence."""
    if key.subject is Subject.MEASURE:
        known = words.get(key.measure)
        return _("“{measure}”").format(measure=pick(known.name, known.name_en) if known else key.measure)
    inside = {
        Subject.SCORE: _("its composite score"),
        Subject.RANK: _("its rank"),
        Subject.RANK_SHARE: _("its rank as a share of all ranked services"),
        Subject.TIER: _("its tier"),
        Subject.P_TOP: _("its probability of being in the best tenth"),
        Subject.P_BOTTOM: _("its probability of being in the last tenth"),
    }
    return inside[key.subject]


def figure_name(key: FigureKey, words: Words) -> str:
    """What a figure is called where it stands alone."""
    if key.subject is not Subject.MEASURE:
        return _(LABELS[Subject][key.subject])
    known = words.get(key.measure)
    return pick(known.name, known.name_en) if known is not None else key.measure


def value_words(key: FigureKey, value: float, words: Words, *, is_threshold: bool = False) -> str:
    """A value of a figure with its unit, as people read it; a threshold without decimals where it has none."""
    if key.subject in SHARES:
        return percent(value, 0 if is_threshold and round(value * 100, 6).is_integer() else 1)
    if key.subject in (Subject.RANK, Subject.TIER):
        return number(value)
    if key.subject is Subject.SCORE:
        return _("{value} points").format(value=number(value, 0 if is_threshold and value == int(value) else 1))
    known = words.get(key.measure, MeasureWords(key.measure))
    if known.is_share:
        return percent(value, 0 if is_threshold and round(value * 100, 6).is_integer() else 1)
    text, unit = number(value, known.places), pick(known.unit, known.unit_en)
    return _("{value} {unit}").format(value=text, unit=unit) if unit else text


def figure_words(key: FigureKey, figure: Figure, words: Words) -> str:
    """A frozen figure with its interval, as people read it; a dash where there is none."""
    if figure.value is None:
        return "—"
    value = value_words(key, figure.value, words)
    if figure.lower is None or figure.upper is None:
        return value
    ends = (value_words(key, figure.lower, words), value_words(key, figure.upper, words))
    return _("{value} ({lower}–{upper})").format(value=value, lower=ends[0], upper=ends[1])
