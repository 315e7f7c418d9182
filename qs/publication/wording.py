"""The sentences of a report: its verdict, what each section found, how figures are defined and made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qs.i18n import N_, gettext, number, percent, pick
from qs.i18n import gettext as _
from qs.publication.document import Row, Source, Text, both
from qs.publication.terms import Change

# code -> name, definition, what n counts
RATES: dict[str, tuple[str, str, str]] = {
    "satisfaction": (
        N_("Satisfaction rate"),
        N_(
            "Very satisfied, satisfied and basically satisfied ratings divided by all valid ratings. Unrated is not "
            "satisfied; ratings excluded after review by two people are not counted."
        ),
        N_("ratings"),
    ),
    "on_time": (
        N_("Completed on time"),
        N_(
            "Requests completed within their time limit, approved extensions included, divided by requests completed "
            "or overdue. A request open past its limit counts as not on time."
        ),
        N_("requests"),
    ),
    "negatives_rectified": (
        N_("Negative reviews put right"),
        N_(
            "Negative reviews rectified, or explained with reasons, within the time limit, divided by confirmed "
            "negative reviews due in the quarter."
        ),
        N_("negative reviews"),
    ),
    "participation": (
        N_("Participation rate"),
        N_("Valid ratings divided by finished matters that could be rated in the quarter."),
        N_("finished matters"),
    ),
    "response": (
        N_("Response rate"),
        N_("Call-backs in which the requester said that the unit had been in contact, divided by valid call-backs."),
        N_("call-backs"),
    ),
    "resolution": (
        N_("Resolution rate"),
        N_("Call-backs in which the requester said that the matter was solved, divided by valid call-backs."),
        N_("call-backs"),
    ),
    "request_satisfaction": (
        N_("Satisfaction of requesters"),
        N_("Satisfied call-backs plus 0.9 times basically satisfied ones, divided by valid call-backs (local rule)."),
        N_("call-backs"),
    ),
    "rectified_on_time": (
        N_("Rectifications completed on time"),
        N_("Rectifications proved in time and verified by somebody else, divided by those closed or past their day."),
        N_("rectifications"),
    ),
    "conformity": (
        N_("Conformity found by inspections"),
        N_("Checklist items found to conform, divided by all items judged."),
        N_("items judged"),
    ),
}
LEVELS = {
    "5": N_("Very satisfied"),
    "4": N_("Satisfied"),
    "3": N_("Basically satisfied"),
    "2": N_("Dissatisfied"),
    "1": N_("Very dissatisfied"),
}
TABLES: dict[str, tuple[str, str]] = {
    "headline": (N_("Headline figures"), N_("The whole city in the quarter.")),
    "sectors": (N_("Satisfaction by sector"), N_("Ratings of finished matters; the last row is the whole city.")),
    "districts": (
        N_("Satisfaction by district"),
        N_("Ratings of finished matters, and the composite score; the last row is the whole city."),
    ),
    "services": (N_("Services"), N_("Every service in the quarter; a score only where there was enough evidence.")),
    "levels": (N_("Ratings by level"), N_("Valid ratings on the five levels; the last row is their sum.")),
    "requests": (N_("Requests of the public"), N_("Completion in time, and what requesters said when called back.")),
    "requests_sectors": (N_("Requests on time by sector"), N_("The last row is the whole city.")),
    "requests_districts": (N_("Requests on time by district"), N_("The last row is the whole city.")),
    "outcomes": (
        N_("What became of the requests"),
        N_("Requests closed in the quarter by outcome; closed is not the same as solved. The last row is the sum."),
    ),
    "activities": (N_("The work in numbers"), N_("What was done in the quarter.")),
    "checks": (N_("Inspections and rectifications"), N_("Items judged, and rectifications due.")),
    "evaluations": (N_("Evaluations"), N_("Approved scores by who judged.")),
    "decisions": (N_("Rewards and penalties"), N_("Decisions published after public notice and appeal.")),
    "stories": (N_("You said, we did"), N_("What the public said, and what was done about it.")),
}
METHOD = (
    N_(
        "The figures come from the frozen quarter {period}: they were fixed on the day of freezing and never move. "
        "Corrections found later appear as a revision that says what it changes."
    ),
    N_(
        "Counts of 1 to {most} people’s cases are hidden, and so are the rates made of them; zero is shown. The rate "
        "of a single service is also hidden when only one or two cases lie on its other side. Further cells are hidden "
        "so that no hidden one can be worked out from the others: sums in rows, columns and linked tables of this "
        "release were checked by linear programming, and a revision never shows what the edition before it hid."
    ),
    N_(
        "Not covered by this protection: what somebody knows from elsewhere about single cases, and comparisons of "
        "totals between a release and its revision. Counts of the office’s own acts (inspections, rectifications, "
        "decisions) are shown in full."
    ),
    N_(
        "Intervals are 95 % Wilson intervals. A change is called improving or in need of attention only when the "
        "95 % interval of the difference excludes zero (Newcombe); otherwise it is called steady."
    ),
)
VERIFY = N_(
    "The stored document of this release has the SHA-256 {sha256}; it rests on the frozen quarter with the SHA-256 "
    "{period_sha256}. Every table can be downloaded as CSV with its dictionary and its own SHA-256."
)


@dataclass(frozen=True)
class Figures:
    """What the sentences are made of: rows after disclosure control."""

    source: Source
    headline: dict[str, Row]
    sectors: tuple[Row, ...]
    districts: tuple[Row, ...]
    requests: dict[str, Row]
    activities: dict[str, Row]
    checks: dict[str, Row]


def row_name(row: Row) -> str:
    return pick(str(row["name"]), str(row["name_en"]))


def quarter_words(source: Source) -> Text:
    """2026年第三季度, Q3 2026."""
    year, quarter = source.starts_on.year, (source.starts_on.month + 2) // 3
    return Text(zh=f"{year}年第{'一二三四'[quarter - 1]}季度", en=f"Q{quarter} {year}")


def share_of(row: Row) -> float | None:
    found = row.get("share")
    return float(found) if isinstance(found, int | float) else None


def is_below(row: Row, city: float) -> bool:
    """Whether a whole interval lies below the city's rate."""
    upper = row.get("upper")
    return isinstance(upper, int | float) and upper < city


