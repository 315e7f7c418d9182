"""The description of what everybody may fetch: open data, reports, papers of hearings, health; and browsers' ways."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]  # Any: JSON


def fetched(
    name: str, summary: str, media_type: str, *parameters: str, tag: str = "open data", missing: bool = True
) -> Schema:
    """A file that is fetched by GET; `parameters` are the parts of its path."""
    responses: Schema = {"200": {"description": summary, "content": {media_type: {}}}}
    if missing:
        responses["404"] = {"description": "Nothing is published at this address."}
    found: Schema = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "security": [],
        "parameters": [in_path(one) for one in parameters],
        "responses": responses,
    }
    return {"get": found}


def in_path(name: str) -> Schema:
    kind = "integer" if name.endswith("_id") else "string"
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}


def going_on(name: str, summary: str, *parameters: str) -> Schema:
    """An address that browsers are sent to, and that sends them on."""
    asked = [{"name": one, "in": "query", "schema": {"type": "string"}} for one in parameters]
    found = {
        "operationId": name,
        "tags": ["browsers"],
        "summary": summary,
        "security": [],
        "parameters": asked,
        "responses": {"303": {"description": "Goes on to a page of this site."}},
    }
    return {"get": found}


HEALTH: Schema = {
    "get": {
        "operationId": "health",
        "tags": ["operation"],
        "summary": "Whether this process can do its work",
        "security": [],
        "responses": {
            "200": {"description": "It can.", "content": {"application/json": {}}},
            "503": {"description": "It cannot; the checks say why.", "content": {"application/json": {}}},
        },
    }
}
JSON, CSV, ANY = "application/json", "text/csv", "application/octet-stream"
PATHS: dict[str, Schema] = {
    "/open/index.json": fetched("listReleases", "What is published", JSON, missing=False),
    "/open/feed.atom": fetched("followReleases", "Releases as a feed", "application/atom+xml", missing=False),
    "/open/{release}/dictionary.json": fetched("readDictionary", "What the columns of a release mean", JSON, "release"),
    "/open/{release}/document.json": fetched("readDocument", "A release as it is sealed", JSON, "release"),
    "/open/{release}/{table}.csv": fetched("readTable", "One table of a release", CSV, "release", "table"),
    "/reports/{release}.{language}.{kind}": fetched(
        "readReport", "The report of a release", ANY, "release", "language", "kind"
    ),
    "/papers/{kind}/{owner_id}/{file_id}": fetched(
        "readPaper", "A document of a consultation or hearing", ANY, "kind", "owner_id", "file_id", tag="participation"
    ),
    "/health": HEALTH,
    "/assets/{name}": fetched("readAsset", "A file that pages load", ANY, "name", tag="browsers"),
    "/download/{ticket}": fetched("fetchOnce", "A file made for one browser, once", ANY, "ticket", tag="browsers"),
    "/session/claim": going_on("claimSession", "From the form to the cookie", "ticket", "back"),
    "/session/sign-out": going_on("endSession", "Takes the cookie away"),
    "/session/language": going_on("chooseLanguage", "Keeps the language in a cookie", "to", "back"),
}
