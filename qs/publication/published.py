"""The stored document of a release as pages and kiosk take it: plain values, nothing computed anew."""

from __future__ import annotations

from datetime import date

from qs.i18n import N_, gettext
from qs.publication.document import Document, Row, Table, both
from qs.publication.terms import (
    Change,
    PublicCount,
    PublicDecision,
    PublicRate,
    PublicService,
    PublicStory,
    PublishedFigures,
    ReleaseInfo,
    ReportDue,
)
from qs.publication.wording import RATES

CITY, TOTAL = "city", "total"
NO_RELEASE = N_("No report has been published yet.")
COMING = N_("The first quarterly report will appear here.")


def no_figures(next_due: ReportDue | None) -> PublishedFigures:
    """What is shown before the first release."""
    verdict, summary = both(lambda: gettext(NO_RELEASE)), both(lambda: gettext(COMING))
    return PublishedFigures(
        release=None,
        verdict=verdict.zh,
        verdict_en=verdict.en,
        summary=summary.zh,
        summary_en=summary.en,
        next_due=next_due,
    )


def figures_in(document: Document, infos: tuple[ReleaseInfo, ...], next_due: ReportDue | None) -> PublishedFigures:
    """The figures of one document; `infos` are all published releases, the one of the document first."""
    decisions = tuple(decision_of(row) for row in document.table("decisions").rows)
    requests = rates_in(document.table("requests"), unit_of_n="requests")
    return PublishedFigures(
        release=infos[0],
        verdict=document.verdict.zh,
        verdict_en=document.verdict.en,
        summary=document.summary.zh,
        summary_en=document.summary.en,
        headline=rates_in(document.table("headline")),
        sectors=rates_in(document.table("sectors"), unit_of_n="satisfaction"),
        districts=rates_in(document.table("districts"), unit_of_n="satisfaction"),
        three_rates=tuple(rate for rate in requests if rate.code != "on_time"),
        levels=counts_in(document.table("levels")),
        outcomes=counts_in(document.table("outcomes")),
        activities=counts_in(document.table("activities")),
        services=tuple(service_of(row) for row in document.table("services").rows),
        stories=tuple(story_of(row) for row in document.table("stories").rows),
        decisions=decisions,
        role_models=tuple(decision for decision in decisions if decision.is_role_model),
        smallest_count=document.smallest_count,
        tables=tuple(table.code for table in document.tables),
        releases=infos,
        next_due=next_due,
    )


def rates_in(table: Table, *, unit_of_n: str = "") -> tuple[PublicRate, ...]:
    """The rates of a table, without the row of the whole city."""
    return tuple(rate_of(row, table, unit_of_n) for row in table.rows if row["code"] != CITY)


def rate_of(row: Row, table: Table | None, unit_of_n: str) -> PublicRate:
    definition = table.definition(str(row["code"])) if table else None
    code = str(row["code"]) if str(row["code"]) in RATES else unit_of_n
    unit = both(lambda: gettext(RATES[code][2])) if code in RATES else None
    return PublicRate(
        code=str(row["code"]),
        name=str(row["name"]),
        name_en=str(row["name_en"]),
        share=decimal(row, "share"),
        lower=decimal(row, "lower"),
        upper=decimal(row, "upper"),
        numerator=whole(row, "numerator"),
        n=whole(row, "n"),
        previous=decimal(row, "previous"),
        change=Change(str(row.get("change", Change.UNKNOWN.value))),
        is_hidden=bool(row["hidden"]),
        definition=definition.zh if definition else "",
        definition_en=definition.en if definition else "",
        unit_of_n=unit.zh if unit else "",
        unit_of_n_en=unit.en if unit else "",
    )


def decimal(row: Row, name: str) -> float | None:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else None


def whole(row: Row, name: str) -> int | None:
    """A count; a weighted numerator is no count and is left out."""
    value = row.get(name)
    return value if isinstance(value, int) else None


def counts_in(table: Table) -> tuple[PublicCount, ...]:
    """The counts of a table, without the row of the sum."""
    return tuple(
        PublicCount(
            code=str(row["code"]),
            name=str(row["name"]),
            name_en=str(row["name_en"]),
            count=whole(row, "count"),
            share=decimal(row, "whole_share"),
        )
        for row in table.rows
        if row["code"] != TOTAL
    )


def service_of(row: Row) -> PublicService:
    return PublicService(
        code=str(row["code"]),
        name=str(row["name"]),
        name_en=str(row["name_en"]),
        sector=str(row["sector"]),
        area=str(row["area"]),
        score=decimal(row, "score"),
        lower=decimal(row, "score_lower"),
        upper=decimal(row, "score_upper"),
        n=whole(row, "n"),
        tier=str(row["tier"]),
        is_ranked=row["is_ranked"] == "yes",
        satisfaction=rate_of(row, None, "satisfaction"),
    )


def story_of(row: Row) -> PublicStory:
    return PublicStory(
        service=str(row["name"]),
        service_en=str(row["name_en"]),
        **{name: str(row[name]) for name in ("said", "said_en", "did", "did_en", "result", "result_en")},
    )


def decision_of(row: Row) -> PublicDecision:
    decided_on = row["decided_on"]
    return PublicDecision(
        service=str(row["name"]),
        service_en=str(row["name_en"]),
        **{name: str(row[name]) for name in ("kind", "kind_en", "title", "title_en", "reason", "reason_en")},
        decided_on=date.fromisoformat(decided_on) if isinstance(decided_on, str) else None,
        is_role_model=row["is_role_model"] == "yes",
    )
