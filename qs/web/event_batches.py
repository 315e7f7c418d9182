"""A batch of events as JSON: every field checked, every fault with its pointer, before anything is stored."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qs.errors import Fact, Problem
from qs.observations.mapping import Known, objects
from qs.observations.terms import EVENT_ID_LENGTH, Batch, Channel
from qs.standards.terms import Aggregation
from qs.tabular.cells import moments
from qs.tabular.terms import ProblemList
from qs.tabular.text import UNWANTED
from qs.web.strict_json import printable

MAX_EVENTS = 10_000
NEEDED = ("event_id", "happened_at", "service", "indicator", "numerator")
OPTIONAL = ("denominator", "area", "channel", "corrects")
CODE_LENGTH = 64
MOMENT_LENGTH = 40
LARGEST_NUMBER = 1e15
SURROGATE = re.compile("[\ud800-\udfff]")
ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})\Z", re.ASCII)

Event = Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True)
class Checker:
    """One event being checked: where it stands, and where its faults go."""

    event: Event
    place: str
    problems: ProblemList

    def fault(self, name: str, code: str, **facts: Fact) -> None:
        self.problems.put(Problem(code, column=f"{self.place}/{escaped(name)}", facts=facts))

    def text(self, name: str, limit: int) -> str:
        """A text of 1 to `limit` printable characters; "" when absent or faulty."""
        value = self.event.get(name)
        if value is None and name not in self.event:
            return ""
        if not isinstance(value, str):
            self.fault(name, "json_needs_text")
        elif not value or len(value) > limit or value != value.strip():
            self.fault(name, "json_text_length", limit=limit)
        elif SURROGATE.search(value) or UNWANTED.search(value) or "\n" in value or "\t" in value or "\r" in value:
            self.fault(name, "json_text_characters")
        else:
            return value
        return ""

    def number(self, name: str, default: float) -> float:
        """A finite number; the default when absent, NaN when faulty. True and false are no numbers."""
        if name not in self.event:
            return default
        value = self.event[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(name, "json_needs_number")
        elif not math.isfinite(value) or abs(value) > LARGEST_NUMBER:
            self.fault(name, "json_number_out_of_range")
        else:
            return float(value)
        return math.nan

    def known(self, name: str, text: str, codes: Mapping[str, object] | Sequence[str], code: str) -> None:
        if text and text not in codes:
            self.fault(name, code, value=printable(text))


def escaped(name: str) -> str:
    """A member's name inside a JSON pointer (RFC 6901)."""
    return printable(name).replace("~", "~0").replace("/", "~1")


def codes_in(events: Sequence[object], name: str) -> set[str]:
    """Every text that the events give for a member: what must be looked up."""
    found = (event.get(name) for event in events if isinstance(event, Mapping))
    return {text for text in found if isinstance(text, str) and len(text) <= CODE_LENGTH and not SURROGATE.search(text)}


def events_of(document: object, problems: ProblemList) -> tuple[list[object], str | None]:
    """The list of events and the feed's code, if the document names one."""
    if not isinstance(document, Mapping):
        problems.add("json_needs_object", column="")
        return [], None
    for name in document:
        if name not in ("events", "feed"):
            problems.add("json_member_unknown", column=f"/{escaped(name)}")
    feed = Checker(document, "", problems).text("feed", CODE_LENGTH) or None
    events = document.get("events")
    if not isinstance(events, list) or not events:
        problems.add("json_needs_events", column="/events")
        return [], feed
    if len(events) > MAX_EVENTS:
        problems.add("json_too_many_events", column="/events", limit=MAX_EVENTS, found=len(events))
        return [], feed
    return events, feed


