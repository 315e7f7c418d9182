"""The planted truths of the invented city are found as signals, and what is no change is not."""

from __future__ import annotations

from datetime import UTC, datetime
from shutil import copy

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.db import Database, make_engine
from qs.demo.build import build_city
from qs.directory.models import Service
from qs.monitoring import actions
from qs.monitoring.models import Signal
from qs.monitoring.terms import Side, SignalKind
from qs.standards.models import Indicator
from tests.conftest import AUDIT_KEY

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Lanping


@pytest.fixture(scope="module")
def found(template_file, tmp_path_factory):
    """(service, indicator) -> kind, side, onset of everything that one scan of the city finds."""
    path = tmp_path_factory.mktemp("signals") / "qs.db"
    copy(template_file, path)
    store = Database(make_engine(f"sqlite:///{path}"), audit_key=AUDIT_KEY)
    build_city(store, now=MONDAY, password_hash="no password", has_stories=False)
    with store.writing() as session:
        scanned = actions.scan(session, actor=SYSTEM, now=MONDAY)
        assert scanned.series_count > 300
        rows = session.execute(
            sa.select(Service.code, Indicator.code, Signal.kind, Signal.side, Signal.onset_at)
            .join(Service, Service.id == Signal.service_id)
            .join(Indicator, Indicator.id == Signal.indicator_id)
        ).all()
    store.engine.dispose()
    return rows


PLANTED = [
    ("hospital-1-ae", "ae-wait", SignalKind.SPECIAL_CAUSE, Side.CONCERN, 52),
    ("xiwan-buses", "bus-on-time", SignalKind.DRIFT, Side.CONCERN, 126),
    ("nanan-social-security-hall", "satisfaction", SignalKind.SPECIAL_CAUSE, Side.IMPROVEMENT, 66),
    ("donghu-civic-centre", "counter-wait", SignalKind.SPECIAL_CAUSE, Side.IMPROVEMENT, 66),
    ("beiling-buses", "bus-arrival-info", SignalKind.FEED_SILENT, Side.CONCERN, 1),
]


@pytest.mark.parametrize(("service", "indicator", "kind", "side", "begins"), PLANTED, ids=[row[0] for row in PLANTED])
def test_every_planted_truth_is_found_and_dated(found, service, indicator, kind, side, begins):
    (one,) = [row for row in found if row[:3] == (service, indicator, kind)]
    assert one.side is side
    assert abs((MONDAY - one.onset_at).days - begins) <= 12


def test_nothing_else_is_called_a_change(found):
    changes = {row[:2] for row in found if row.kind.is_change}
    assert changes == {row[:2] for row in PLANTED if row[2].is_change}


def test_the_seasonal_service_and_the_lucky_small_one_are_left_alone(found):
    assert not {"xiwan-sports-hall", "shiqiao-care-home"} & {row[0] for row in found}
