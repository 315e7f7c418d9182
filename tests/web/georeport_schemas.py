"""The facts of the published schemas of GeoReport v2, as JSON Schema.

Source: github.com/open311/schema-validation, schema/georeport-v2 (request.json, requests.json, service.json,
services.json, service-definition.json, and RequestResponse and TokenResponse of swagger.json); the shapes of errors and
of the discovery document are those of wiki.open311.org/GeoReport_v2 and /Service_Discovery.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def nullable(**schema: object) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    return {"type": "array", "items": schema, "minItems": 1}


def object_of(needed: str, /, **properties: Schema) -> Schema:
    return {"type": "object", "required": needed.split(), "properties": properties}


TEXT: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}

SERVICE = object_of(
    "service_code service_name metadata type",
    service_code=TEXT,
    service_name=TEXT,
    description=nullable(type="string"),
    metadata=BOOLEAN,
    type={"type": "string", "enum": ["realtime", "batch", "blackbox"]},
    keywords=nullable(type="string"),
    group=nullable(type="string"),
)
DATATYPES = ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
ATTRIBUTE = object_of(
    "variable code datatype required",
    variable=BOOLEAN,
    code=TEXT,
    datatype={"type": "string", "enum": DATATYPES},
    required=BOOLEAN,
    datatype_description=nullable(type="string"),
    order=nullable(type="integer"),
    description=nullable(type="string"),
    values={"type": "array", "items": object_of("key name", key=TEXT, name=TEXT)},
)
SERVICE_DEFINITION = object_of(
    "service_code attributes", service_code=TEXT, attributes={"type": "array", "items": ATTRIBUTE}
)
REQUEST = object_of(
    "service_request_id status service_code requested_datetime",
    service_request_id=TEXT,
    status={"type": "string", "enum": ["open", "closed"]},
    status_notes=nullable(type="string"),
    service_name=nullable(type="string"),
    service_code=TEXT,
    description=nullable(type="string", maxLength=4000),
    agency_responsible=nullable(type="string"),
    service_notice=nullable(type="string"),
    requested_datetime=MOMENT,
    updated_datetime=nullable(**MOMENT),
    expected_datetime=nullable(**MOMENT),
    address=nullable(type="string"),
    address_id=nullable(type="string"),
    zipcode=nullable(type="string"),
    lat=nullable(type="number"),
    long=nullable(type="number"),
    media_url=nullable(type="string", format="uri"),
)
REQUEST_RESPONSE = object_of("", service_request_id=TEXT, token=TEXT, service_notice=TEXT, account_id=TEXT)
TOKEN_RESPONSE = object_of("", service_request_id=TEXT, token=TEXT)
ERROR = object_of("code description", code={"type": "integer"}, description=TEXT)
ENDPOINT = object_of(
    "specification url changeset type formats",
    specification=TEXT,
    url={"type": "string", "format": "uri"},
    changeset=TEXT,
    type={"type": "string", "enum": ["production", "test"]},
    formats=listed(TEXT),
)
DISCOVERY = object_of(
    "changeset contact key_service endpoints",
    changeset=TEXT,
    contact=TEXT,
    key_service=TEXT,
    endpoints=listed(ENDPOINT),
)
