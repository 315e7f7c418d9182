"""Kills or halts writers at random moments, starts them again, and counts what is wrong in the store afterwards."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.audit.models import AuditEntry
from qs.audit.verify import verify_trail
from qs.db import Database
from qs.observations.actions import add_feed
from qs.observations.models import Event
from qs.observations.verify import verify_rollups
from qs.settings import settings
from tests.faults.writer import Planted, Task, expected_ids
from tests.world import MADE_AT, build_world

ROOT = Path(__file__).resolve().parents[2]
LONGEST_LIFE_SECONDS = 0.25
ANSWERS_AWAITED = 6
SHORTLY_SECONDS = 0.003
ANSWER_SECONDS = 60
KILLS_BETWEEN = 4  # comparisons, when a planted fault is looked for
SENT_AGAIN = 3  # acknowledged batches that a doubtful sender sends once more


@dataclass(frozen=True)
class Findings:
    """What a store holds against what it acknowledged; everything but the first two should be zero."""

    acknowledged_batches: int
    acknowledged_events: int
    lost_events: int
    torn_batches: int  # in the store by half
    duplicated_events: int
    rollup_differences: int
    trail_faults: int
    untraced_events: int  # events in the store more or fewer than the trail says were added

    @property
    def is_clean(self) -> bool:
        return not any(list(asdict(self).values())[2:])


def prepared(store: Database, planted: Planted) -> Task:
    """A small office with a feed, and the task of a writer's first life in it."""
    world = build_world(store)
    with store.writing() as session:
        feed = add_feed(session, code="hall", name="大厅", actor=SYSTEM, now=MADE_AT)
        feed_id = feed.id
    url = store.engine.url.render_as_string(hide_password=False)
    return Task(
        url=url,
        feed_id=feed_id,
        services=[world.surgery, world.emergency, world.vaccination, world.permits],
        areas=[world.north, world.south, world.north, world.south],
        indicators=[world.on_time, world.waiting],
        planted=planted.value,
        again=[],
        start=0,
    )


