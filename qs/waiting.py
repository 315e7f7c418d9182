"""What waits for a person in one room: the same shape from every context, put into words where it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from qs.errors import Fact


@dataclass(frozen=True)
class Waiting:
    """One thing to do. `code` names its two sentences in the WAITING of the context's terms, `facts` fill them in.

    `screen` and `query` say where it is dealt with; `due_at` is empty for what has no time limit.
    """

    code: str
    screen: str
    due_at: datetime | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
