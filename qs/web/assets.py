"""The few files of our own that browsers load: the sign in the tab, and Chinese for Streamlit's built-in texts."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

DIRECTORY = Path(__file__).parent / "assets"
BUILT_IN_TEXTS, FAVICON = "built-in-texts.zh.js", "favicon.svg"
MEDIA_TYPES = {BUILT_IN_TEXTS: "text/javascript", FAVICON: "image/svg+xml"}
FOR_GOOD = "public, max-age=31536000, immutable"


@cache
def content(name: str) -> bytes:
    return (DIRECTORY / name).read_bytes()


def asset_path(name: str) -> str:
    """The address of a file; it changes with the content, so that browsers may keep it for good."""
    return f"/assets/{name}?v={hashlib.sha256(content(name)).hexdigest()[:12]}"


async def asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in MEDIA_TYPES:
        return PlainTextResponse("Not Found", 404)
    return Response(content(name), media_type=MEDIA_TYPES[name], headers={"cache-control": FOR_GOOD})


routes = [Route("/assets/{name}", asset, methods=["GET"])]
