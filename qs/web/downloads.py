"""Files made for one person, fetched once: never under an address that anybody else could use."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qs.access.rules import TOKEN_BYTES, token_hash
from qs.web.cookies import browser_cookie, cookie_value, session_cookie
from qs.web.gateway import principal_of_browser, principal_of_session

LIFE_SECONDS = 60
KEPT_BYTES = 256 << 20  # of all waiting files together; the oldest give way


@dataclass(frozen=True)
class WaitingFile:
    """A file that one browser may fetch once within a minute."""

    principal: str
    content: bytes
    file_name: str
    media_type: str
    made_at: float  # monotonic seconds


waiting: OrderedDict[str, WaitingFile] = OrderedDict()  # ticket's hash -> file; of this process
lock = threading.Lock()


def keep_for_download(content: bytes, *, file_name: str, media_type: str, principal: str) -> str:
    """Keep a file for the browser of this principal, signed in or not, and return the address to fetch it at."""
    ticket = secrets.token_urlsafe(TOKEN_BYTES)
    file = WaitingFile(principal, content, file_name, media_type, time.monotonic())
    with lock:
        waiting[token_hash(ticket)] = file
        make_room()
    return f"/download/{ticket}"


def make_room() -> None:
    oldest_first = list(waiting.items())
    total_bytes = sum(len(file.content) for _, file in oldest_first)
    for key, file in oldest_first[:-1]:
        if time.monotonic() - file.made_at > LIFE_SECONDS or total_bytes > KEPT_BYTES:
            total_bytes -= len(file.content)
            del waiting[key]


def take(ticket: str, principal: str) -> WaitingFile | None:
    """The file, once, for the browser it was made for and within its time; None otherwise."""
    with lock:
        file = waiting.get(token_hash(ticket))
        if file is None or not principal or file.principal != principal:
            return None
        del waiting[token_hash(ticket)]
    return file if time.monotonic() - file.made_at <= LIFE_SECONDS else None


async def download(request: Request) -> Response:
    signed_in = await asyncio.to_thread(principal_of_session, cookie_value(request.scope, session_cookie()))
    principal = signed_in or principal_of_browser(cookie_value(request.scope, browser_cookie()))
    file = take(request.path_params["ticket"], principal)
    if file is None:
        return PlainTextResponse("Not Found", 404, headers={"cache-control": "no-store"})
    return Response(
        file.content,
        media_type=file.media_type,
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(file.file_name, safe='')}",
            "cache-control": "no-store",
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )


routes = [Route("/download/{ticket}", download, methods=["GET"])]
