"""Refusals for machines: RFC 9457 problem documents with a pointer to every bad field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.responses import JSONResponse

from qs.errors import Problem, QualityError
from qs.sentences import error_sentence, problem_sentence

PROBLEM_TYPE = "application/problem+json"
NO_STORE = {"cache-control": "no-store"}
BUSY_SECONDS = "5"  # after which a busy store may be asked again


class Refused(Exception):
    """A request that ends here. `problems` name fields by JSON pointer in `column`."""

    def __init__(
        self,
        status: HTTPStatus,
        error: QualityError,
        *,
        problems: Sequence[Problem] = (),
        problem_count: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(error.reason)
        self.status = status
        self.error = error
        self.problems = problems
        self.problem_count = problem_count
        self.headers = dict(headers or {})


def problem_response(refused: Refused) -> JSONResponse:
    """The document: what happened in the reader's language, a stable code, and each field with its cure."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": refused.status.phrase,
        "status": refused.status.value,
        "code": refused.error.reason,
        "detail": error_sentence(refused.error),
    }
    if refused.problems:
        document["errors"] = [
            {
                "pointer": problem.column or "",
                "code": problem.code,
                "detail": problem_sentence(Problem(problem.code, facts=problem.facts)),
            }
            for problem in refused.problems
        ]
        document["error_count"] = refused.problem_count
    headers = {**NO_STORE, **refused.headers}
    return JSONResponse(document, refused.status.value, headers=headers, media_type=PROBLEM_TYPE)
