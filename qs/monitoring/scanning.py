"""The scan: charts become signals, all series weighed together; what runs is updated, strengthened, or ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.frames import named_rows
from qs.monitoring import rules, watching
from qs.monitoring.alerts import alert
from qs.monitoring.models import Scan, Signal, WatchedSeries
from qs.monitoring.steps import add_step, end_signal
from qs.monitoring.terms import LEVEL_KINDS, Side, SignalFigures, SignalKind, SignalStatus, SignalStepKind
from qs.monitoring.watching import Judged, Record
from qs.notices.terms import Strength
from qs.observations.figures import Window
from qs.participation.suspected import ratings_under_suspicion
from qs.periods import Grain, from_microseconds, local_day, period_start, start_of
from qs.rectifications.models import Rectification
from qs.rectifications.terms import Status
from qs.settings import settings
from qs.standards.terms import Frequency
from qs.stats.multiplicity import FALSE_DISCOVERY_SHARE, Discoveries, benjamini_hochberg

DECIDE = Permission.SIGNALS_DECIDE
Series = tuple[int, int | None]  # service, indicator


@dataclass(frozen=True)
class Scanned:
    """What a scan did. `series_count`: watched; `judged_count`: judged anew; `ids` of what began or grew stronger."""

    series_count: int
    judged_count: int
    found_count: int
    strengthened_count: int
    ended_count: int


@dataclass(frozen=True)
class Shown:
    """What the figures show now. `is_present`: in the newest period. `opens`: surprising enough to begin a signal."""

    service_id: int
    indicator_id: int | None
    kind: SignalKind
    side: Side
    strength: Strength
    grain: Grain
    period_starts_at: datetime
    onset_at: datetime | None
    figures: SignalFigures
    is_present: bool
    opens: bool

    @property
    def key(self) -> str:
        return running_key(self.service_id, self.indicator_id, self.kind, self.side)


def running_key(service_id: int, indicator_id: int | None, kind: SignalKind, side: Side) -> str:
    return f"{service_id}:{indicator_id or 0}:{kind.value}:{side.value}"


def scan(session: Session, *, is_full: bool = False, actor: Actor, now: datetime) -> Scanned:
    """Judge what changed since the last scan, weigh it with everything else, and keep the signals.

    `is_full`: judge every series anew; the signals come out the same. Scanning again without new figures changes
    nothing. Raises NotAllowed.
    """
    actor.check_everywhere(DECIDE)
    watermark = session.get(Scan, 1, with_for_update=True)
    series, windows = watching.series_to_watch(session, actor=actor, now=now)
    kept, judged_count = judge_changed(session, series, windows, is_full=is_full, actor=actor, now=now)
    weighed = weigh([kept[key] for key in sorted(kept)])
    judged_keys: set[Series] = {key for key, one in kept.items() if one.p_values}
    shown = [
        *shown_of(kept, weighed),
        *silences(series, now),
        *suspicions(session, actor=actor, now=now),
    ]
    changes = Changes(session, now, actor)
    changes.take_in(shown, judged_keys)
    session.flush()
    alert(session, changes.begun, changes.strengthened, actor=actor, now=now)
    if watermark is None:
        watermark = Scan(id=1, scanned_at=now, series_count=0, expected_false=0.0)
        session.add(watermark)
    watermark.scanned_at, watermark.series_count = now, len(judged_keys)
    watermark.expected_false = weighed.expected_false
    counts = {
        "found": len(changes.begun),
        "strengthened": len(changes.strengthened),
        "ended": len(changes.ended),
    }
    if any(counts.values()):
        facts = {**counts, "series": len(judged_keys)}
        record(session, "monitoring.scanned", "signals:all", actor=actor, now=now, **facts)
    return Scanned(len(judged_keys), judged_count, *counts.values())


def judge_changed(
    session: Session,
    series: pd.DataFrame,
    windows: list[Window],
    *,
    is_full: bool,
    actor: Actor,
    now: datetime,
) -> tuple[dict[tuple[int, int], Judged], int]:
    """What every series shows, judged anew where something changed, and how many were."""
    stored = {(one.service_id, one.indicator_id): one for one in session.scalars(sa.select(WatchedSeries))}
    keys = [(int(a), int(b)) for a, b in zip(series["service_id"], series["indicator_id"], strict=True)]
    seen = dict(zip(keys, series["seen_as"], strict=True))
    wanted = [is_full or key not in stored or stored[key].seen_as != seen[key] for key in keys]
    changed = series[np.array(wanted, dtype=bool)]
    made = watching.judge(session, changed, windows, actor=actor, now=now)
    places = [key for key, is_wanted in zip(keys, wanted, strict=True) if is_wanted]
    fresh = dict(zip(places, made, strict=True))
    for key, one in fresh.items():
        row = stored.get(key)
        if row is None:
            session.add(WatchedSeries(**kept_as(key, one), seen_as=seen[key]))
        else:
            row.seen_as, row.p_values, row.findings = seen[key], one.p_values, one.findings
    old = {key: Judged(stored[key].p_values, stored[key].findings) for key in keys if key not in fresh}
    return old | fresh, len(fresh)


def kept_as(key: tuple[int, int], one: Judged) -> Record:
    return {"service_id": key[0], "indicator_id": key[1], "p_values": one.p_values, "findings": one.findings}


@dataclass(frozen=True)
class Weighed:
    """Which tests stand when all that is watched is known: by the p value itself, now and a period ago."""

    adjusted: dict[float, float]
    adjusted_before: dict[float, float]
    expected_false: float
    tests: int


def weigh(judged: Iterable[Judged]) -> Weighed:
    """Benjamini–Hochberg over every test of every series at once; a period ago separately, as it would have been."""
    every = [(name, p) for one in judged for name, p in one.p_values.items()]
    now = [p for name, p in every if not name.endswith("_before")]
    before = [p for name, p in every if name.endswith("_before")]
    found, earlier = benjamini_hochberg(now), benjamini_hochberg(before)
    return Weighed(by_p(now, found), by_p(before, earlier), found.expected_false, found.tests)


def by_p(p_values: list[float], found: Discoveries) -> dict[float, float]:
    """The adjusted value of each p value; equal ones have equal adjusted ones."""
    return dict(zip(p_values, found.adjusted.tolist(), strict=True))


def shown_of(kept: dict[tuple[int, int], Judged], weighed: Weighed) -> Iterator[Shown]:
    """What the charts show, with how surprising that is among all that is watched."""
    watched = sum(bool(one.p_values) for one in kept.values())
    for (service_id, indicator_id), one in sorted(kept.items()):
        for found in one.findings:
            q = weighed.adjusted.get(one.p_values.get(found["test"], 1.0), 1.0)
            q_before = weighed.adjusted_before.get(one.p_values.get(f"{found['test']}_before", 1.0), 1.0)
            stands, stood = q <= FALSE_DISCOVERY_SHARE, q_before <= FALSE_DISCOVERY_SHARE
            yield Shown(
                service_id,
                indicator_id,
                SignalKind(found["kind"]),
                Side(found["side"]),
                rules.strength_of(
                    stands=stands,
                    matters=found["now"] > 1,
                    stood_before=stood and found["before"] > 0,
                    mattered_before=found["before"] > 1,
                ),
                Grain(found["grain"]),
                from_microseconds(found["period"]),
                None if found["onset"] is None else from_microseconds(found["onset"]),
                replace(
                    SignalFigures(**found["figures"]),
                    q=q,
                    watched=watched,
                    expected_false=weighed.expected_false,
                ),
                is_present=found["now"] > 0,
                opens=stands and (found["now"] > 1 or (found["now"] > 0 and found["is_certain"])),
            )


def silences(series: pd.DataFrame, now: datetime) -> Iterator[Shown]:
    """Feeds that have been quiet for longer than their frequency explains."""
    today = period_start(now, Grain.DAY, settings().zone)
    for one in named_rows(series[series["silent_after_hours"].notna()]):
        last = from_microseconds(int(one.last_happened_at))
        allowed = rules.allowed_silence(one.silent_after_hours, Frequency(one.frequency))
        quiet = now - last
        if quiet <= allowed:
            continue
        yield Shown(
            int(one.service_id),
            int(one.indicator_id),
            SignalKind.FEED_SILENT,
            Side.CONCERN,
            rules.strength_of_silence(quiet, allowed),
            Grain.DAY,
            today,
            last,
            SignalFigures(quiet_hours=hours(quiet), allowed_hours=hours(allowed)),
            is_present=True,
            opens=True,
        )


def hours(span: timedelta) -> float:
    """Whole hours: figures that move by the second would make every scan a change."""
    return float(span // timedelta(hours=1))


def suspicions(session: Session, *, actor: Actor, now: datetime) -> Iterator[Shown]:
    """Services with ratings that look made and that nobody has decided on."""
    zone = settings().zone
    today = period_start(now, Grain.DAY, zone)
    for one in named_rows(ratings_under_suspicion(session, actor=actor, now=now)):
        yield Shown(
            int(one.service_id),
            None,
            SignalKind.MANIPULATION_SUSPECTED,
            Side.CONCERN,
            Strength.ACT if one.mark_count > 1 else Strength.REVIEW,
            Grain.DAY,
            today,
            start_of(local_day(one.first_rated_at, zone), zone),
            SignalFigures(ratings=int(one.rating_count)),
            is_present=True,
            opens=True,
        )


class Changes:
    """What one scan does to the signals; every step of it is kept."""

    def __init__(self, session: Session, now: datetime, actor: Actor) -> None:
        self.session, self.now, self.actor = session, now, actor
        self.begun: list[Signal] = []
        self.strengthened: list[Signal] = []
        self.ended: list[Signal] = []
        running = session.scalars(sa.select(Signal).where(Signal.ended_at.is_(None)).order_by(Signal.id))
        self.running = {one.running_key or "": one for one in running}
        orders = session.execute(
            sa.select(Rectification.id, Rectification.status)
            .join(Signal, Signal.rectification_id == Rectification.id)
            .where(Signal.ended_at.is_(None))
        )
        self.orders = {order_id: status for order_id, status in orders}

    def take_in(self, shown: list[Shown], judged: set[Series]) -> None:
        """Begin, update, strengthen and end signals, so that they say what the figures show."""
        met: set[str] = set()
        for one in shown:
            signal = self.running_one(one)
            if signal is not None:
                self.update(signal, one)
                met.add(signal.running_key or "")
            elif one.opens and self.may_begin(one):
                met.add(one.key)
                self.begin(one)
        for key, signal in list(self.running.items()):
            self.follow_order(signal)
            if key not in met and (is_fact(signal.kind) or (signal.service_id, signal.indicator_id) in judged):
                self.miss(signal)
        for signal in list(self.running.values()):
            if self.is_put_right(signal):
                self.end(signal, SignalStepKind.RECOVERED)

    def running_one(self, shown: Shown) -> Signal | None:
        """The running signal that tells the same: of one change, sudden or slow, there is one."""
        kinds = LEVEL_KINDS if shown.kind in LEVEL_KINDS else (shown.kind,)
        keys = [running_key(shown.service_id, shown.indicator_id, kind, shown.side) for kind in kinds]
        return next((self.running[key] for key in keys if key in self.running), None)

    def may_begin(self, shown: Shown) -> bool:
        """Not while an earlier one of its kind was shown a moment ago, unless new limits were made since."""
        kinds = LEVEL_KINDS if shown.kind in LEVEL_KINDS else (shown.kind,)
        earlier = self.session.execute(
            sa.select(Signal.status, Signal.period_starts_at)
            .where(
                Signal.service_id == shown.service_id,
                Signal.indicator_id.is_not_distinct_from(shown.indicator_id),
                Signal.kind.in_(kinds),
                Signal.side == shown.side,
            )
            .order_by(Signal.id.desc())
            .limit(1)
        ).one_or_none()
        if earlier is None or earlier.status is SignalStatus.REBASED:
            return True
        return rules.is_rearmed(earlier.period_starts_at, shown.period_starts_at, shown.grain)

    def begin(self, shown: Shown) -> None:
        signal = Signal(
            running_key=shown.key,
            service_id=shown.service_id,
            indicator_id=shown.indicator_id,
            kind=shown.kind,
            side=shown.side,
            strength=shown.strength,
            status=SignalStatus.NEW,
            grain=shown.grain,
            period_starts_at=shown.period_starts_at,
            onset_at=shown.onset_at,
            is_present=True,
            figures=kept(shown.figures),
            found_at=self.now,
            last_seen_at=self.now,
        )
        self.session.add(signal)
        self.session.flush()
        self.running[shown.key] = signal
        self.begun.append(signal)
        add_step(self.session, signal, SignalStepKind.FOUND, None, "", self.actor, self.now)

    def update(self, signal: Signal, shown: Shown) -> None:
        """Let the signal say what its newest period shows. Its strength is the greatest it has had."""
        signal.is_present = shown.is_present
        if not shown.is_present:
            return
        if shown.period_starts_at != signal.period_starts_at or shown.grain != signal.grain:
            signal.period_starts_at, signal.grain, signal.last_seen_at = shown.period_starts_at, shown.grain, self.now
            signal.figures = kept(shown.figures)
            signal.kind, signal.running_key, signal.onset_at = shown.kind, shown.key, shown.onset_at
            self.running = {one.running_key or "": one for one in self.running.values()}
        if not rules.is_stronger(shown.strength, signal.strength):
            return
        before = signal.status
        came_back = before is SignalStatus.DISMISSED
        if came_back:
            signal.status, signal.dismissed_strength = SignalStatus.NEW, None
        signal.strength, signal.figures = shown.strength, kept(shown.figures)
        signal.version += 1
        self.strengthened.append(signal)
        kind = SignalStepKind.CAME_BACK if came_back else SignalStepKind.STRENGTHENED
        add_step(self.session, signal, kind, before, "", self.actor, self.now)

    def miss(self, signal: Signal) -> None:
        """Nothing of it is shown: not now, nor a period ago. Facts of the day must be gone for two whole days."""
        signal.is_present = False
        today = period_start(self.now, Grain.DAY, settings().zone)
        if is_fact(signal.kind) and not rules.is_rearmed(signal.period_starts_at, today, Grain.DAY):
            return
        self.end(signal, SignalStepKind.OVER)

    def follow_order(self, signal: Signal) -> None:
        """An order that was withdrawn puts nothing right: the signal waits for a decision again."""
        if (
            signal.status is SignalStatus.IN_RECTIFICATION
            and self.orders.get(signal.rectification_id or 0) is Status.WITHDRAWN
        ):
            before, signal.status = signal.status, SignalStatus.ACKNOWLEDGED
            signal.version += 1
            add_step(self.session, signal, SignalStepKind.UNLINKED, before, "", self.actor, self.now)

    def is_put_right(self, signal: Signal) -> bool:
        """True when its rectification is closed and the newest figures do not show it any more."""
        is_closed = self.orders.get(signal.rectification_id or 0) is Status.CLOSED
        return is_closed and not signal.is_present and signal.ended_at is None

    def end(self, signal: Signal, kind: SignalStepKind) -> None:
        end_signal(self.session, signal, kind, SignalStatus.OVER, "", actor=self.actor, now=self.now)
        self.running = {key: one for key, one in self.running.items() if one is not signal}
        self.ended.append(signal)


def is_fact(kind: SignalKind) -> bool:
    """True for what is no figure of chance: it is there or it is not."""
    return kind in (SignalKind.FEED_SILENT, SignalKind.MANIPULATION_SUSPECTED)


def kept(figures: SignalFigures) -> dict[str, float | int]:
    """The numbers a signal has, as they are stored."""
    return {name: value for name in figures.__dataclass_fields__ if (value := getattr(figures, name)) is not None}
