"""What an audit entry says, what is asked of the trail, and what a verification found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qs.i18n import N_


@dataclass(frozen=True)
class Wanted:
    """Which entries are asked for; what is empty does not narrow the search."""

    since: datetime | None = None
    until: datetime | None = None  # the first moment no longer wanted
    username: str = ""
    action: str = ""
    object: str = ""  # `kind:id`, or `kind` for all objects of a kind
    text: str = ""  # anywhere in the facts, capitals or not


class FaultKind(StrEnum):
    """What is wrong at a place of the chain."""

    ALTERED = "altered"
    MISSING = "missing"
    TRUNCATED = "truncated"
    HEAD_BROKEN = "head_broken"
    CHECKPOINT_BROKEN = "checkpoint_broken"
    CHECKPOINT_FORGED = "checkpoint_forged"


@dataclass(frozen=True, order=True)
class Fault:
    """One place where the trail is not what was written; for a forged checkpoint `seq` is its line in the file."""

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
        FaultKind.HEAD_BROKEN: N_("The trail does not end where the store says it ends"),
        FaultKind.CHECKPOINT_BROKEN: N_("A checkpoint does not fit this entry"),
        FaultKind.CHECKPOINT_FORGED: N_("The checkpoint on this line of the file is not ours"),
    },
}

ERRORS: dict[str, str] = {}

ACTIONS: dict[str, str] = {
    "audit.exported": N_("Exported the audit trail"),
    "audit.verified": N_("Verified the audit trail"),
}
