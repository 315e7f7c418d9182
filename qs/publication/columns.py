"""The columns of the published tables: what each is called and what it means, in both languages."""

from __future__ import annotations

from qs.i18n import N_, gettext
from qs.publication.document import Column, both
from qs.publication.terms import CellKind

WORDS: dict[str, tuple[CellKind, str, str]] = {
    "code": (CellKind.CODE, N_("Code"), N_("Stable code of the row, the same in every release.")),
    "name": (CellKind.TEXT, N_("Name"), N_("Name in Chinese.")),
    "name_en": (CellKind.TEXT, N_("Name in English"), N_("Name in English.")),
    "sector": (CellKind.CODE, N_("Sector"), N_("Code of the sector, as in the table of sectors.")),
    "area": (CellKind.CODE, N_("District"), N_("Code of the district, as in the table of districts.")),
    "numerator": (
        CellKind.COUNT,
        N_("Numerator"),
        N_("What is counted above the line; see the definition of the row."),
    ),
    "n": (CellKind.COUNT, "n", N_("Denominator: how many cases the rate rests on.")),
    "share": (CellKind.SHARE, N_("Rate"), N_("Numerator divided by n, from 0 to 1.")),
    "lower": (CellKind.SHARE, N_("From"), N_("Lower end of the 95 % interval of the rate (Wilson).")),
    "upper": (CellKind.SHARE, N_("To"), N_("Upper end of the 95 % interval of the rate (Wilson).")),
    "previous": (CellKind.SHARE, N_("Quarter before"), N_("The same rate in the release of the quarter before.")),
    "change": (
        CellKind.CODE,
        N_("Trend"),
        N_("improved, worse or steady since the quarter before; steady: no more than chance (Newcombe, 95 %)."),
    ),
    "count": (CellKind.COUNT, N_("Number"), N_("How many in the quarter.")),
    "whole_share": (CellKind.SHARE, N_("Share"), N_("Share of the sum of the table, from 0 to 1.")),
    "score": (
        CellKind.SCORE,
        N_("Score"),
        N_("Composite score of the frozen quarter, 0 to 100; empty when not ranked."),
    ),
    "score_lower": (CellKind.SCORE, N_("Score from"), N_("Lower end of the 95 % interval of the score.")),
    "score_upper": (CellKind.SCORE, N_("Score to"), N_("Upper end of the 95 % interval of the score.")),
    "tier": (CellKind.CODE, N_("Tier"), N_("Tier in the frozen ranking; empty when not ranked.")),
    "is_ranked": (CellKind.CODE, N_("Ranked"), N_("Whether there was enough evidence for a rank: yes or no.")),
    "mean": (CellKind.SCORE, N_("Mean score"), N_("Mean of the approved scores, 0 to 100.")),
    "kind": (CellKind.TEXT, N_("Kind"), N_("Kind of the decision, in Chinese.")),
    "kind_en": (CellKind.TEXT, N_("Kind in English"), N_("Kind of the decision, in English.")),
    "service": (CellKind.CODE, N_("Service"), N_("Code of the service; empty when it concerns no single one.")),
    "title": (CellKind.TEXT, N_("Title"), N_("Title in Chinese.")),
    "title_en": (CellKind.TEXT, N_("Title in English"), N_("Title in English.")),
    "reason": (CellKind.TEXT, N_("Reason"), N_("Why it was decided, in Chinese.")),
    "reason_en": (CellKind.TEXT, N_("Reason in English"), N_("Why it was decided, in English.")),
    "decided_on": (CellKind.DAY, N_("Decided on"), N_("Day of the decision.")),
    "is_role_model": (CellKind.CODE, N_("Role model"), N_("Whether it is presented as a role model: yes or no.")),
    "said": (CellKind.TEXT, N_("You said"), N_("What the public said, shortened by the office, in Chinese.")),
    "said_en": (CellKind.TEXT, N_("You said (English)"), N_("What the public said, in English.")),
    "did": (CellKind.TEXT, N_("We did"), N_("What was done, in Chinese.")),
    "did_en": (CellKind.TEXT, N_("We did (English)"), N_("What was done, in English.")),
    "result": (CellKind.TEXT, N_("Result"), N_("What came of it, in Chinese; may be empty.")),
    "result_en": (CellKind.TEXT, N_("Result (English)"), N_("What came of it, in English; may be empty.")),
}
RATE = ("code", "name", "name_en", "numerator", "n", "share", "lower", "upper", "previous", "change")
DISTRICT = (*RATE, "score", "score_lower", "score_upper")
SERVICE = (
    *("code", "name", "name_en", "sector", "area", "numerator", "n", "share", "lower", "upper"),
    *("score", "score_lower", "score_upper", "tier", "is_ranked"),
)
PART = ("code", "name", "name_en", "count", "whole_share")
ACTIVITY = ("code", "name", "name_en", "count")
EVALUATION = ("code", "name", "name_en", "count", "mean")
DECISION = (
    *("service", "name", "name_en", "kind", "kind_en", "title", "title_en", "reason", "reason_en"),
    *("decided_on", "is_role_model"),
)
STORY = ("service", "name", "name_en", "said", "said_en", "did", "did_en", "result", "result_en")


def columns(codes: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns with their words in both languages."""
    return tuple(column(code) for code in codes)


def column(code: str) -> Column:
    kind, title, definition = WORDS[code]
    words = both(lambda: gettext(title))
    return Column(code=code, kind=kind, title=words, definition=both(lambda: gettext(definition)))
