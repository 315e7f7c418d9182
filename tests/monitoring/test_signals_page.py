"""The Signals page: the inbox, one signal, what a person may do there; explanations in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from qs.i18n import Language, speaking
from qs.monitoring import wording
from qs.monitoring.models import Signal
from qs.monitoring.signals import signal, told_of
from qs.monitoring.terms import Side, SignalFigures, SignalKind, SignalStatus
from qs.periods import Grain
from qs.standards.terms import Aggregation
from tests.monitoring.office import FALLEN, build_watched, scanned, send, signals, weekly

NOW = datetime.now(UTC).replace(microsecond=0)  # screens read the real clock


@pytest.fixture
def office(store):
    built = build_watched(store)
    monday = NOW - timedelta(days=NOW.weekday())
    send(built, weekly(built, FALLEN, last=monday - timedelta(weeks=1)), now=NOW)
    scanned(built, now=NOW)
    return built


def the_fall(office):
    return next(one for one in signals(office) if one.kind.is_change)


def texts(screen):
    return " ".join(one.value for one in (*screen.markdown, *screen.text))


def test_the_inbox_says_how_many_need_a_decision(office, visit):
    screen = visit("signals", "chief")
    assert not screen.exception
    assert "need" in texts(screen)
    screen.button(key=f"open_{the_fall(office).id}").click().run()
    assert screen.query_params["signal"] == [str(the_fall(office).id)] or screen.query_params["signal"] == str(
        the_fall(office).id
    )
    assert "How sure that is" in texts(screen)


def test_a_supervisor_sets_a_signal_aside_with_a_reason(office, visit):
    one = the_fall(office)
    screen = visit("signals", "chief", signal=str(one.id))
    assert not screen.exception
    screen.text_area(key=f"dismiss_words_{one.id}").set_value("")
    screen.button(key=f"dismiss_save_{one.id}").click().run()
    assert "“Reason” is empty. Fill it in." in [text.value for text in screen.text]
    screen.text_area(key=f"dismiss_words_{one.id}").set_value("口径调整")
    screen.button(key=f"dismiss_save_{one.id}").click().run()
    with office.store.reading() as session:
        assert session.scalar(sa.select(Signal.status).where(Signal.id == one.id)) is SignalStatus.DISMISSED


def test_a_leader_may_acknowledge_and_nothing_else(office, visit):
    one = the_fall(office)
    screen = visit("signals", "leader", signal=str(one.id))
    keys = {button.key for button in screen.button}
    assert f"acknowledge_save_{one.id}" in keys
    assert not keys & {f"dismiss_save_{one.id}", f"order_save_{one.id}", f"rebase_save_{one.id}"}
    assert "No signal" in texts(visit("signals", "other"))


def test_live_leads_to_the_signal(office, visit):
    keys = {button.key for button in visit("live", "chief").button}
    assert "open_signal" in keys


def test_an_order_given_on_live_is_linked_to_the_signal(office, visit):
    screen = visit("live", "chief")
    screen.button(key="order_save").click().run()
    assert not screen.error
    assert SignalStatus.IN_RECTIFICATION in {one.status for one in signals(office)}


def test_an_unknown_signal_is_said_to_be_so(office, visit):
    screen = visit("signals", "chief", signal="999")
    assert "no such signal" in " ".join(error.value for error in screen.error)


@pytest.mark.parametrize("language", list(Language))
def test_every_kind_and_side_is_explained_in_four_paragraphs(office, language):
    figures = SignalFigures(
        value=0.7, mean=0.9, lower=0.85, upper=0.95, before=0.9, after=0.7, target=0.95, gap=-0.2, least_gap=0.3,
        p=0.0013, q=0.2, watched=214, expected_false=1.2, quiet_hours=30.0, allowed_hours=24.0, ratings=12,
        correlation=0.4,
    )  # fmt: skip
    kinds = {key[0] for key in wording.NEXT}
    assert kinds == set(SignalKind)
    with speaking(language):
        for kind, side in wording.NEXT:
            for direction in (1, -1):
                told = wording.Told(
                    kind, side, Grain.WEEK, NOW, NOW - timedelta(weeks=8), figures_with(figures, direction),
                    "外科", "Surgery", "按时率", "On time", "%", "%", 1, Aggregation.SHARE,
                )  # fmt: skip
                found = wording.explanation(told)
                for text in (found.what, found.how_sure, found.what_not, found.next_step, wording.headline(told)):
                    assert text
                    assert "{" not in text


def figures_with(figures, direction):
    return SignalFigures(**{**figures.__dict__, "direction": direction})


def test_the_chance_is_said_in_words_a_reader_can_check(office):
    with office.store.reading() as session:
        row = signal(session, the_fall(office).id, actor=office.loop.supervisor, now=NOW).row
    told = told_of(row)
    assert wording.odds_words(0.00135) == "740"
    assert wording.odds_words(0.2) == "5"
    assert "less than once in a million" in wording.explanation(told).how_sure
    assert told.side is Side.CONCERN
