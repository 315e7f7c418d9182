"""JSON as two programs read it the same way: no doubled members, no NaN, no endless digits, no broken letters."""

from __future__ import annotations

import json
from typing import Any

from qs.errors import InvalidInput

LONGEST_WHOLE_NUMBER = 20  # digits; anything longer is refused before it costs time
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_json(body: bytes) -> Any:  # noqa: ANN401 - JSON can be anything
    """The value of a body. Raises InvalidInput for what is not strict JSON in UTF-8, however it is made."""
    if body.startswith(BYTE_ORDER_MARKS):
        raise InvalidInput("json_not_utf8")
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=unique_members,
            parse_constant=no_constant,
            parse_int=short_whole_number,
        )
    except UnicodeDecodeError as error:
        raise InvalidInput("json_not_utf8") from error
    except json.JSONDecodeError as error:
        raise InvalidInput("json_broken", line=str(error.lineno), column=str(error.colno)) from error
    except RecursionError as error:
        raise InvalidInput("json_too_deep") from error


def unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: JSON
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise InvalidInput("json_member_doubled", name=printable(doubled))
    return members


def no_constant(name: str) -> float:
    raise InvalidInput("json_not_a_number", value=name)


def short_whole_number(digits: str) -> int:
    if len(digits) > LONGEST_WHOLE_NUMBER:
        raise InvalidInput("json_number_too_long", limit=LONGEST_WHOLE_NUMBER)
    return int(digits)


def printable(text: str) -> str:
    """A text from outside, shortened and without anything that cannot be written as UTF-8."""
    return text[:40].encode("utf-8", "backslashreplace").decode("utf-8")
