"""The description of Open311 for the document of the whole interface: methods, fields, answers, limits."""

from __future__ import annotations

from typing import Any

from qs.complaints.exchange.forwarding import FORWARDS_PER_HOUR, OWN_ID_LENGTH
from qs.complaints.terms import REMEDY_LENGTH
from qs.web.open311 import LONGEST_SPAN, MOST_IDS, MOST_PAGE, MOST_REQUESTS
from qs.web.open311_documents import BASE, KINDS, NO, YES
from qs.web.open311_fields import FORM_TYPE, MAX_BODY_BYTES
from qs.web.open311_filing import LONGEST, MOST_DEGREES

Schema = dict[str, Any]  # Any: JSON

TEXT: Schema = {"type": "string"}
NULLABLE: Schema = {"type": ["string", "null"]}
MOMENT: Schema = {"type": "string", "format": "date-time"}
NUMBER: Schema = {"type": ["number", "null"]}


def text(limit: int, description: str = "") -> Schema:
    found: Schema = {"type": "string", "maxLength": limit}
    return {**found, "description": description} if description else found


def object_of(*needed: str, **properties: Schema) -> Schema:
    return {"type": "object", "required": list(needed), "properties": properties}


def listed(name: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


SCHEMAS: dict[str, Schema] = {
    "Open311Discovery": object_of(
        *("changeset", "contact", "key_service", "endpoints"),
        changeset=TEXT,
        contact=TEXT,
        key_service=TEXT,
        endpoints={"type": "array", "items": {"type": "object"}},
    ),
    "Open311Service": object_of(
        *("service_code", "service_name", "metadata", "type"),
        service_code=TEXT,
        service_name=TEXT,
        description=NULLABLE,
        metadata={"type": "boolean"},
        type={"enum": ["realtime", "blackbox"], "description": "blackbox: requests are taken and never shown."},
        keywords=NULLABLE,
        group=NULLABLE,
    ),
    "Open311Definition": object_of(
        *("service_code", "attributes"),
        service_code=TEXT,
        attributes={
            "type": "array",
            "items": object_of(
                *("variable", "code", "datatype", "required", "order", "description", "values"),
                variable={"type": "boolean"},
                code=TEXT,
                datatype={"enum": ["string", "text", "datetime", "singlevaluelist"]},
                required={"type": "boolean"},
                datatype_description=NULLABLE,
                order={"type": "integer"},
                description=NULLABLE,
                values={"type": "array", "items": object_of("key", "name", key=TEXT, name=TEXT)},
            ),
        },
    ),
    "Open311Request": object_of(
        *("service_request_id", "status", "service_code", "requested_datetime"),
        service_request_id=TEXT,
        status={"enum": ["open", "closed"]},
        status_notes={"type": "string", "description": "The stage; of a closed request also how it ended."},
        service_name=TEXT,
        service_code=TEXT,
        description={"type": "null", "description": "Words stay with the office."},
        agency_responsible=NULLABLE,
        service_notice=NULLABLE,
        requested_datetime=MOMENT,
        updated_datetime=MOMENT,
        expected_datetime={**NULLABLE, "format": "date-time", "description": "The limit for handling."},
        address={**NULLABLE, "description": "The area, nothing nearer."},
        address_id={**NULLABLE, "description": "The code of the area."},
        zipcode={"type": "null"},
        lat={**NUMBER, "description": "Rounded to three decimals."},
        long=NUMBER,
        media_url={"type": "null"},
    ),
    "Open311Filed": object_of("service_notice", service_request_id=TEXT, service_notice=TEXT),
    "Open311Token": object_of("service_request_id", "token", service_request_id=TEXT, token=TEXT),
    "Open311Update": object_of(
        *("update_id", "service_request_id", "status", "updated_datetime", "description"),
        update_id=TEXT,
        service_request_id=TEXT,
        status={"enum": ["open", "closed"]},
        updated_datetime=MOMENT,
        description={"type": "string", "description": "The kind of step, never the words told to the requester."},
        media_url={"type": "null"},
    ),
    "Open311Errors": {
        "type": "array",
        "minItems": 1,
        "items": object_of("code", "description", code={"type": "integer"}, description=TEXT),
    },
    "Open311Filing": {
        "additionalProperties": False,
        **object_of(
            *("api_key", "service_code"),
            api_key={"type": "string", "description": "A key that files requests, from the Data feeds page."},
            jurisdiction_id={"type": "string", "description": "Not needed: one jurisdiction is served."},
            service_code=TEXT,
            lat={"type": "number", "minimum": -MOST_DEGREES["lat"], "maximum": MOST_DEGREES["lat"]},
            long={"type": "number", "minimum": -MOST_DEGREES["long"], "maximum": MOST_DEGREES["long"]},
            address_string=text(LONGEST["address_string"], "lat and long, address_string or address_id is needed."),
            address_id={"type": "string", "description": "The code of an area of the directory."},
            description=text(LONGEST["description"]),
            media_url=text(LONGEST["media_url"], "http or https; kept as text and never fetched."),
            first_name=TEXT,
            last_name=TEXT,
            phone=TEXT,
            email=TEXT,
            device_id=text(LONGEST["device_id"], "Read and not kept."),
            account_id=text(LONGEST["account_id"], "Read and not kept."),
            lang={"enum": ["zh", "en"]},
            attribute=object_of(
                kind={"enum": [kind.value for kind in KINDS], "default": "complaint"},
                remedy=text(REMEDY_LENGTH),
                happened_on={"type": "string", "description": "A day, or a moment with its zone."},
                confidential={"enum": [NO, YES], "default": NO},
                external_id=text(OWN_ID_LENGTH, "Your own id; sent again, it stays the same request."),
            ),
        ),
    },
}


def parameter(name: str, description: str, schema: Schema | None = None, *, place: str = "query") -> Schema:
    found = {"name": name, "in": place, "description": description, "schema": schema or TEXT}
    return {**found, "required": True} if place == "path" else found


FORM = parameter("form", "The format of the answer.", {"enum": ["xml", "json"]}, place="path")
COMMON = [
    FORM,
    parameter("lang", "The language of names and notices; otherwise that of Accept-Language.", {"enum": ["zh", "en"]}),
    parameter("jurisdiction_id", "Not needed: one jurisdiction is served."),
]
DAYS = LONGEST_SPAN.days
SPAN = [
    parameter("start_date", f"At most {DAYS} days before end_date; without both, the last {DAYS} days.", MOMENT),
    parameter("end_date", "Without it, as long as may be, but not after now.", MOMENT),
    parameter("page", "Extension.", {"type": "integer", "minimum": 1, "maximum": MOST_PAGE, "default": 1}),
    parameter(
        "page_size",
        "Extension.",
        {"type": "integer", "minimum": 1, "maximum": MOST_REQUESTS, "default": MOST_REQUESTS},
    ),
]
SEARCH = [
    parameter("service_request_id", f"Up to {MOST_IDS} ids with commas; overrides everything else."),
    parameter("service_code", "One or more codes with commas."),
    parameter("status", "open, closed, or both with a comma."),
    parameter("updated_after", "Extension: changed since, among those registered in the span.", MOMENT),
    parameter("updated_before", "Extension: not changed after.", MOMENT),
    parameter("extensions", "Taken and without effect: there are none to add."),
]


def errors(description: str) -> Schema:
    schema = {"$ref": "#/components/schemas/Open311Errors"}
    return {"description": description, "content": {"application/json": {"schema": schema}, "text/xml": {}}}


REFUSALS = {
    "400": errors("A field is unknown, doubled, missing or faulty; every one is named."),
    "404": errors("There is no such thing, or none that everybody may see."),
    "429": errors("Too many calls of one address, or requests of one key; see Retry-After."),
    "503": errors("The store is busy; send the same again."),
}


def operation(name: str, summary: str, schema: Schema, *parameters: Schema, description: str = "") -> Schema:
    content = {"application/json": {"schema": schema}, "text/xml": {}}
    return {
        "operationId": name,
        "tags": ["open311"],
        "summary": summary,
        "description": description,
        "security": [],
        "parameters": [*COMMON, *parameters],
        "responses": {"200": {"description": "In XML the same as in JSON.", "content": content}, **REFUSALS},
    }


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


FILING = {
    **operation(
        "fileOpen311Request",
        "File a request for a citizen",
        listed("Open311Filed"),
        description="Acknowledged once it is stored. Reports of wrongdoing are not taken. Who files goes to the vault. "
        f"At most {FORWARDS_PER_HOUR} requests an hour with one key, {MAX_BODY_BYTES >> 10} KB a call. "
        "In a form, attributes are sent as attribute[code].",
    ),
    "parameters": [FORM],
    "requestBody": {
        "required": True,
        "content": {
            FORM_TYPE: {"schema": reference("Open311Filing")},
            "application/json": {"schema": reference("Open311Filing")},
        },
    },
}
FILING["responses"] = {**FILING["responses"], "403": errors("The api_key is missing or not for filing requests.")}

NUMBER_IN_PATH = parameter("number", "The id of the request.", place="path")
SHOWN = (
    "Never shown: words, people, files, exact places; reports of wrongdoing, confidential matters, spam, and sectors "
    "that the settings withhold. What did not come in by this interface is shown only among at least five requests of "
    "the same area, sector and week."
)
PATHS: dict[str, Schema] = {
    f"{BASE}/discovery.{{form}}": {
        "get": operation("discoverOpen311", "Who serves this, and where", reference("Open311Discovery"))
    },
    f"{BASE}/services.{{form}}": {
        "get": operation("listOpen311Services", "What can be requested", listed("Open311Service"))
    },
    f"{BASE}/services/{{code}}.{{form}}": {
        "get": operation(
            "defineOpen311Service",
            "What can be said of a service",
            reference("Open311Definition"),
            parameter("code", "The code of the service.", place="path"),
        )
    },
    f"{BASE}/requests.{{form}}": {
        "get": operation(
            "listOpen311Requests",
            "How requests stand, newest first",
            listed("Open311Request"),
            *SEARCH,
            *SPAN,
            description=SHOWN,
        ),
        "post": FILING,
    },
    f"{BASE}/requests/{{number}}.{{form}}": {
        "get": operation("readOpen311Request", "How one request stands", listed("Open311Request"), NUMBER_IN_PATH)
    },
    f"{BASE}/tokens/{{number}}.{{form}}": {
        "get": operation(
            "readOpen311Token",
            "The id behind a token",
            listed("Open311Token"),
            NUMBER_IN_PATH,
            description="Ids are given at once, so the only token of a request is its id.",
        )
    },
    f"{BASE}/servicerequestupdates.{{form}}": {
        "get": operation(
            "listOpen311Updates",
            "What happened to requests, step by step (FixMyStreet's extension)",
            listed("Open311Update"),
            *SPAN,
        )
    },
}
