"""A request filed by Open311: its fields become what the hotline would have written down, or every fault is named."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from http import HTTPStatus

from qs.complaints.exchange.disclosed import OpenService
from qs.complaints.exchange.forwarding import OWN_ID_LENGTH
from qs.complaints.terms import TITLE_LENGTH, NewContact, NewRequest, RequestChannel, RequestKind
from qs.i18n import N_, Language, gettext, speaking
from qs.periods import local_day
from qs.settings import settings
from qs.web.open311_answers import Fault
from qs.web.open311_documents import ATTRIBUTES, NO, YES
from qs.web.open311_fields import Sent
from qs.web.strict_json import printable

FIELDS = frozenset(
    {
        *("service_code", "lat", "long", "address_string", "address_id", "attribute", "description", "media_url"),
        *("email", "phone", "first_name", "last_name", "device_id", "account_id"),
    }
)
LONGEST = {"description": 4000, "address_string": 200, "media_url": 500, "device_id": 200, "account_id": 200}
DEGREES = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,20})?", re.ASCII)
MOST_DEGREES = {"lat": 90.0, "long": 180.0}
ADDRESS = re.compile(r"https?://[!-~]+", re.ASCII)
OWN_ID = re.compile(f"[!-~]{{1,{OWN_ID_LENGTH}}}", re.ASCII)
IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
PLACE_NEEDED = N_("Say where: lat and long, address_string, or address_id (the code of an area).")
NO_SUCH_AREA = N_("address_id “{value}” is not the code of an area.")
TOO_LONG = N_("“{name}” has {length} characters; at most {limit} are taken.")
NOT_DEGREES = N_("“{name}” must be degrees (WGS 84) from {least} to {most}.")
BOTH_NEEDED = N_("lat and long must be sent together.")
NOT_AN_ADDRESS = N_("“media_url” must be an http or https address. It is kept as text and never fetched.")
UNKNOWN_ATTRIBUTE = N_("“{name}” is not an attribute of this service.")
NOT_A_VALUE = N_("“{value}” is not a value of the attribute “{name}”.")
IN_FUTURE = N_("The attribute “happened_on” lies in the future.")
SILENT = N_("Filed by Open311 without a description.")
MEDIA = N_("Named by the sender, not fetched: {address}")


class Reader:
    """The fields of one call being read; what is wrong is collected, so that the sender learns all of it at once."""

    def __init__(self, sent: Sent, now: datetime) -> None:
        self.sent = sent
        self.now = now
        self.faults: list[str] = []

    def fault(self, message: str, **facts: str | int | float) -> None:
        self.faults.append(gettext(message).format(**facts))

    def text(self, name: str) -> str:
        value = self.sent.get(name)
        if name in LONGEST and len(value) > LONGEST[name]:
            self.fault(TOO_LONG, name=name, length=len(value), limit=LONGEST[name])
        return value

    def degrees(self, name: str) -> float | None:
        value, most = self.sent.get(name).strip(), MOST_DEGREES[name]
        if not value:
            return None
        if not DEGREES.fullmatch(value) or abs(float(value)) > most:
            self.fault(NOT_DEGREES, name=name, least=f"{-most:g}", most=f"{most:g}")
            return math.nan
        return float(value)

    def attribute(self, name: str) -> str:
        """The one value of an attribute; "" when it was not sent."""
        values = self.sent.attributes.get(name, ())
        if len(values) > 1:
            self.fault(NOT_A_VALUE, name=name, value=printable(",".join(values)))
        return values[0].strip() if values else ""

    def chosen(self, name: str, values: tuple[str, ...], default: str) -> str:
        value = self.attribute(name) or default
        if value not in values:
            self.fault(NOT_A_VALUE, name=name, value=printable(value))
            return default
        return value

    def happened_on(self) -> date | None:
        value = self.attribute("happened_on")
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
            found = local_day(moment, settings().zone) if moment.tzinfo else moment.date()
        except (ValueError, OverflowError):
            self.fault(NOT_A_VALUE, name="happened_on", value=printable(value))
            return None
        if found > local_day(self.now, settings().zone):
            self.fault(IN_FUTURE)
        return found

    def own_id(self) -> str:
        value = self.attribute("external_id")
        if value and not OWN_ID.fullmatch(value):
            self.fault(NOT_A_VALUE, name="external_id", value=printable(value))
        return value


def new_request(sent: Sent, service: OpenService, areas: dict[str, int], *, now: datetime) -> NewRequest:
    """The request that the fields describe. `areas`: ids by code. Raises Fault naming everything that is wrong.

    Ids of devices and accounts are read and dropped: nothing here needs them.
    """
    reader = Reader(sent, now)
    for name in sent.attributes:
        if name not in {code for code, _, _ in ATTRIBUTES}:
            reader.fault(UNKNOWN_ATTRIBUTE, name=name)
    for name in ("device_id", "account_id"):
        reader.text(name)
    latitude, longitude = reader.degrees("lat"), reader.degrees("long")
    place, area = reader.text("address_string"), sent.get("address_id")
    if (latitude is None) != (longitude is None):
        reader.fault(BOTH_NEEDED)
    if latitude is None and longitude is None and not place and not area:
        reader.fault(PLACE_NEEDED)
    if area and area not in areas:
        reader.fault(NO_SUCH_AREA, value=printable(area))
    description, media = reader.text("description"), reader.text("media_url")
    if media and not ADDRESS.fullmatch(media):
        reader.fault(NOT_AN_ADDRESS)
    kind = reader.chosen("kind", tuple(RequestKind), RequestKind.COMPLAINT)
    contact = contact_of(sent)
    wanted = NewRequest(
        kind=RequestKind(kind),
        title=title_of(description, service),
        text=text_of(description, media),
        channel=RequestChannel.OPEN311,
        service_id=service.service_id,
        area_id=areas.get(area),
        place=place,
        contact=None if contact.is_empty else contact,
        wants_reply=bool(contact.phone or contact.email),
        is_confidential=reader.chosen("confidential", (NO, YES), NO) == YES,
        remedy=reader.attribute("remedy"),
        happened_on=reader.happened_on(),
        latitude=latitude,
        longitude=longitude,
        external_id=reader.own_id(),
    )
    if reader.faults:
        raise Fault(HTTPStatus.BAD_REQUEST, *reader.faults)
    return wanted


def contact_of(sent: Sent) -> NewContact:
    """Who filed it; a Chinese name is written together, the family name first."""
    first, last = sent.get("first_name").strip(), sent.get("last_name").strip()
    name = f"{last}{first}" if IDEOGRAPH.search(first + last) else f"{first} {last}".strip()
    return NewContact(name=name, phone=sent.get("phone").strip(), email=sent.get("email").strip())


def title_of(description: str, service: OpenService) -> str:
    """The first line, shortened where it must be; the text keeps all of it."""
    line = " ".join(description.strip().split("\n", 1)[0].split()) or service.name
    return line if len(line) <= TITLE_LENGTH else f"{line[: TITLE_LENGTH - 1]}…"


def text_of(description: str, media: str) -> str:
    """The description, and the address of a picture as text, in the language of the office."""
    with speaking(Language.ZH):
        parts = [description.strip() or gettext(SILENT), gettext(MEDIA).format(address=media) if media else ""]
    return "\n\n".join(part for part in parts if part)
