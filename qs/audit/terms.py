"""What an audit entry says, and what a verification found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qs.i18n import N_


class FaultKind(StrEnum):
    """What is wrong at a place of the chain."""

    ALTERED = "altered"
    MISSING = "missing"
    TRUNCATED = "truncated"
    CHECKPOINT_BROKEN = "checkpoint_broken"


@dataclass(frozen=True)
class Fault:
    """One place where the trail is not what was written."""

    seq: int
    kind: FaultKind


@dataclass(frozen=True)
class Verdict:
    """The result of reading the whole trail: how many entries and checkpoints were checked, and every fault."""

    entry_count: int
    checkpoint_count: int
    faults: tuple[Fault, ...]

    @property
    def is_sound(self) -> bool:
        return not self.faults


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    FaultKind: {
        FaultKind.ALTERED: N_("This entry was altered"),
        FaultKind.MISSING: N_("An entry is missing before this one"),
        FaultKind.TRUNCATED: N_("Entries after this one were cut off"),
        FaultKind.CHECKPOINT_BROKEN: N_("A checkpoint does not fit this entry"),
    },
}

ERRORS: dict[str, str] = {}
