"""The documents of Open311 GeoReport v2 and its service discovery, from what the core discloses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from qs.complaints.exchange.disclosed import DisclosedRequest, DisclosedStep, OpenService
from qs.complaints.exchange.forwarding import OWN_ID_LENGTH, Forwarded
from qs.complaints.terms import REMEDY_LENGTH, RequestKind
from qs.i18n import N_, day, gettext, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings
from qs.web.open311_answers import MEDIA_TYPES, Document

BASE = "/open311/v2"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
KINDS = tuple(kind for kind in RequestKind if kind is not RequestKind.REPORT)
YES, NO = "yes", "no"
# What can be said of every service beside the fields of the standard: code, type of input, what to write.
ATTRIBUTES: tuple[tuple[str, str, str], ...] = (
    ("kind", "singlevaluelist", N_("What is it: a complaint unless another type is chosen")),
    ("remedy", "text", N_("What should be done")),
    ("happened_on", "datetime", N_("When it happened")),
    ("confidential", "singlevaluelist", N_("Should it be kept from the public list and the unit concerned")),
    ("external_id", "string", N_("Your own id of the request; sent again, it stays the same request")),
)
NOTICE = N_(
    "Reports of wrongdoing are not taken here: use the public page of the office or its hotline, so that nobody "
    "between learns who reports. What everybody may read of a request carries no text, no contact and no exact place."
)


def discovery(changeset: str) -> Document:
    """Who serves this, and where; `changeset` sorts later when services have changed."""
    address = settings().public_url.rstrip("/")
    office = pick(settings().office_name, settings().office_name_en)
    return {
        "changeset": changeset,
        "contact": _("{office}, {address}").format(office=office, address=address),
        "key_service": _("The office issues keys to systems that file requests: {address}").format(address=address),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{address}{BASE}",
                "changeset": changeset,
                "type": "test" if settings().demo else "production",
                "formats": [media_type.partition(";")[0] for media_type in MEDIA_TYPES.values()],
            }
        ],
    }


def services(found: Iterable[OpenService]) -> Document:
    return [
        {
            "service_code": one.code,
            "service_name": pick(one.name, one.name_en),
            "description": _("{service}, {area}. Provided by {unit}.").format(
                service=pick(one.name, one.name_en),
                area=pick(one.area, one.area_en),
                unit=pick(one.unit, one.unit_en),
            ),
            "metadata": True,
            "type": "realtime" if one.is_listed else "blackbox",
            "keywords": ", ".join(pick(*names) for names in ((one.sector, one.sector_en), (one.area, one.area_en))),
            "group": pick(one.sector, one.sector_en),
        }
        for one in found
    ]


def definition(service: OpenService) -> Document:
    """What can be said of a service beside the fields of the standard; nothing of it is required."""
    notice = attribute(1, "notice", "string", gettext(NOTICE), is_input=False)
    described = [
        attribute(order, code, datatype, gettext(words), values=values_of(code))
        for order, (code, datatype, words) in enumerate(ATTRIBUTES, start=2)
    ]
    return {"service_code": service.code, "attributes": [notice, *described]}


def attribute(
    order: int,
    code: str,
    datatype: str,
    description: str,
    *,
    values: Iterable[tuple[str, str]] = (),
    is_input: bool = True,
) -> Document:
    return {
        "variable": is_input,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": datatype_words(code),
        "order": order,
        "description": description,
        "values": [{"key": key, "name": name} for key, name in values],
    }


def datatype_words(code: str) -> str | None:
    limits = {"remedy": REMEDY_LENGTH, "external_id": OWN_ID_LENGTH}
    if code in limits:
        return _("At most {limit} characters").format(limit=limits[code])
    return _("A date, or a date and time with its zone; not in the future") if code == "happened_on" else None


def values_of(code: str) -> list[tuple[str, str]]:
    if code == "kind":
        return [(kind.value, label(kind)) for kind in KINDS]
    return [(NO, _("No")), (YES, _("Yes"))] if code == "confidential" else []


def requests(found: Iterable[DisclosedRequest]) -> Document:
    return [request(one) for one in found]


def request(one: DisclosedRequest) -> Document:
    """One request. Its words, files and address stay with the office: `address` is the area, the point is rounded."""
    return {
        "service_request_id": one.number,
        "status": "closed" if one.is_closed else "open",
        "status_notes": status_notes(one),
        "service_name": pick(one.service, one.service_en),
        "service_code": one.service_code,
        "description": None,
        "agency_responsible": pick(one.unit, one.unit_en) or None,
        "service_notice": None if one.is_closed else due_words(one.due_at),
        "requested_datetime": moment(one.registered_at),
        "updated_datetime": moment(one.changed_at),
        "expected_datetime": moment(one.due_at) if one.due_at else None,
        "address": pick(one.area, one.area_en) or None,
        "address_id": one.area_code or None,
        "zipcode": None,
        "lat": one.latitude,
        "long": one.longitude,
        "media_url": None,
    }


def status_notes(one: DisclosedRequest) -> str:
    """The stage in the office's words; of a closed one how it ended, since closed does not mean solved."""
    if one.outcome is None:
        return label(one.state)
    return _("{state}: {outcome}").format(state=label(one.state), outcome=label(one.outcome))


def due_words(due_at: datetime | None) -> str | None:
    if due_at is None:
        return None
    return _("An answer is due by {day}.").format(day=day(local_day(due_at, settings().zone)))


def filed(made: Forwarded, service: OpenService) -> Document:
    """What the sender is told. A service whose requests are not listed gives no id, only words (blackbox)."""
    notice = [_("Registered as {number}.").format(number=made.number), due_words(made.due_at)]
    if made.receipt_code:
        address = f"{settings().public_url.rstrip('/')}/follow"
        notice.append(
            _("Its state and answer are at {address}, with the code {code}; the code is given this once.").format(
                address=address, code=made.receipt_code
            )
        )
    if not service.is_listed or made.is_confidential:
        notice.append(_("It is not on the public list."))
    said = " ".join(part for part in notice if part)
    named = {"service_request_id": made.number} if service.is_listed else {}
    return [{**named, "service_notice": said}]


def token(number: str) -> Document:
    return [{"service_request_id": number, "token": number}]


def updates(found: Iterable[DisclosedStep]) -> Document:
    """What happened, step by step (FixMyStreet's extension); the words told to the requester stay with them."""
    return [
        {
            "update_id": str(one.step_id),
            "service_request_id": one.number,
            "status": "closed" if one.is_closed else "open",
            "updated_datetime": moment(one.at),
            "description": label(one.kind),
            "media_url": None,
        }
        for one in found
    ]


def moment(at: datetime) -> str:
    """A moment of the W3C format on the office's clock, with its zone."""
    return at.astimezone(settings().zone).isoformat(timespec="seconds")
