"""From a chart that got worse to an order: the button on Live, and the link once an order runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qs.rectifications import queries
from qs.rectifications.terms import Source
from tests.rectifications.world import Loop, build_loop, take_in

NOW = datetime.now(UTC).replace(microsecond=0)  # screens read the real clock


@pytest.fixture
def loop(store) -> Loop:
    built = build_loop(store)
    shares = [90 + number % 3 for number in range(14)] + [60]
    events = [
        {
            "event_id": f"e{number}",
            "happened_at": NOW - timedelta(weeks=len(shares) - number),
            "service_id": built.world.surgery,
            "indicator_id": built.world.on_time,
            "numerator": float(share),
            "denominator": 100.0,
            "area_id": built.world.north,
        }
        for number, share in enumerate(shares)
    ]
    take_in(store, *events)
    return built


def keys(screen):
    return {button.key for button in screen.button}


def orders(store, loop):
    with store.reading() as session:
        return queries.rectifications(session, actor=loop.supervisor, now=NOW)


def test_a_supervisor_orders_from_the_signal_and_then_finds_the_order(store, loop, visit):
    screen = visit("live", "chief")
    assert not screen.exception
    assert screen.text_input(key="order_title").value.startswith("On time")
    screen.button(key="order_save").click().run()
    assert not screen.error
    found = orders(store, loop)
    assert list(found["source"]) == [Source.SIGNAL]
    service, indicator, day = found.iloc[0]["source_ref"].split(":")
    assert (int(service), int(indicator)) == (loop.world.surgery, loop.world.on_time)
    assert day <= NOW.date().isoformat()
    assert "open_order" in keys(screen)
    assert "order_save" not in keys(screen)


def test_a_leader_sees_the_signal_but_orders_nothing(loop, visit):
    assert "order_save" not in keys(visit("live", "leader"))


def test_an_order_without_a_demand_is_refused_in_words(store, loop, visit):
    screen = visit("live", "chief")
    screen.text_area(key="order_demand").set_value("")
    screen.button(key="order_save").click().run()
    assert "“What has to be put right” is empty. Fill it in." in [text.value for text in screen.text]
    assert orders(store, loop).empty
