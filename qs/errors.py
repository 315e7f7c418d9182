"""The four kinds of expected failure; the words people read are translated where they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

Fact = str | int | float | None


class QualityError(Exception):
    """Something a person can understand and mend. `code` names the sentence, `facts` fill it in."""

    code: ClassVar[str] = "quality_error"

    def __init__(self, code: str | None = None, /, **facts: Fact) -> None:
        self.reason = code or self.code
        self.facts = facts
        super().__init__(f"{self.reason} {facts}")


class NotAllowed(QualityError):
    """The person lacks the right, or the object is outside the person's scope."""

    code = "not_allowed"


class NotFound(QualityError):
    """There is no such object, or none that this person may know of."""

    code = "not_found"


class Conflict(QualityError):
    """The object is not in the state this step needs, or somebody else was faster."""

    code = "conflict"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where it stands, and the code of the sentence that says how to mend it.

    `row` is the spreadsheet row (the header is row 1) or the index in a batch; `column` the header or JSON field;
    `where` the sheet, or the file and entry, when there is more than one.
    """

    code: str
    row: int | None = None
    column: str | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
    where: str | None = None


class InvalidInput(QualityError):
    """Input that was refused whole. `problems` lists what is wrong, `problem_count` counts those not listed too."""

    code = "invalid_input"

    def __init__(
        self,
        code: str | None = None,
        /,
        *,
        problems: Sequence[Problem] = (),
        problem_count: int | None = None,
        **facts: Fact,
    ) -> None:
        self.problems = tuple(problems)
        self.problem_count = len(self.problems) if problem_count is None else problem_count
        super().__init__(code, **facts)