def weakest(figures: Figures) -> Row | None:
    """The sector that needs attention most: one that worsened, else the lowest of those surely below the city."""
    city = share_of(figures.headline["satisfaction"])
    shown = [row for row in figures.sectors if share_of(row) is not None]
    worse = [row for row in shown if row["change"] == Change.WORSE.value]
    below = [row for row in shown if city is not None and is_below(row, city)]
    found = worse or below
    return min(found, key=lambda row: share_of(row) or 0.0) if found else None


def verdict(figures: Figures) -> Text:
    """The report in one sentence."""
    share, sector = share_of(figures.headline["satisfaction"]), weakest(figures)

    def sentence() -> str:
        if share is None:
            return _("Too few ratings came in for a verdict.")
        positive = number(round(share * 100))
        if sector is None:
            return _("Of 100 ratings {positive} are positive; no sector falls behind.").format(positive=positive)
        return _("Of 100 ratings {positive} are positive; {sector} still needs work.").format(
            positive=positive, sector=row_name(sector)
        )

    return both(sentence)


def change_sentence(row: Row) -> str:
    share, before = share_of(row), row.get("previous")
    if share is None or not isinstance(before, int | float) or row["change"] == Change.UNKNOWN.value:
        return _("There is no quarter before to compare with.")
    points = number(abs(share - before) * 100, 1)
    if row["change"] == Change.STEADY.value:
        return _("Compared with the quarter before it is steady: the difference is no more than chance.")
    if row["change"] == Change.IMPROVED.value:
        return _("That is {points} points more than in the quarter before, more than chance.").format(points=points)
    return _("That is {points} points less than in the quarter before, more than chance.").format(points=points)


