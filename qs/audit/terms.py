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

# What the facts of entries are called; `_from` and `_to` behind a name tell what it was and what it became.
FACTS: dict[str, str] = {
    "changed": N_("changed"),
    "checkpoints": N_("checkpoints"),
    "code": N_("code"),
    "codes": N_("codes"),
    "count": N_("number"),
    "department_id": N_("department"),
    "differing": N_("there with other values"),
    "effective_on": N_("in force from"),
    "ends_on": N_("last day"),
    "entries": N_("entries"),
    "events": N_("events"),
    "faults": N_("faults"),
    "feed": N_("feed"),
    "feed_id": N_("feed"),
    "fields": N_("fields"),
    "file": N_("file"),
    "found": N_("found"),
    "grants": N_("roles"),
    "group_id": N_("supervision group"),
    "hint": N_("begins with"),
    "purpose": N_("purpose"),
    "indicator_id": N_("indicator"),
    "known": N_("known name"),
    "language": N_("language"),
    "leader_id": N_("leader"),
    "member_ids": N_("members"),
    "name": N_("name"),
    "name_en": N_("English name"),
    "new": N_("new"),
    "population": N_("population"),
    "provider_id": N_("provider"),
    "reason": N_("reason"),
    "refused": N_("rows left out"),
    "rows": N_("rows"),
    "service_id": N_("service"),
    "starts_at": N_("from"),
    "starts_on": N_("first day"),
    "takes_files": N_("takes files"),
    "username": N_("username"),
    "wanted_action": N_("searched action"),
    "wanted_object": N_("searched object"),
    "wanted_since": N_("searched from"),
    "wanted_text": N_("searched words"),
    "wanted_until": N_("searched until"),
    "wanted_username": N_("searched person"),
}

# What an entry is about: the word before the colon of its object.
OBJECTS: dict[str, str] = {
    "api_key": N_("API key"),
    "area": N_("Area"),
    "audit": N_("Audit trail"),
    "clause": N_("Clause"),
    "department": N_("Department"),
    "directory": N_("Directory"),
    "feed": N_("Feed"),
    "feeds": N_("Feeds"),
    "group": N_("Supervision group"),
    "import_run": N_("Loaded file"),
    "indicator": N_("Indicator"),
    "person": N_("Person"),
    "provider": N_("Provider"),
    "rebase": N_("New beginning"),
    "sector": N_("Sector"),
    "service": N_("Service"),
    "standards": N_("Standards"),
}
