"""One line of the day, whatever room it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Task:
    """One line of the day: since when or until when, what, why, and where it is dealt with."""

    when: str
    what: str
    why: str
    button: str
    icon: str
    screen: str
    colour: str = "gray"
    query: dict[str, str] = field(default_factory=dict)
