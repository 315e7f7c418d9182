"""What a caller of Open311 may send, read strictly: known fields only, each once, within its length."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from qs.errors import InvalidInput
from qs.i18n import N_, Language, choose_language, gettext, use_language
from qs.sentences import error_sentence
from qs.web.cookies import LANGUAGE_CODES
from qs.web.open311_answers import Fault, bad
from qs.web.strict_json import printable, read_json

MAX_BODY_BYTES = 64 << 10
MAX_FIELDS = 100
FIRST_YEAR, LAST_YEAR = 1900, 2999  # what calendars can count with
FORM_TYPE, JSON_TYPE = "application/x-www-form-urlencoded", "application/json"
ATTRIBUTE = re.compile(r"attribute\[([A-Za-z0-9_]{1,64})\](\[\])?", re.ASCII)
EVERYWHERE = frozenset({"jurisdiction_id", "lang", "api_key"})  # one jurisdiction is served: its id is not needed
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
WHOLE = re.compile("[0-9]{1,6}", re.ASCII)
UNKNOWN_FIELD = N_("“{name}” is not a field of this method. Nothing was done; leave it out.")
SENT_TWICE = N_("“{name}” was sent more than once.")
STRANGE = N_("“{name}” holds control characters or half characters.")
NOT_A_MOMENT = N_("“{name}” must be a date and time with its zone, such as 2026-01-31T08:00:00+08:00.")
NOT_WHOLE = N_("“{name}” must be a whole number from 1 to {most}.")
NOT_READABLE = N_("The fields cannot be read: they must be {form} or JSON, in UTF-8.")
TOO_LARGE = N_("The call is larger than {kilobytes} KB.")


@dataclass(frozen=True)
class Sent:
    """The fields of a call; empty ones count as not sent. `attributes`: values by the code of the attribute."""

    fields: Mapping[str, str]
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    def listed(self, name: str) -> frozenset[str]:
        """The values of a field that may name several, separated by commas."""
        return frozenset(part.strip() for part in self.get(name).split(",") if part.strip())

    def moment(self, name: str) -> datetime | None:
        """A moment in UTC. A plus sign that was sent unencoded arrives as a blank, and is read as it was meant."""
        text = self.get(name)
        if not text:
            return None
        found = MOMENT.fullmatch(re.sub(r" (?=[0-9]{2}:[0-9]{2}\Z)", "+", text))
        if found is None:
            raise bad(NOT_A_MOMENT, name=name)
        try:
            moment = datetime.fromisoformat(found.group().replace("Z", "+00:00")).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise bad(NOT_A_MOMENT, name=name) from error
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise bad(NOT_A_MOMENT, name=name)
        return moment

    def whole(self, name: str, default: int, most: int) -> int:
        text = self.get(name)
        if not text:
            return default
        if not WHOLE.fullmatch(text) or not 1 <= int(text) <= most:
            raise bad(NOT_WHOLE, name=name, most=most)
        return int(text)


def query(request: Request, known: Collection[str]) -> Sent:
    """The fields of a GET, in the language asked for. Raises Fault naming every one that is unknown or doubled."""
    sent = checked(list(request.query_params.multi_items()), known)
    speak(request, sent)
    return sent


async def form(request: Request, known: Collection[str]) -> Sent:
    """The fields of a POST: of its body, and an api_key from the address. Raises Fault."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise bad(TOO_LARGE, kilobytes=MAX_BODY_BYTES >> 10)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == JSON_TYPE:
        pairs = json_pairs(bytes(body))
    elif media_type == FORM_TYPE:
        pairs = form_pairs(bytes(body))
    else:
        raise bad(NOT_READABLE, form=FORM_TYPE)
    sent = checked([*request.query_params.multi_items(), *pairs], known)
    speak(request, sent)
    return sent


def form_pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise bad(NOT_READABLE, form=FORM_TYPE) from error


def json_pairs(body: bytes) -> list[tuple[str, str]]:
    """The members of a JSON object as a form would send them; `attribute` is an object of its own."""
    try:
        document = read_json(body)
    except InvalidInput as error:
        raise Fault(HTTPStatus.BAD_REQUEST, error_sentence(error)) from error
    if not isinstance(document, Mapping):
        raise bad(NOT_READABLE, form=FORM_TYPE)
    pairs: list[tuple[str, str]] = []
    for name, value in document.items():
        if name == "attribute" and isinstance(value, Mapping):
            pairs += [(f"attribute[{code}]", text(part)) for code, part in value.items()]
        else:
            pairs.append((str(name), text(value)))
    return pairs


def text(value: Any) -> str:  # noqa: ANN401 - JSON
    """A JSON value as a form writes it. Raises Fault for lists and objects."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise bad(NOT_READABLE, form=FORM_TYPE)


def checked(pairs: list[tuple[str, str]], known: Collection[str]) -> Sent:
    """The fields by name. Raises Fault with an error for every one that is unknown or was sent twice."""
    fields: dict[str, str] = {}
    attributes: dict[str, tuple[str, ...]] = {}
    wrong: list[str] = []
    for name, value in pairs:
        if CONTROLS.search(value):
            wrong.append(gettext(STRANGE).format(name=printable(name)))
        attribute = ATTRIBUTE.fullmatch(name) if "attribute" in known else None
        if attribute is not None:
            code, is_list = attribute[1], attribute[2] is not None
            if code in attributes and not is_list:
                wrong.append(gettext(SENT_TWICE).format(name=name))
            if value.strip():
                attributes[code] = (*attributes.get(code, ()), value)
        elif name == "attribute" or name not in EVERYWHERE.union(known):
            wrong.append(gettext(UNKNOWN_FIELD).format(name=printable(name)))
        elif name in fields:
            wrong.append(gettext(SENT_TWICE).format(name=name))
        else:
            fields[name] = value
    if wrong:
        raise Fault(HTTPStatus.BAD_REQUEST, *wrong)
    return Sent({name: value for name, value in fields.items() if value.strip()}, attributes)


def speak(request: Request, sent: Sent) -> None:
    """Answer in the language named, or in that of the browser; the caller has chosen the latter already."""
    named = sent.get("lang")
    if named and named not in LANGUAGE_CODES:
        raise bad(N_("“lang” must be zh or en."))
    if named:
        use_language(LANGUAGE_CODES[named])


def language_of(request: Request) -> Language:
    """The language of errors that stand before any field is read."""
    named = request.query_params.get("lang", "")
    return LANGUAGE_CODES.get(named) or choose_language(request.headers.get("accept-language"))