def checked_batch(events: Sequence[object], known: Known, problems: ProblemList) -> Batch | None:
    """The events in columns, or None when anything is wrong; every fault is in `problems`."""
    rows = [checked_event(event, position, known, problems) for position, event in enumerate(events)]
    happened = moments([row.happened_at for row in rows], now=known.now, zone=known.zone)
    for position, fault in happened.faults.items():
        problems.put(replace(fault, column=f"/events/{position}/happened_at"))
    check_repeats([row.event_id for row in rows], problems)
    if problems.count:
        return None
    services = [known.services[row.service] for row in rows]
    return Batch(
        happened_at=happened.values,
        event_id=objects([row.event_id for row in rows]),
        service_id=np.array([service.service_id for service in services], dtype=np.int64),
        indicator_id=np.array([known.indicators[row.indicator].indicator_id for row in rows], dtype=np.int64),
        numerator=np.array([row.numerator for row in rows], dtype=np.float64),
        denominator=np.array([row.denominator for row in rows], dtype=np.float64),
        area_id=np.array(
            [
                known.areas[row.area] if row.area else service.area_id
                for row, service in zip(rows, services, strict=True)
            ],
            dtype=np.int64,
        ),
        channel=objects([row.channel or Channel.UNKNOWN.value for row in rows]),
        corrects=objects([row.corrects for row in rows]),
    )


@dataclass(frozen=True)
class Row:
    """One event's fields as far as they are sound."""

    event_id: str = ""
    happened_at: str = ""
    service: str = ""
    indicator: str = ""
    numerator: float = 0.0
    denominator: float = 1.0
    area: str = ""
    channel: str = ""
    corrects: str = ""


def checked_event(event: object, position: int, known: Known, problems: ProblemList) -> Row:
    place = f"/events/{position}"
    if not isinstance(event, Mapping):
        problems.add("json_needs_object", column=place)
        return Row()
    checker = Checker(event, place, problems)
    for name in NEEDED:
        if name not in event:
            checker.fault(name, "json_member_missing")
    for name in event:
        if name not in NEEDED and name not in OPTIONAL:
            checker.fault(name, "json_member_unknown")
    row = Row(
        event_id=checker.text("event_id", EVENT_ID_LENGTH),
        happened_at=moment_text(checker),
        service=checker.text("service", CODE_LENGTH),
        indicator=checker.text("indicator", CODE_LENGTH),
        numerator=checker.number("numerator", math.nan),
        denominator=checker.number("denominator", 1.0),
        area=checker.text("area", CODE_LENGTH),
        channel=checker.text("channel", CODE_LENGTH),
        corrects=checker.text("corrects", EVENT_ID_LENGTH),
    )
    checker.known("service", row.service, known.services, "service_code_unknown")
    checker.known("indicator", row.indicator, known.indicators, "indicator_code_unknown")
    checker.known("area", row.area, known.areas, "area_code_unknown")
    checker.known("channel", row.channel, [channel.value for channel in Channel], "channel_unknown")
    check_counts(row, known, checker.fault)
    return row


def moment_text(checker: Checker) -> str:
    text = checker.text("happened_at", MOMENT_LENGTH)
    if text and not ZONE.search(text):
        checker.fault("happened_at", "moment_without_zone", value=printable(text))
        return ""
    return text


def check_counts(row: Row, known: Known, fault: Callable[..., None]) -> None:
    """The same rules as for files: nothing below zero, not more above the line than below."""
    key = known.indicators.get(row.indicator)
    above, below = row.numerator, row.denominator
    if key is None or math.isnan(above) or math.isnan(below):
        return
    kind = key.counting.aggregation
    words = {"numerator": f"{above:.15g}", "denominator": f"{below:.15g}"}
    if below < 0:
        fault("denominator", "denominator_negative", **words)
    elif kind.is_measured and below != 1:
        fault("denominator", "denominator_not_one", **words)
    if above < 0 and not kind.is_measured:
        fault("numerator", "numerator_negative", **words)
    elif kind is Aggregation.SHARE and 0 <= below < above:
        fault("numerator", "numerator_above_denominator", **words)
    elif kind is Aggregation.RATE and below == 0 and above > 0:
        fault("denominator", "denominator_zero", **words)


def check_repeats(names: Sequence[str], problems: ProblemList) -> None:
    first: dict[str, int] = {}
    for position, name in enumerate(names):
        if name and first.setdefault(name, position) != position:
            place = f"/events/{position}/event_id"
            problems.add("event_repeated", column=place, value=name, first=str(first[name]))
