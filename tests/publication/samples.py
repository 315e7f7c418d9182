"""Counts of an invented quarter, from which documents are built without a store."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from qs.publication.building import build
from qs.publication.document import (
    Document,
    Named,
    Rate,
    Source,
    SourceDecision,
    SourceEvaluation,
    SourceScore,
    SourceService,
    SourceStory,
    Text,
)
from qs.publication.terms import ReleaseInfo

SECTORS = tuple(Named(code=f"s{n}", name=f"领域{n}", name_en=f"Sector {n}") for n in range(1, 5))
AREAS = tuple(Named(code=f"a{n}", name=f"区{n}", name_en=f"District {n}") for n in range(1, 4))
OUTCOMES = (
    ("resolved", "已解决", "Resolved"),
    ("explained", "已解释", "Explained"),
    ("duplicate", "重复", "Duplicate"),
)
PUBLISHED_AT = datetime(2026, 10, 20, 2, tzinfo=UTC)


def sample_source(seed: int = 1, *, mean: float = 20.0, service_count: int = 24, **changes: object) -> Source:
    """A quarter of a small city; `mean`: ratings of a service. Fields can be replaced by name."""
    rng = np.random.default_rng(seed)
    services = tuple(
        SourceService(
            code=f"v{n}",
            name=f"服务{n}",
            name_en=f"Service {n}",
            sector=SECTORS[n % len(SECTORS)].code,
            area=AREAS[int(rng.integers(len(AREAS)))].code,
        )
        for n in range(service_count)
    )
    ratings, requests = measured(rng, services, mean, 0.9), measured(rng, services, mean / 2, 0.85)
    total = int(sum(rate.denominator for rate in ratings.values()))
    satisfied = int(sum(rate.numerator for rate in ratings.values()))
    levels = {
        "5": satisfied // 2,
        "4": satisfied // 3,
        "3": satisfied - satisfied // 2 - satisfied // 3,
        "2": (total - satisfied) - (total - satisfied) // 3,
        "1": (total - satisfied) // 3,
    }
    facts = {
        "period": "2026Q3",
        "starts_at": datetime(2026, 6, 30, 16, tzinfo=UTC),
        "ends_at": datetime(2026, 9, 30, 16, tzinfo=UTC),
        "starts_on": date(2026, 7, 1),
        "ends_on": date(2026, 9, 30),
        "counted_at": datetime(2026, 10, 8, tzinfo=UTC),
        "period_sha256": "a" * 64,
        "office": "质量办",
        "office_en": "Quality Office",
        "sectors": SECTORS,
        "areas": AREAS,
        "services": services,
        "measures": {
            "rating-satisfaction": ratings,
            "request-on-time": requests,
            **{
                name: {"v0": Rate(numerator=numerator, denominator=200.0)}
                for name, numerator in (
                    ("request-response", 196.0),
                    ("request-resolution", 170.0),
                    ("request-satisfaction", 176.5),
                )
            },
            "inspection-conformity": {"v0": Rate(numerator=47.0, denominator=50.0)},
            "rectification-on-time": {"v1": Rate(numerator=3.0, denominator=4.0)},
        },
        "scores": (
            SourceScore(code="service:v0", score=82.5, lower=78.1, upper=86.2, n=300, tier="1", is_ranked=True),
            SourceScore(code="service:v1", score=None, lower=None, upper=None, n=4, tier="", is_ranked=False),
            SourceScore(code="area:a1", score=80.0, lower=77.0, upper=83.0, n=900, tier="1", is_ranked=True),
        ),
        "rates": {
            "participation": Rate(numerator=float(total), denominator=float(total * 3)),
            "negatives_rectified": Rate(numerator=38.0, denominator=41.0),
        },
        "levels": levels,
        "excluded_count": 3,
        "outcomes": tuple(
            (Named(code=code, name=name, name_en=name_en), int(count))
            for (code, name, name_en), count in zip(OUTCOMES, (120, 31, 4), strict=True)
        ),
        "activities": tuple(
            (Named(code=code, name=name, name_en=name_en), count)
            for code, name, name_en, count in (
                ("suggestions", "收到建议", "Suggestions received", 24),
                ("suggestions_answered", "已答复", "Answered", 23),
                ("inspections", "检查", "Inspections concluded", 7),
                ("ratings_excluded", "剔除评价", "Ratings excluded", 3),
            )
        ),
        "evaluations": (
            SourceEvaluation(code="office", subject=Text(zh="办评", en="Office"), service_count=9, mean=81.2),
        ),
        "decisions": (
            SourceDecision(
                service="v0",
                kind=Text(zh="通报表扬", en="Circulated praise"),
                title="规则一",
                title_en="Rule one",
                reason="满意率显著提高",
                reason_en="Satisfaction rose",
                decided_on=date(2026, 10, 9),
                is_role_model=True,
            ),
        ),
        "stories": (
            SourceStory(
                service="v0",
                said="等候时间太长",
                said_en="Waits are too long",
                did="增开两个窗口",
                did_en="Two more desks were opened",
                result="等候 46 → 27 分钟",
                result_en="Wait 46 → 27 minutes",
            ),
        ),
        "previous": {},
        "previous_n": {},
        "already_hidden": (),
    }
    return Source(**{**facts, **changes})


def measured(
    rng: np.random.Generator, services: tuple[SourceService, ...], mean: float, share: float
) -> dict[str, Rate]:
    counts = rng.poisson(rng.gamma(1.0, mean, len(services)))
    return {
        service.code: Rate(numerator=float(rng.binomial(count, share)), denominator=float(count))
        for service, count in zip(services, counts, strict=True)
    }


def sample_document(seed: int = 1, **changes: object) -> Document:
    return build(sample_source(seed, **changes))


def sample_info() -> ReleaseInfo:
    return ReleaseInfo(
        release_id=1,
        name="2026Q3",
        revision=1,
        slug="2026Q3",
        starts_on=date(2026, 7, 1),
        ends_on=date(2026, 9, 30),
        published_at=PUBLISHED_AT,
        sha256="b" * 64,
        period_sha256="a" * 64,
        note="",
        note_en="",
    )
