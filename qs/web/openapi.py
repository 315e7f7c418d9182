"""The description of every address that is no page, as OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from qs.observations.terms import EVENT_ID_LENGTH, Channel
from qs.web import openapi_open311, openapi_public
from qs.web.event_batches import CODE_LENGTH, MAX_EVENTS

Schema = dict[str, Any]  # Any: JSON


def code(description: str) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": CODE_LENGTH, "description": description}


EVENT: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["event_id", "happened_at", "service", "indicator", "numerator"],
    "properties": {
        "event_id": {
            "type": "string",
            "minLength": 1,
            "maxLength": EVENT_ID_LENGTH,
            "description": "The sender's own id. The same event_id and happened_at again change nothing.",
        },
        "happened_at": {
            "type": "string",
            "format": "date-time",
            "description": "When it happened, with a time zone; not in the future.",
        },
        "service": code("Code of the service in the directory."),
        "indicator": code("Code of the indicator in the standards."),
        "numerator": {"type": "number", "description": "What was counted, or the single value."},
        "denominator": {
            "type": "number",
            "minimum": 0,
            "default": 1,
            "description": "Out of how many; 1 for a single value.",
        },
        "area": code("Code of the area; the service's own when left out."),
        "channel": {"enum": [channel.value for channel in Channel], "default": Channel.UNKNOWN.value},
        "corrects": {
            "type": "string",
            "minLength": 1,
            "maxLength": EVENT_ID_LENGTH,
            "description": "The event_id of the event this one replaces; both have the same happened_at.",
        },
    },
}

BATCH: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["events"],
    "properties": {
        "feed": code("Code of the feed; needed only with a key that is not bound to one."),
        "events": {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_EVENTS,
            "items": {"$ref": "#/components/schemas/Event"},
        },
    },
}

RECEIPT: Schema = {
    "type": "object",
    "required": ["accepted", "new", "duplicates", "differing"],
    "properties": {
        "accepted": {"type": "integer", "minimum": 0, "description": "Events in the batch, all stored."},
        "new": {"type": "integer", "minimum": 0},
        "duplicates": {"type": "integer", "minimum": 0, "description": "Events that were stored before."},
        "differing": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Ids of stored events that were sent again with other values; they were not changed. "
            "Send a correction instead. At most 100 are listed.",
        },
    },
}

PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457 problem details. Texts follow Accept-Language (zh or en); codes never change.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "error_count": {"type": "integer", "description": "All faults, also those not listed."},
        "errors": {
            "type": "array",
            "maxItems": 1000,
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901) to the field."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


def refusal(description: str) -> Schema:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}


def receipt(description: str) -> Schema:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}}}
    return {"description": description, "content": content}


DESCRIPTION: Schema = {
    "openapi": "3.1.0",
    "info": {
        "title": "QS",
        "version": "1",
        "summary": "Events, requests of citizens (Open311) and published figures of public-service quality.",
        "description": "A batch of events is stored whole or not at all, and acknowledged only after it is stored. "
        "When no answer comes, send the same batch again: nothing is counted twice.",
    },
    "servers": [{"url": "/"}],
    "security": [{"key": []}],
    "paths": {
        "/api/v1/events": {
            "post": {
                "operationId": "addEvents",
                "tags": ["events"],
                "summary": "Add a batch of events",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Batch"}}},
                },
                "responses": {
                    "200": receipt("Every event was there already."),
                    "201": receipt("New events were stored."),
                    "400": refusal("The body is not strict JSON in UTF-8."),
                    "401": refusal("The key is missing or does not count."),
                    "403": refusal("The key belongs to another feed."),
                    "413": refusal("The body is larger than 4 MB."),
                    "415": refusal("The body is not application/json, or is compressed."),
                    "422": refusal("Some field is wrong; each is listed with its pointer. Nothing was stored."),
                    "429": refusal("Too many requests with this key; see Retry-After."),
                    "503": refusal("The store is busy; send the same batch again. See Retry-After."),
                },
            }
        },
        "/api/v1/openapi.json": {
            "get": {
                "operationId": "describe",
                "tags": ["operation"],
                "summary": "This description",
                "security": [],
                "responses": {"200": {"description": "OpenAPI 3.1", "content": {"application/json": {}}}},
            }
        },
        **openapi_open311.PATHS,
        **openapi_public.PATHS,
    },
    "components": {
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "description": "A key from the Data feeds page."}
        },
        "schemas": {
            "Event": EVENT,
            "Batch": BATCH,
            "Receipt": RECEIPT,
            "Problem": PROBLEM,
            **openapi_open311.SCHEMAS,
        },
    },
}
