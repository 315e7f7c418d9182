"""One signal from its chart to its end: ordered, planned, proved, verified, over when the figures have recovered."""

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
from qs.monitoring.terms import Side, SignalKind, SignalStatus
from qs.observations.ingest import ingest
from qs.observations.models import Stream
from qs.rectifications.models import Rectification
from qs.rectifications.terms import Status
from qs.sentences import label
from qs.settings import Settings
from qs.standards.models import Indicator
from tests.browser.conftest import ROOT, environment, serving
from tests.browser.forms import done, fill, keyed, press, tick
from tests.browser.person import Person
from tests.world import batch_of

SERVICE, INDICATOR = "hospital-1-ae", "ae-wait"
GOOD_WEEKS = 4
CASES_A_DAY = 60
SPREAD = 0.35  # of the logarithm of a wait


@pytest.mark.parametrize("language", list(Language))
def test_a_signal_leads_to_a_rectification_and_is_over_when_the_figures_recover(chromium, city, language):
    store, begin = open_database(Settings(data_dir=city)), datetime.now(UTC)
    signal = running_signal(store)
    with serving(city) as site:
        order = a_supervisor_orders_a_rectification(chromium, site, language, store, signal)
        the_leader_plans_and_proves(chromium, site, language, store, order)
    end = begin + timedelta(weeks=GOOD_WEEKS)
    waits_are_short_again(store, signal, begin, end)
    scan(city, end)
    with serving(city, as_of=end) as site:
        somebody_else_verifies(chromium, site, language, order)
        the_signal_is_over(chromium, site, language, store, signal)
    store.engine.dispose()


def running_signal(store: Database) -> Signal:
    """The planted step in the waits of the emergency department, found by the scan of the demo city."""
    statement = (
        sa.select(Signal)
        .join(Service, Service.id == Signal.service_id)
        .join(Indicator, Indicator.id == Signal.indicator_id)
        .where(Service.code == SERVICE, Indicator.code == INDICATOR)
        .where(Signal.ended_at.is_(None), Signal.side == Side.CONCERN, Signal.kind == SignalKind.SPECIAL_CAUSE)
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
    supervisor.context.close()
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
    fill(leader, f"plan_cause_{order}", "夜间分诊台撤并以后，只有一名护士分诊。")
    fill(leader, f"plan_measures_{order}", "恢复夜间分诊台，高峰时段增加一名分诊护士。")
    press(leader, f"plan_save_{order}")
    done(leader, "The plan was handed in.")
    fill(leader, f"proof_summary_{order}", "夜间分诊台已恢复，排班表见附件。")
    roster = {"name": "roster.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 roster"}
    keyed(leader, f"proof_files_{order}").locator("input[type=file]").set_input_files(roster)
    leader.wait()
    press(leader, f"proof_save_{order}")
    done(leader, "The proof was handed in; somebody else verifies it.")
    leader.context.close()


def waits_are_short_again(store: Database, signal: Signal, begin: datetime, end: datetime) -> None:
    """Four weeks of waits as they were before the step."""
    usual = np.log(signal.figures["before"] or signal.figures["mean"])
    draws = np.random.default_rng(4)
    with store.writing() as session:
        area_id = session.get_one(Service, signal.service_id).area_id
        feed_id = session.get_one(Stream, (signal.service_id, signal.indicator_id)).feed_id
        moments = [begin + (end - begin) * share for share in np.linspace(0, 0.999, GOOD_WEEKS * 7 * CASES_A_DAY)]
        events = [
            {
                "happened_at": moment,
                "event_id": f"recovered-{number}",
                "service_id": signal.service_id,
                "indicator_id": signal.indicator_id,
                "area_id": area_id,
                "numerator": float(np.exp(draws.normal(usual, SPREAD))),
            }
            for number, moment in enumerate(moments)
        ]
        ingest(session, batch_of(*events), feed_id=feed_id, actor=SYSTEM, now=end)


def scan(city: Path, moment: datetime) -> None:
    command = [sys.executable, "-m", "tests.browser.later", moment.isoformat(), "qs", "run", "scan"]
    subprocess.run(command, cwd=ROOT, env=environment(city), check=True)


def somebody_else_verifies(chromium, site: str, language: Language, order: int) -> None:
    supervisor = Person(chromium, site, language)
    supervisor.sign_in("chen.jing")
    supervisor.open(f"rectifications?rectification={order}")
    supervisor.check_screen()
    tick(supervisor, f"verify_verdict_{order}", supervisor.word("Put right: close it"))
    fill(supervisor, f"verify_note_{order}", "现场抽查三个夜班，分诊台有人。")
    press(supervisor, f"verify_save_{order}")
    done(supervisor, "The verdict was kept.")
    supervisor.sees(supervisor.word("better than before, beyond chance"))
    supervisor.context.close()


def the_signal_is_over(chromium, site: str, language: Language, store: Database, signal: Signal) -> None:
    reader = Person(chromium, site, language)
    reader.sign_in("chen.jing")
    reader.open(f"signals?signal={signal.id}")
    reader.check_screen()
    reader.sees(label(SignalStatus.OVER))
    reader.context.close()
    with store.reading() as session:
        kept = session.get_one(Signal, signal.id)
        assert kept.status is SignalStatus.OVER
        assert session.get_one(Rectification, kept.rectification_id).status is Status.CLOSED
