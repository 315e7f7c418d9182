"""The words of measured facts: channels, a batch of events in columns, and the receipt for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from qs.i18n import N_

EVENT_ID_LENGTH = 100


class Channel(StrEnum):
    """Where the service met its user."""

    UNKNOWN = "unknown"
    COUNTER = "counter"
    ONLINE = "online"
    PHONE = "phone"
    TERMINAL = "terminal"


@dataclass(frozen=True)
class Batch:
    """Events in columns, one entry per event in each, all of one length and already validated.

    `happened_at`: UTC microseconds since 1970. `numerator`, `denominator`: in the indicator's unit.
    `corrects`: the event_id (same happened_at) each event replaces, or "" for none.
    """

    happened_at: NDArray[np.int64]
    event_id: NDArray[np.object_]
    service_id: NDArray[np.int64]
    indicator_id: NDArray[np.int64]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    area_id: NDArray[np.int64]
    channel: NDArray[np.object_]
    corrects: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.happened_at)


@dataclass(frozen=True)
class Receipt:
    """What became of a batch: how many events were new, how many were there already.

    `differing_ids`: events already there whose stored values are others than those sent (they were not changed:
    a change needs a correction).
    """

    event_count: int
    new_count: int
    differing_ids: tuple[str, ...] = ()

    @property
    def duplicate_count(self) -> int:
        return self.event_count - self.new_count


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Channel: {
        Channel.UNKNOWN: N_("Channel not stated"),
        Channel.COUNTER: N_("Counter"),
        Channel.ONLINE: N_("Online"),
        Channel.PHONE: N_("Phone"),
        Channel.TERMINAL: N_("Self-service terminal"),
    },
}

ERRORS: dict[str, str] = {}
