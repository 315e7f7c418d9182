"""How Open311 answers: one document as XML or JSON, which say the same (Spark convention), and lists of errors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from xml.etree import ElementTree as ET

from starlette.responses import Response

from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound, QualityError
from qs.i18n import gettext
from qs.sentences import error_sentence, problem_sentence

Scalar = str | int | float | bool | None
Document = Scalar | Mapping[str, "Document"] | Sequence["Document"]
OPEN_TO_ALL = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "content-security-policy": "default-src 'none'; sandbox",
}
# The name of each member of a list, by the name of the list; the root of a document is named by the caller.
MEMBERS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}


class Form(StrEnum):
    """The two formats, as they end an address."""

    XML = "xml"
    JSON = "json"


MEDIA_TYPES = {Form.XML: "text/xml; charset=utf-8", Form.JSON: "application/json; charset=utf-8"}


class Fault(Exception):
    """A call that ends here with one or more errors. `words` are English messages with facts to fill in."""

    def __init__(self, status: HTTPStatus, *descriptions: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(*descriptions)
        self.status = status
        self.descriptions = descriptions
        self.headers = dict(headers or {})


def bad(message: str, **facts: Scalar) -> Fault:
    """A call that cannot be fulfilled as it was made."""
    return Fault(HTTPStatus.BAD_REQUEST, gettext(message).format(**facts))


def missing(message: str, **facts: Scalar) -> Fault:
    """Something that does not exist."""
    return Fault(HTTPStatus.NOT_FOUND, gettext(message).format(**facts))


STATUSES = {NotAllowed: HTTPStatus.FORBIDDEN, NotFound: HTTPStatus.NOT_FOUND, Conflict: HTTPStatus.TOO_MANY_REQUESTS}


def fault_of(error: QualityError) -> Fault:
    """A refusal of the core as the standard tells it: every problem is an error of its own."""
    if isinstance(error, InvalidInput) and error.problems:
        return Fault(HTTPStatus.BAD_REQUEST, *(problem_sentence(problem) for problem in error.problems))
    status = next((one for kind, one in STATUSES.items() if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
    headers = {"retry-after": "600"} if status is HTTPStatus.TOO_MANY_REQUESTS else {}
    return Fault(status, error_sentence(error), headers=headers)


def error_answer(fault: Fault, form: Form) -> Response:
    errors = [{"code": fault.status.value, "description": one} for one in fault.descriptions]
    headers = {"cache-control": "no-store", **fault.headers}
    return answer("errors", errors, form, status=fault.status, headers=headers)


def answer(
    root: str,
    document: Document,
    form: Form,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The document in the format asked for. `root`: the outermost element, which JSON does not name."""
    content = json.dumps(document, ensure_ascii=False).encode() if form is Form.JSON else xml(root, document)
    return Response(
        content,
        status.value,
        headers={"cache-control": "no-cache", **OPEN_TO_ALL, **(headers or {}), "content-type": MEDIA_TYPES[form]},
    )


def xml(root: str, document: Document) -> bytes:
    """The document as XML in UTF-8 without a namespace; nothing is an empty element."""
    made: bytes = ET.tostring(element(root, document), encoding="utf-8", xml_declaration=True)
    return made


def element(name: str, value: Document) -> ET.Element:
    made = ET.Element(name)
    if isinstance(value, Mapping):
        made.extend(element(key, part) for key, part in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        made.extend(element(MEMBERS[name], part) for part in value)
    elif isinstance(value, bool):
        made.text = "true" if value else "false"
    elif value is not None:
        made.text = str(value)
    return made