def summary(figures: Figures) -> Text:
    """The sentences under the verdict: how much it rests on, and how it moved."""
    row = figures.headline["satisfaction"]

    def sentence() -> str:
        ratings = row.get("n")
        if not isinstance(ratings, int):
            return _("The number of ratings is too small to be shown.")
        counted = _("{ratings} valid ratings in {sectors} sectors and {areas} areas.").format(
            ratings=number(ratings),
            sectors=number(sum(bool(one["n"]) for one in figures.sectors)),
            areas=number(sum(bool(one["n"]) for one in figures.districts)),
        )
        return _("{first} {second}").format(first=counted, second=change_sentence(row))

    return both(sentence)


def findings(figures: Figures) -> dict[str, Text]:
    """Section -> what it found, in a sentence."""
    return {
        "headline": both(lambda: headline_sentence(figures)),
        "sectors": both(lambda: sectors_sentence(figures)),
        "districts": both(lambda: districts_sentence(figures)),
        "requests": both(lambda: rate_sentence(figures.requests["on_time"])),
        "participation": both(lambda: rate_sentence(figures.headline["participation"])),
        "checks": both(lambda: rate_sentence(figures.checks["conformity"])),
        "rectifications": both(lambda: rate_sentence(figures.checks["rectified_on_time"])),
        "decisions": both(lambda: decisions_sentence(figures)),
    }


def headline_sentence(figures: Figures) -> str:
    moved = {kind: sum(row["change"] == kind.value for row in figures.headline.values()) for kind in Change}
    return _("Of the headline figures {improved} improved, {worse} need attention and {steady} are steady.").format(
        improved=moved[Change.IMPROVED], worse=moved[Change.WORSE], steady=moved[Change.STEADY]
    )


def sectors_sentence(figures: Figures) -> str:
    city = share_of(figures.headline["satisfaction"])
    below = [row_name(row) for row in figures.sectors if city is not None and is_below(row, city)]
    if not below:
        return _("No sector lies below the city by more than chance.")
    return _("Below the city by more than chance: {names}.").format(names=_(", ").join(below))


def gap(districts: Sequence[Row]) -> tuple[Row, Row] | None:
    """The best and the worst district, when their intervals do not overlap."""
    shown = [row for row in districts if share_of(row) is not None]
    if len(shown) < 2:
        return None
    best, worst = max(shown, key=lambda row: share_of(row) or 0.0), min(shown, key=lambda row: share_of(row) or 0.0)
    lower, upper = best["lower"], worst["upper"]
    is_wide = isinstance(lower, int | float) and isinstance(upper, int | float) and lower > upper
    return (best, worst) if is_wide else None


def districts_sentence(figures: Figures) -> str:
    found = gap(figures.districts)
    if found is None:
        return _("Between the districts there is no gap that is more than chance.")
    best, worst = found
    return _("{best} leads with {high}, {worst} follows last with {low}; the intervals do not overlap.").format(
        best=row_name(best),
        high=percent(share_of(best) or 0.0),
        worst=row_name(worst),
        low=percent(share_of(worst) or 0.0),
    )


def rate_sentence(row: Row) -> str:
    """A rate with its n and interval, as a sentence."""
    name, unit = gettext(RATES[str(row["code"])][0]), gettext(RATES[str(row["code"])][2])
    share, lower, upper, n = share_of(row), row.get("lower"), row.get("upper"), row.get("n")
    if n == 0:
        return _("{rate}: no cases in the quarter.").format(rate=name)
    if share is None or not isinstance(lower, int | float) or not isinstance(upper, int | float):
        return _("{rate}: not shown, the numbers are too small.").format(rate=name)
    return _("{rate}: {share} of {n} {unit} (95 % interval {lower} to {upper}).").format(
        rate=name,
        share=percent(share),
        n=number(n if isinstance(n, int) else 0),
        unit=unit,
        lower=percent(lower),
        upper=percent(upper),
    )


def decisions_sentence(figures: Figures) -> str:
    decisions = figures.source.decisions
    models = sum(decision.is_role_model for decision in decisions)
    if not decisions:
        return _("No reward or penalty was published for this quarter.")
    return _("{n} decisions published, {models} of them role models.").format(n=len(decisions), models=models)
