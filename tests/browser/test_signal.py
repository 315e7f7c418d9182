"""One signal from its chart to its end: ordered, planned, proved, verified, over when the figures have recovered.

Waits at one counter hall grow for four weeks and are as before for eight more; the clock of the app moves with them.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from qs.access.models import Person as PersonRow
from qs.actor import SYSTEM
from qs.db import Database, open_database
from qs.directory.models import Service
from qs.i18n import Language
from qs.monitoring.models import Signal
from qs.monitoring.terms import LEVEL_KINDS, Side, SignalStatus
from qs.observations.ingest import ingest
from qs.observations.models import Event, Stream
from qs.rectifications.models import Rectification
from qs.rectifications.terms import Status
from qs.sentences import label
from qs.settings import Settings
from qs.standards.models import Indicator
from tests.browser.conftest import ROOT, environment, serving
from tests.browser.forms import done, fill, keyed, press, tick
from tests.browser.person import Person
from tests.world import batch_of

SERVICE, INDICATOR = "jiangcheng-civic-centre", "counter-wait"
WEEKS = timedelta(weeks=4)
RECOVERED = 2  # times as many: the mean that remembers the worse weeks needs up to five of them, on whatever day it is
WORSE = 1.6  # times as long as usual
CASES = 4 * 7 * 30
SPREAD = 0.35  # of the logarithm of a wait


@pytest.mark.parametrize("language", list(Language))
def test_a_signal_leads_to_a_rectification_and_is_over_when_the_figures_recover(chromium, city, language):
    store, begin = open_database(Settings(data_dir=city)), datetime.now(UTC)
    usual = usual_wait(store)
    cases_follow(store, begin, WORSE * usual)
    scan(city, begin + WEEKS)
    signal = running_signal(store)
    with serving(city, as_of=begin + WEEKS) as site:
        order = a_supervisor_orders_a_rectification(chromium, site, language, store, signal)
        the_leader_plans_and_proves(chromium, site, language, store, order)
    for part in range(1, 1 + RECOVERED):
        cases_follow(store, begin + part * WEEKS, usual)
    today = begin + (1 + RECOVERED) * WEEKS
    scan(city, today)
    with serving(city, as_of=today) as site:
        somebody_else_verifies(chromium, site, language, order)
        the_signal_is_over(chromium, site, language, store, signal)
    store.engine.dispose()


def series(store: Database) -> Stream:
    statement = (
        sa.select(Stream)
        .join(Service, Service.id == Stream.service_id)
        .join(Indicator, Indicator.id == Stream.indicator_id)
        .where(Service.code == SERVICE, Indicator.code == INDICATOR)
    )
    with store.reading() as session:
        return session.scalars(statement).one()


def usual_wait(store: Database) -> float:
    """The median of the last thousand waits, in minutes."""
    known = series(store)
    statement = (
        sa.select(Event.numerator)
        .where(Event.service_id == known.service_id, Event.indicator_id == known.indicator_id)
        .order_by(Event.happened_at.desc())
        .limit(1000)
    )
    with store.reading() as session:
        return float(np.median(session.scalars(statement).all()))


def cases_follow(store: Database, begin: datetime, median: float) -> None:
    """Four weeks of waits around this median, sent through the feed they belong to."""
    known, draws = series(store), np.random.default_rng(4)
    with store.writing() as session:
        area_id = session.get_one(Service, known.service_id).area_id
        events = [
            {
                "happened_at": begin + WEEKS * share,
                "event_id": f"{begin:%m%d}-{number}",
                "service_id": known.service_id,
                "indicator_id": known.indicator_id,
                "area_id": area_id,
                "numerator": float(np.exp(draws.normal(np.log(median), SPREAD))),
            }
            for number, share in enumerate(np.linspace(0, 0.999, CASES))
        ]
        ingest(session, batch_of(*events), feed_id=known.feed_id, actor=SYSTEM, now=begin + WEEKS)


def scan(city: Path, moment: datetime) -> None:
    command = [sys.executable, "-m", "tests.browser.later", moment.isoformat(), "qs", "run", "scan"]
    subprocess.run(command, cwd=ROOT, env=environment(city), check=True)


def running_signal(store: Database) -> Signal:
    """What the scan found: the waits got longer."""
    known = series(store)
    statement = sa.select(Signal).where(
        Signal.service_id == known.service_id,
        Signal.indicator_id == known.indicator_id,
        Signal.side == Side.CONCERN,
        Signal.kind.in_(LEVEL_KINDS),
        Signal.ended_at.is_(None),
    )
    with store.reading() as session:
        return session.scalars(statement).one()


def a_supervisor_orders_a_rectification(
    chromium, site: str, language: Language, store: Database, signal: Signal
) -> int:
    supervisor = Person(chromium, site, language)
    supervisor.sign_in("chen.jing")
    supervisor.open("signals")
    supervisor.check_screen()
    supervisor.open(f"signals?signal={signal.id}")
    supervisor.check_screen()
    supervisor.sees(supervisor.word("How sure that is"))
    supervisor.press(supervisor.word("Order rectification"), exact=False)
    press(supervisor, f"order_save_{signal.id}")
    done(supervisor, "The rectification was ordered.")
    supervisor.leave()
    with store.reading() as session:
        kept = session.get_one(Signal, signal.id)
        assert kept.status is SignalStatus.IN_RECTIFICATION
        assert kept.rectification_id is not None
        return kept.rectification_id


def the_leader_plans_and_proves(chromium, site: str, language: Language, store: Database, order: int) -> None:
    with store.reading() as session:
        responsible = session.get_one(Rectification, order).responsible_id
        username = session.get_one(PersonRow, responsible).username
    leader = Person(chromium, site, language)
    leader.sign_in(username)
    leader.open(f"rectifications?rectification={order}")
    leader.check_screen()
    fill(leader, f"plan_cause_{order}", "两个综合窗口的人员调走以后没有补上。")
    fill(leader, f"plan_measures_{order}", "补足窗口人员，高峰时段再开一个窗口。")
    press(leader, f"plan_save_{order}")
    done(leader, "The plan was handed in.")
    fill(leader, f"proof_summary_{order}", "窗口人员已补足，排班表见附件。")
    roster = {"name": "roster.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 roster"}
    keyed(leader, f"proof_files_{order}").locator("input[type=file]").set_input_files(roster)
    leader.wait()
    press(leader, f"proof_save_{order}")
    done(leader, "The proof was handed in; somebody else verifies it.")
    leader.leave()


def somebody_else_verifies(chromium, site: str, language: Language, order: int) -> None:
    supervisor = Person(chromium, site, language)
    supervisor.sign_in("chen.jing")
    supervisor.open(f"rectifications?rectification={order}")
    supervisor.check_screen()
    tick(supervisor, f"verify_verdict_{order}", supervisor.word("Put right: close it"))
    fill(supervisor, f"verify_note_{order}", "现场抽查三次，窗口全部开放。")
    press(supervisor, f"verify_save_{order}")
    done(supervisor, "The verdict was kept.")
    supervisor.sees(supervisor.word("better than before, beyond chance"))
    supervisor.leave()


def the_signal_is_over(chromium, site: str, language: Language, store: Database, signal: Signal) -> None:
    reader = Person(chromium, site, language)
    reader.sign_in("chen.jing")
    reader.open(f"signals?signal={signal.id}")
    reader.check_screen()
    reader.sees(label(SignalStatus.OVER))
    reader.leave()
    with store.reading() as session:
        kept = session.get_one(Signal, signal.id)
        assert kept.status is SignalStatus.OVER
        assert session.get_one(Rectification, kept.rectification_id).status is Status.CLOSED