@dataclass
class Nursery:
    """The process that starts writers, and what they have said so far."""

    process: subprocess.Popen[bytes]
    stored: set[int] = field(default_factory=set)
    child: int = 0
    said: bytes = b""

    @classmethod
    def start(cls) -> Nursery:
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.faults.nursery"]
        return cls(subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE))

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(ANSWER_SECONDS)
        self.process.stdout.close()

    def begin(self, task: Task) -> None:
        """Start a writer and wait until it is at work."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asdict(task)).encode() + b"\n")
        self.process.stdin.flush()
        self.child = 0
        started = False
        while not (started and self.child):  # the writer may speak first
            line = self.heard_line()
            started |= line == "started"
            if line.startswith("child "):
                self.child = int(line.removeprefix("child "))

    def wait_for(self, word: str) -> str:
        """Listen until a line begins with the word."""
        while not (line := self.heard_line()).startswith(word):
            pass
        return line

    def heard_line(self) -> str:
        """The next line; acknowledgements are noted on the way."""
        line = next(self.lines())
        if line.startswith("stored "):
            self.stored.add(int(line.removeprefix("stored ")))
        elif line.startswith("ended ") and line not in ("ended 0", "ended -9"):
            raise RuntimeError(f"the writer {line}")
        return line

    def lines(self) -> Iterator[str]:
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        while True:
            if b"\n" in self.said:
                line, self.said = self.said.split(b"\n", 1)
                yield line.decode()
                continue
            if not select.select([descriptor], [], [], ANSWER_SECONDS)[0]:
                raise TimeoutError("the writer says nothing")
            said = os.read(descriptor, 65536)
            if not said:
                raise RuntimeError("the nursery has ended")
            self.said += said

    def wait_a_while(self, chance: random.Random) -> None:
        """Until a random moment; half the time one shortly after an answer, where a hasty answer is not yet true."""
        if chance.random() < 0.5:
            time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
            return
        for _ in range(chance.randint(1, ANSWERS_AWAITED)):
            self.wait_for("stored")
        time.sleep(chance.uniform(0, SHORTLY_SECONDS))

    def kill(self) -> None:
        os.kill(self.child, signal.SIGKILL)
        self.wait_for("ended")

    def halt(self) -> frozenset[int]:
        """Stop the writer where it is; returns what it had acknowledged by then."""
        os.kill(self.child, signal.SIGSTOP)
        self.wait_for("halted")
        return frozenset(self.stored)

    def go_on(self) -> None:
        os.kill(self.child, signal.SIGCONT)


def findings_after_kills(
    nursery: Nursery, store: Database, *, kills: int, planted: Planted = Planted.NOTHING, seed: int = 0
) -> Findings:
    """Let a writer live and die `kills` times, send what is open once more, and compare."""
    task, chance = begun(nursery, store, planted), random.Random(seed)
    task = after_deaths(nursery, task, kills, chance)
    finish(nursery, task)
    return findings(store, nursery.stored)


def findings_of_planted(nursery: Nursery, store: Database, planted: Planted, *, kills: int, seed: int = 0) -> Findings:
    """The same with a comparison after every few deaths; ends with the first one that finds something."""
    task, chance = begun(nursery, store, planted), random.Random(seed)
    for _ in range(0, kills, KILLS_BETWEEN):
        task = after_deaths(nursery, task, KILLS_BETWEEN, chance)
        finish(nursery, task)
        found = findings(store, nursery.stored)
        store.engine.dispose()
        if not found.is_clean:
            break
        task = replace(task, again=[], start=max(nursery.stored, default=-1) + 1)
    return found


def begun(nursery: Nursery, store: Database, planted: Planted) -> Task:
    """A new run in a new store; the parent keeps no connection open while the writers live."""
    task = prepared(store, planted)
    store.engine.dispose()
    nursery.stored.clear()
    return task


def after_deaths(nursery: Nursery, task: Task, kills: int, chance: random.Random) -> Task:
    """Let the writer live and die so many times; returns what is to be done after the last death."""
    for _ in range(kills):
        nursery.begin(task)
        nursery.wait_a_while(chance)
        nursery.kill()
        task = next_life(task, nursery.stored, chance)
    return task


def finish(nursery: Nursery, task: Task) -> None:
    """A last life that sends again what is open and ends by itself."""
    nursery.begin(replace(task, start=None))
    nursery.wait_for("ended 0")


def next_life(task: Task, stored: set[int], chance: random.Random) -> Task:
    """What a sender does after a breakdown: the batch without an answer again, a few others to be sure, then new ones.

    The newest acknowledged batch is not among the few: sending it again would hide that it was lost.
    """
    newest = max(stored, default=-1)
    others = sorted(stored - {newest})
    few = chance.sample(others, min(SENT_AGAIN, len(others)))
    return replace(task, again=[newest + 1, *few], start=newest + 2)


def findings(store: Database, stored: set[int] | frozenset[int]) -> Findings:
    """Compare the store with what was acknowledged, with its own rollups and with its own trail."""
    with store.reading() as session:
        ids = set(session.scalars(sa.select(Event.event_id)))
        facts = sa.select(Event.happened_at, sa.func.count().label("rows")).group_by(
            Event.happened_at, Event.corrects.is_(None)
        )
        duplicated = session.scalar(sa.select(sa.func.sum(facts.subquery().c.rows - 1))) or 0
        rollups = verify_rollups(session, actor=SYSTEM, zone=settings().zone)
        trail = verify_trail(session, Path("/nonexistent"), actor=SYSTEM)
        added = session.scalars(sa.select(AuditEntry.facts).where(AuditEntry.action == "events.added"))
        traced = sum(told["new"] for told in added)
        event_count = session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0
    expected = {number: expected_ids(number) for number in stored}
    known = Counter(int(name.split("-")[0][1:]) for name in ids if "~" not in name)
    torn = sum(1 for number, size in known.items() if size != len(expected_ids(number)))
    return Findings(
        acknowledged_batches=len(stored),
        acknowledged_events=sum(map(len, expected.values())),
        lost_events=sum(len(names - ids) for names in expected.values()),
        torn_batches=torn,
        duplicated_events=int(duplicated),
        rollup_differences=rollups.difference_count,
        trail_faults=len(trail.faults),
        untraced_events=abs(event_count - traced),
    )
