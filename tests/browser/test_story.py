"""The story: from one citizen's complaint to a published figure, through every room, by the people whose work it is.

The city stands at the end of a quarter. The clock of the app is moved between the chapters, since a quarter can be
frozen only when it is over and notices take their working days; every step is a click on a screen.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from qs.access.models import Person as PersonRow
from qs.actor import PUBLIC, SYSTEM
from qs.db import Database, open_database
from qs.directory.models import Service
from qs.frames import named_rows
from qs.i18n import Language
from qs.incentives import queries as incentives
from qs.incentives.terms import Kind, Stage
from qs.observations.models import Event
from qs.observations.recording import Measure
from qs.participation.figures import rating_figures
from qs.participation.models import NegativeRating
from qs.participation.ratings import issue_receipts, rate
from qs.participation.terms import Answer, Level
from qs.proofs import Proof, prove
from qs.publication.queries import published_figures
from qs.rankings.queries import frozen_measures
from qs.settings import Settings
from qs.standards.models import Indicator
from tests.browser.conftest import ROOT, environment, serving
from tests.browser.forms import device_has_proved, done, fill, keyed, press, tick
from tests.browser.person import WAIT, Person
from tests.conftest import fresh_store_url

SERVICE = "donghu-civic-centre"
PERIOD = "2026Q3"
QUARTER_BEGINS, QUARTER_ENDS = datetime(2026, 6, 30, 16, tzinfo=UTC), datetime(2026, 9, 30, 16, tzinfo=UTC)
FILED, ANSWERED, PROVED = (datetime(2026, 9, day, 2, tzinfo=UTC) for day in (24, 25, 28))
FROZEN, NOTICED, PUBLISHED = (datetime(2026, 10, day, 2, tzinfo=UTC) for day in (12, 21, 23))
GOOD_RATINGS = 40


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Settings]:
    """The city a week before the end of the quarter, built by the command people use, on the engine under test.

    A city built before, on SQLite, may be named in QS_TEST_STORY.
    """
    folder = tmp_path / "city"
    if named := os.environ.get("QS_TEST_STORY"):
        yield Settings(data_dir=Path(shutil.copytree(named, folder)))
        return
    folder.mkdir()
    with fresh_store_url(request, folder, worker_id) as url:
        moment = (FILED - timedelta(hours=1)).isoformat()
        command = [sys.executable, "-m", "tests.browser.later", moment, "qs", "demo"]
        subprocess.run(command, cwd=ROOT, env=environment(folder, url), check=True)
        yield Settings(data_dir=folder, database_url=url)


@dataclass
class Story:
    """Where the story plays: the store, and the browser with one person at a time: who comes sends the last away."""

    chromium: Browser
    house: Settings
    store: Database

    @contextmanager
    def at(self, moment: datetime) -> Iterator[str]:
        with serving(self.house.data_dir, as_of=moment, database_url=self.house.url) as site:
            yield site

    def comes(self, site: str, language: Language = Language.ZH, *, width: int = 1440, height: int = 900) -> Person:
        for context in self.chromium.contexts:
            context.close()
        return Person(self.chromium, site, language, width=width, height=height)

    def person(self, site: str, username: str) -> Person:
        found = self.comes(site)
        found.sign_in(username)
        return found

    def citizen(self, site: str, language: Language = Language.ZH) -> Person:
        return self.comes(site, language, width=390, height=900)


@pytest.fixture
def story(chromium: Browser, house: Settings) -> Iterator[Story]:
    store = open_database(house)
    yield Story(chromium, house, store)
    store.engine.dispose()


def test_from_a_complaint_to_a_published_figure(story):
    with story.at(FILED) as site:
        code, request = a_citizen_files_a_request(story, site)
        the_desk_dispatches(story, site, request)
    with story.at(ANSWERED) as site:
        the_unit_answers(story, site, request)
        the_office_calls_back_and_closes(story, site, request)
        the_citizen_rates_badly(story, site, code)
    with story.at(PROVED) as site:
        order = the_unit_puts_it_right(story, site)
        users_are_content_again(story)
        a_supervisor_verifies(story, site, order)
        the_indicator_has_recovered(story, site)
    with story.at(FROZEN) as site:
        a_supervisor_freezes_the_quarter(story, site)
        the_ranking_names_the_service(story, site)
        reward, penalty = a_rule_proposes(story, site)
        two_people_decide(story, site, reward, penalty)
    with story.at(NOTICED) as site:
        the_reward_is_concluded(story, site, reward)
        the_leader_appeals(story, site, penalty)
        somebody_else_decides_the_appeal(story, site, penalty)
        a_report_is_prepared_and_approved(story, site)
    with story.at(PUBLISHED) as site:
        the_report_is_published(story, site)
        the_figure_is_the_same_everywhere(story, site)
        the_screens_speak_english(story, site)
    every_proof_holds(story)


def service_id(story: Story) -> int:
    with story.store.reading() as session:
        return session.scalars(sa.select(Service.id).where(Service.code == SERVICE)).one()


def leader_of(story: Story, wanted: int) -> str:
    with story.store.reading() as session:
        named = sa.select(PersonRow.username).join(Service, Service.leader_id == PersonRow.id)
        return session.scalars(named.where(Service.id == wanted)).one()


# --- One citizen, one request --------------------------------------------------------------------------------------


def a_citizen_files_a_request(story: Story, site: str) -> tuple[str, int]:
    from qs.complaints.models import Request

    citizen = story.citizen(site)
    citizen.open(f"ask?service={service_id(story)}")
    citizen.check_screen()
    keyed(citizen, "kind").get_by_text(citizen.word("Complaint"), exact=True).click()
    fill(citizen, "request_text", "综合窗口取号后等了两个小时，叫号屏一直没有动。")
    fill(citizen, "request_phone", "13800001234")
    fill(citizen, "request_name", "周女士")
    device_has_proved(citizen)
    press(citizen, "send_request")
    ticket = keyed(citizen, "receipt_code")
    expect(ticket).to_be_visible(timeout=WAIT)
    code = "".join(ticket.inner_text().split())
    citizen.check_screen()
    with story.store.reading() as session:
        newest = session.scalars(sa.select(Request.id).order_by(Request.id.desc())).first()
    assert newest is not None
    return code, newest


def the_desk_dispatches(story: Story, site: str, request: int) -> None:
    operator = story.person(site, "ren.jia")
    operator.open(f"complaints?request={request}")
    fill(operator, "decision_brief", "综合窗口等候过久，请核查叫号和窗口安排。")
    press(operator, "decision_save")
    done(operator, "Dispatched.")


def the_unit_answers(story: Story, site: str, request: int) -> None:
    leader = story.person(site, leader_of(story, service_id(story)))
    leader.open(f"complaints?request={request}")
    assert "13800001234" not in leader.text()
    press(leader, "step_sign")
    done(leader, "Signed for: you are the handler now.")
    press(leader, "step_reply")
    fill(leader, "reply_text", "叫号系统已修复，高峰时段增开两个综合窗口。")
    press(leader, "reply_save")
    done(leader, "Replied; the office verifies it, then the requester is called back.")


def the_office_calls_back_and_closes(story: Story, site: str, request: int) -> None:
    operator = story.person(site, "ren.jia")
    operator.open(f"complaints?request={request}")
    press(operator, "step_verify")
    press(operator, "verify_save")
    done(operator, "Verified: the requester is called back next.")
    press(operator, "step_call")
    tick(operator, "call_c", operator.word("Yes"))
    tick(operator, "call_s", operator.word("Yes"))
    tick(operator, "call_level", operator.word("Basically satisfied"))
    press(operator, "call_save")
    done(operator, "Kept. Close the request, or send it back.")
    press(operator, "step_close")
    press(operator, "close_save")
    done(operator, "Closed. The requester can rate it with the receipt code.")


def the_citizen_rates_badly(story: Story, site: str, code: str) -> None:
    citizen = story.citizen(site)
    citizen.open("follow")
    citizen.check_screen()
    citizen.open(f"rate?code={code}")
    citizen.check_screen()
    keyed(citizen, "level").get_by_test_id("stRadioOption").nth(list(Level).index(Level.DISSATISFIED)).click()
    citizen.wait()
    fill(citizen, "rating_comment", "问题解决了，但等得太久，没有人说明。")
    press(citizen, "send_rating")
    citizen.sees(citizen.word("Thank you, we have it"))
    citizen.check_screen()


# --- Put right, verified by somebody else --------------------------------------------------------------------------


def the_unit_puts_it_right(story: Story, site: str) -> int:
    """The negative rating has opened an order by itself; the leader plans and proves. Returns the order."""
    with story.store.reading() as session:
        negative = session.scalars(sa.select(NegativeRating).order_by(NegativeRating.id.desc())).first()
    assert negative is not None
    order = negative.rectification_id
    assert order is not None
    leader = story.person(site, leader_of(story, service_id(story)))
    leader.open(f"rectifications?rectification={order}")
    leader.check_screen()
    fill(leader, f"plan_cause_{order}", "高峰时段只开一个综合窗口，叫号屏故障无人巡查。")
    fill(leader, f"plan_measures_{order}", "增开两个窗口，叫号屏每小时巡查，等候超过二十分钟时引导员说明。")
    press(leader, f"plan_save_{order}")
    done(leader, "The plan was handed in.")
    fill(leader, f"proof_summary_{order}", "窗口已增开，巡查表和引导员排班见附件。")
    upload = {"name": "排班表.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 roster"}
    keyed(leader, f"proof_files_{order}").locator("input[type=file]").set_input_files(upload)
    leader.wait()
    press(leader, f"proof_save_{order}")
    done(leader, "The proof was handed in; somebody else verifies it.")
    return order


def users_are_content_again(story: Story) -> None:
    """In the days after, forty people rate with their receipts: the office sees ratings, not clicks of this test."""
    now = PROVED + timedelta(minutes=1)
    with story.store.writing() as session:
        codes = issue_receipts(
            session, service_id(story), count=GOOD_RATINGS, finished_on=PROVED.date(), actor=SYSTEM, now=now
        )
        for code in codes:
            rate(session, code, Answer(Level.VERY_SATISFIED, (), ""), actor=PUBLIC, now=now)


def a_supervisor_verifies(story: Story, site: str, order: int) -> None:
    supervisor = story.person(site, "chen.jing")
    supervisor.open(f"rectifications?rectification={order}")
    supervisor.check_screen()
    tick(supervisor, f"verify_verdict_{order}", supervisor.word("Put right: close it"))
    fill(supervisor, f"verify_note_{order}", "现场抽查三次，窗口和引导员到位。")
    press(supervisor, f"verify_save_{order}")
    done(supervisor, "The verdict was kept.")


def the_indicator_has_recovered(story: Story, site: str) -> None:
    """The ratings since the proof are better than those before, and Live shows the series."""
    with story.store.reading() as session:
        figures = rating_figures(session, PROVED, PROVED + timedelta(days=1), actor=SYSTEM)
    row = figures[figures["service_id"] == service_id(story)].iloc[0]
    assert row["n5"] == GOOD_RATINGS
    supervisor = story.person(site, "chen.jing")
    supervisor.open(f"live?service={SERVICE}&indicator={Measure.RATING_SATISFACTION}")
    supervisor.sees(supervisor.word("What changed"))
    supervisor.check_screen()


# --- Frozen, ranked, rewarded, penalised, appealed -----------------------------------------------------------------


def a_supervisor_freezes_the_quarter(story: Story, site: str) -> None:
    supervisor = story.person(site, "chen.jing")
    supervisor.open(f"rankings?period={PERIOD}")
    supervisor.check_screen()
    press(supervisor, "head_freeze")
    press(supervisor, "freeze_now")
    done(supervisor, "The quarter is frozen.")


def the_ranking_names_the_service(story: Story, site: str) -> None:
    head = story.person(site, "luo.qing")
    head.open(f"rankings?period={PERIOD}")
    head.check_screen()
    with story.store.reading() as session:
        measures = frozen_measures(session, PERIOD, actor=SYSTEM)
    mine = measures[measures["service_id"] == service_id(story)].set_index("measure")
    assert mine.loc[Measure.RATING_SATISFACTION.value, "n"] >= GOOD_RATINGS + 1


def a_rule_proposes(story: Story, site: str) -> tuple[int, int]:
    """The rules look at the frozen quarter; returns one reward and one penalty among what they propose."""
    supervisor = story.person(site, "chen.jing")
    supervisor.open("incentives")
    supervisor.press(supervisor.word("Let the rules propose"), exact=False)
    press(supervisor, "propose_save")
    done(supervisor, "The rules have proposed.")
    with story.store.reading() as session:
        found = incentives.proposals(session, actor=SYSTEM, now=FROZEN)
    new = [row for row in named_rows(found) if row.period == PERIOD and row.stage is Stage.PROPOSED]
    rewards = [row.proposal_id for row in new if row.kind is Kind.REWARD]
    penalties = [row.proposal_id for row in new if row.kind is Kind.PENALTY]
    assert rewards
    assert penalties
    return int(rewards[0]), int(penalties[0])


def sign(story: Story, site: str, username: str, proposal: int) -> None:
    decider = story.person(site, username)
    decider.open(f"incentives?proposal={proposal}")
    tick(decider, "decide_vote", decider.word("Approve"))
    fill(decider, "decide_reason", "冻结数据连续满足规则，样本充足。")
    press(decider, "decide_save")
    done(decider, "Your signature is kept.")


def needed(story: Story, proposal: int) -> int:
    with story.store.reading() as session:
        found = incentives.proposals(session, actor=SYSTEM, now=FROZEN).set_index("proposal_id")
    return int(found.loc[proposal, "needed"])


def two_people_decide(story: Story, site: str, reward: int, penalty: int) -> None:
    for proposal in (reward, penalty):
        for username in ("zhou.wei", "sun.li")[: needed(story, proposal)]:
            sign(story, site, username, proposal)
    supervisor = story.person(site, "chen.jing")
    supervisor.open(f"incentives?proposal={penalty}")
    press(supervisor, "tell")
    done(supervisor, "The service is told; the time to appeal has begun.")


def the_reward_is_concluded(story: Story, site: str, reward: int) -> None:
    """The public notice has run its five working days without objection."""
    supervisor = story.person(site, "chen.jing")
    supervisor.open(f"incentives?view=decisions&proposal={reward}")
    press(supervisor, "conclude")
    done(supervisor, "Concluded.")


def the_leader_appeals(story: Story, site: str, penalty: int) -> None:
    with story.store.reading() as session:
        found = incentives.proposals(session, actor=SYSTEM, now=NOTICED).set_index("proposal_id")
    leader = story.person(site, leader_of(story, int(found.loc[penalty, "service_id"])))
    leader.open(f"incentives?view=decisions&proposal={penalty}")
    fill(leader, "appeal_grounds", "季度内因道路施工改线，已提前报备，请复核。")
    press(leader, "appeal_save")
    done(leader, "Your appeal is kept. You will see the decision here.")


def somebody_else_decides_the_appeal(story: Story, site: str, penalty: int) -> None:
    """Nobody who proposed or signed: the fourth supervisor."""
    fourth = story.person(site, "wu.hao")
    fourth.open(f"incentives?view=appeals&proposal={penalty}")
    tick(fourth, "appeal_outcome", fourth.word("Rejected: the decision stands"))
    fill(fourth, "appeal_reason", "施工只影响两条线路，其余线路同样不达标。")
    press(fourth, "appeal_decision_save")
    done(fourth, "The appeal is decided.")


# --- Published, and the same everywhere ----------------------------------------------------------------------------


def newest_release(story: Story) -> int:
    from qs.publication.models import Release

    with story.store.reading() as session:
        found = session.scalars(sa.select(Release.id).where(Release.name == PERIOD).order_by(Release.id.desc())).first()
    assert found is not None
    return found


def a_report_is_prepared_and_approved(story: Story, site: str) -> None:
    writer = story.person(site, "zhang.lin")
    writer.open("publication")
    press(writer, "prepare")
    done(writer, "The report is built. Look through it, then submit it.")
    writer.open(f"publication?release={newest_release(story)}")
    press(writer, "submit_release")
    done(writer, "Submitted. A second person looks at it now.")
    approver = story.person(site, "zhou.wei")
    approver.open(f"publication?release={newest_release(story)}")
    press(approver, "approve_release")
    done(approver, "Approved. It can be published.")


def the_report_is_published(story: Story, site: str) -> None:
    writer = story.person(site, "zhang.lin")
    writer.open(f"publication?release={newest_release(story)}")
    press(writer, "publish_release")
    done(writer, "Published: everybody can read it.")


def recomputed_satisfaction(story: Story) -> tuple[float, float]:
    """Satisfied and all valid ratings of the quarter, summed from the events themselves."""
    with story.store.reading() as session:
        corrected = sa.select(Event.corrects).where(Event.corrects.is_not(None))
        row = session.execute(
            sa.select(sa.func.sum(Event.numerator), sa.func.sum(Event.denominator))
            .join(Indicator, Indicator.id == Event.indicator_id)
            .where(
                Indicator.code == Measure.RATING_SATISFACTION.value,
                Event.happened_at >= QUARTER_BEGINS,
                Event.happened_at < QUARTER_ENDS,
                Event.event_id.not_in(corrected),
            )
        ).one()
    return float(row[0]), float(row[1])


def the_figure_is_the_same_everywhere(story: Story, site: str) -> None:
    """Kiosk, portal and open data show one figure, and the events give the same."""
    satisfied, valid = recomputed_satisfaction(story)
    with story.store.reading() as session:
        figures = published_figures(session, actor=PUBLIC)
    headline = next(rate for rate in figures.headline if rate.code == "satisfaction")
    assert figures.release is not None
    assert figures.release.name == PERIOD
    assert headline.n == valid
    assert headline.share == pytest.approx(satisfied / valid, abs=0.0005)
    shown = f"{satisfied / valid:.1%}"
    wall = story.comes(site, width=1920, height=1080)
    wall.open("kiosk?board=1")
    wall.sees(shown)
    wall.check_screen()
    visitor = story.citizen(site)
    visitor.open("portal")
    visitor.sees(shown)
    visitor.check_screen()
    address = f"{site}{figures.release.data_path('headline')}"
    with urllib.request.urlopen(address) as answer:
        rows = list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"))))
    row = next(row for row in rows if "satisfaction" in row.values())
    assert f"{float(row['share']):.3f}" == f"{satisfied / valid:.3f}"


def the_screens_speak_english(story: Story, site: str) -> None:
    reader = story.comes(site, Language.EN)
    reader.sign_in("chen.jing")
    for address in ("", "complaints", "rectifications", "rankings", "incentives?view=decisions", "publication"):
        reader.open(address)
        reader.check_screen()
    visitor = story.citizen(site, Language.EN)
    for address in ("portal", "ask", "rate", "follow", "figures", "data"):
        visitor.open(address)
        visitor.check_screen()


def every_proof_holds(story: Story) -> None:
    found = [prove(proof, story.store, story.house) for proof in Proof]
    assert [proof.differences for proof in found] == [()] * len(found)
    assert all(proof.is_sound for proof in found)
