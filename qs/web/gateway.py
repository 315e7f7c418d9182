"""The gateway around Streamlit, whose protocol is known here only: who may connect, as whom, with which messages."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from secrets import token_urlsafe

from google.protobuf.message import DecodeError
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from qs import db
from qs.access import queries
from qs.access.rules import TOKEN_BYTES, token_hash
from qs.settings import Face, Settings, settings
from qs.web.cookies import browser_cookie, cookie_value, session_cookie
from qs.web.index_page import index_response, is_index_path
from qs.web.quotas import SocketQuota, UploadQuota
from qs.web.security_headers import security_headers

LOG = logging.getLogger("qs.gateway")

PRINCIPAL_HEADER = "x-qs-principal"  # becomes st.user["principal"]; Streamlit resumes a session only for the same one
ADDRESS_HEADER = "x-qs-address"
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?")
SESSION, BROWSER, STRANGER = "session:", "browser:", "stranger:"
FORWARDED = (b"forwarded", b"x-forwarded-", b"x-real-ip", b"x-qs-")

ALLOWED_MESSAGES = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request"}
ALLOWED_OPERATIONS = {"deferred_file", "dataframe_chunk"}
CLOSED_PATHS = ("/_stcore/metrics", "/_stcore/script-health", "/_stcore/agent", "/auth/", "/oauth2callback")
UPLOAD_PATH, MEDIA_PATH = "/_stcore/upload_file", "/media"
VISITOR_FILE_BYTES = 11 << 20  # a photo of 10 MB and the words around it
SCRUBBED_BYTES = 65536  # messages that name the script or carry a compile error are smaller
FLOOD_SECONDS = 10
SWEEP_SECONDS = 3
POLICY_VIOLATION, SIGNED_OUT = 1008, 4401  # websocket close codes

sockets: defaultdict[str, set[Socket]] = defaultdict(set)  # cookie hash -> its open sockets


class Gateway:
    """Outermost layer: checks host, origin, quotas and identity before Streamlit sees a request."""

    def __init__(self, app: ASGIApp, chosen: Settings | None = None) -> None:
        self.app = app
        self.chosen = chosen or settings()
        self.known_hosts = {name.strip("[]").lower() for name in self.chosen.allowed_hosts}
        self.sockets = SocketQuota(self.chosen.sockets_per_address)
        self.uploads = UploadQuota(self.chosen.upload_quota_megabytes << 20)
        self.public_uploads = UploadQuota(self.chosen.public_upload_quota_megabytes << 20)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        address = client_address(scope, behind_proxy=self.chosen.https)
        scope = {**scope, "headers": [pair for pair in scope["headers"] if not pair[0].startswith(FORWARDED)]}
        send = self.with_headers(scope, send) if scope["type"] == "http" else send
        if not self.is_known_host(scope):
            await refuse(scope, receive, send, 421)
        elif scope["type"] == "websocket":
            await self.socket(scope, receive, send, address)
        else:
            await self.http(scope, receive, send, address)

    def is_known_host(self, scope: Scope) -> bool:
        named = HOST.fullmatch(header(scope, b"host").lower())
        return named is not None and named["name"].strip("[]") in self.known_hosts

    def with_headers(self, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message["headers"]))
                for name, value in security_headers(https=self.chosen.https):
                    headers.setdefault(name, value)
                raw = [(name, self.secured(name, value)) for name, value in headers.raw]
                message = {**message, "headers": raw}
            await send(message)

        return sending

    def secured(self, name: bytes, value: bytes) -> bytes:
        if self.chosen.https and name == b"set-cookie" and b"secure" not in value.lower():
            return value + b"; Secure"
        return value

    async def http(self, scope: Scope, receive: Receive, send: Send, address: str) -> None:
        path: str = scope["path"]
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            if path.startswith(CLOSED_PATHS) or (path.startswith(MEDIA_PATH) and not has_cookie(scope)):
                await refuse(scope, receive, noting, 404)
            elif path.startswith(UPLOAD_PATH) and (code := await self.upload_refusal(scope, address)):
                await refuse(scope, receive, noting, code)
            elif is_index_path(scope):
                await index_response(scope)(scope, receive, noting)
            else:
                await self.app(scope, receive, noting)
        except Exception:  # the last handler: the trace goes to the log, a bare 500 with our headers to the client
            LOG.exception("unhandled error at %s", path)
            if not started:
                await refuse(scope, receive, noting, 500)

    async def upload_refusal(self, scope: Scope, address: str) -> int:
        """The status that refuses this upload; 0 lets it pass. Every address has a quota, visitors a smaller one."""
        if scope["method"] != "PUT":
            return 0
        is_person = bool(await asyncio.to_thread(principal_of_session, cookie_value(scope, session_cookie())))
        if not is_person and not self.may_visitor_upload(scope):
            return 403
        declared = header(scope, b"content-length")
        if not declared.isdecimal():
            return 411
        if not is_person and int(declared) > VISITOR_FILE_BYTES:
            return 413
        quota = self.uploads if is_person else self.public_uploads
        return 0 if quota.take(address, int(declared)) else 429

    def may_visitor_upload(self, scope: Scope) -> bool:
        """Where there are public pages, a browser that loaded one may add photos to what it reports."""
        return self.chosen.face is not Face.STAFF and bool(cookie_value(scope, browser_cookie()))

    async def socket(self, scope: Scope, receive: Receive, send: Send, address: str) -> None:
        if not self.is_own_origin(scope) or self.sockets.is_full(address):
            await refuse(scope, receive, send, 403)
            return
        token = cookie_value(scope, session_cookie())
        signed_in = await asyncio.to_thread(principal_of_session, token)
        principal = signed_in or principal_of_browser(cookie_value(scope, browser_cookie()))
        named = [(PRINCIPAL_HEADER.encode(), principal.encode()), (ADDRESS_HEADER.encode(), address.encode())]
        scope = {**scope, "headers": scope["headers"] + named}
        opened = Socket(receive, send, flood_count=self.chosen.messages_per_ten_seconds)
        key = token_hash(token) if signed_in else ""
        self.sockets.enter(address)
        sockets[key].add(opened)
        try:
            await self.app(scope, opened.receive, opened.send)
        finally:
            opened.release()
            self.sockets.leave(address)
            sockets[key].discard(opened)
            if not sockets[key]:
                del sockets[key]

    def is_own_origin(self, scope: Scope) -> bool:
        """Whether the page that opens the socket came from this very host. Checked before Streamlit, which would
        ask an outside service for this machine's address when the origin is foreign."""
        schemes = ("https",) if self.chosen.https else ("http", "https")
        return header(scope, b"origin") in {f"{scheme}://{header(scope, b'host')}" for scheme in schemes}


class Socket:
    """One websocket between a browser and Streamlit: closes on flood or sign-out, lets only known messages pass."""

    def __init__(self, receive: Receive, send: Send, *, flood_count: int) -> None:
        self._receive, self._send = receive, send
        self._flood_count = flood_count
        self._arrivals: deque[float] = deque()
        self._ended = asyncio.Event()
        self._ending = asyncio.create_task(self._ended.wait())
        self._pending: asyncio.Task[Message] | None = None
        self._is_closed = False

    def end(self) -> None:
        """Close the socket from our side: the person has signed out or may no longer be here."""
        self._ended.set()

    def release(self) -> None:
        self._ending.cancel()
        if self._pending is not None:
            self._pending.cancel()

    async def receive(self) -> Message:
        while True:
            pending = self._pending = self._pending or asyncio.create_task(self.next_message())
            await asyncio.wait([pending, self._ending], return_when=asyncio.FIRST_COMPLETED)
            if self._ended.is_set():
                return await self.close(SIGNED_OUT)
            message, self._pending = pending.result(), None
            if message["type"] != "websocket.receive":
                return message
            if self.is_flooded():
                return await self.close(POLICY_VIOLATION)
            if is_allowed(message.get("bytes")):
                return message

    async def next_message(self) -> Message:
        return await self._receive()

    def is_flooded(self) -> bool:
        now = time.monotonic()
        self._arrivals.append(now)
        while self._arrivals[0] < now - FLOOD_SECONDS:
            self._arrivals.popleft()
        return len(self._arrivals) > self._flood_count

    async def close(self, code: int) -> Message:
        if not self._is_closed:
            self._is_closed = True
            await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}

    async def send(self, message: Message) -> None:
        if not self._is_closed:
            await self._send(scrubbed(message))


def is_allowed(raw: bytes | None) -> bool:
    """Whether a message from a browser may reach Streamlit; what clears caches, names files or debugs may not."""
    message = BackMsg()
    try:
        message.ParseFromString(raw or b"")
    except DecodeError:
        return False
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in ALLOWED_OPERATIONS
    return kind in ALLOWED_MESSAGES


def scrubbed(message: Message) -> Message:
    """The message without the script's path, versions, installation ids and compile errors."""
    raw = message.get("bytes")
    if message["type"] != "websocket.send" or not raw or len(raw) > SCRUBBED_BYTES:
        return message
    forward = ForwardMsg()
    forward.ParseFromString(raw)
    kind = forward.WhichOneof("type")
    if kind == "new_session":
        forward.new_session.main_script_path = ""
        forward.new_session.initialize.environment_info.Clear()
        forward.new_session.initialize.user_info.Clear()
    elif kind == "session_event" and forward.session_event.HasField("script_compilation_exception"):
        forward.session_event.script_compilation_exception.Clear()
    else:
        return message
    return {**message, "bytes": forward.SerializeToString()}


def redirection(path: str) -> ForwardMsg:
    """The message that sends a browser to another address of this site."""
    forward = ForwardMsg()
    forward.auth_redirect.url = path
    return forward


def principal_of_session(token: str) -> str:
    """The name under which Streamlit knows a signed-in browser; empty when the cookie opens nothing."""
    if not token or settings().face is Face.PUBLIC:
        return ""
    with db.database().reading() as session:
        found = queries.open_session(session, token_hash(token), now=datetime.now(UTC))
    return f"{SESSION}{found.token_hash}" if found else ""


def principal_of_browser(token: str) -> str:
    """The name of a browser without a person; one without any cookie is never the same twice."""
    return f"{BROWSER}{token_hash(token)}" if token else f"{STRANGER}{token_urlsafe(TOKEN_BYTES)}"


def has_cookie(scope: Scope) -> bool:
    return bool(cookie_value(scope, session_cookie()) or cookie_value(scope, browser_cookie()))


def close_sockets(token_hashes: frozenset[str]) -> None:
    """Close every socket that was opened with one of these cookies."""
    for key in token_hashes & sockets.keys():
        for opened in tuple(sockets[key]):
            opened.end()


async def sweep(every_seconds: float = SWEEP_SECONDS) -> None:
    """Close the sockets of sessions that ended elsewhere: revoked, expired, or signed out in another process."""
    while True:
        await asyncio.sleep(every_seconds)
        held = frozenset(sockets) - {""}
        if held:
            close_sockets(await asyncio.to_thread(ended_among, held))


def ended_among(held: frozenset[str]) -> frozenset[str]:
    with db.database().reading() as session:
        return queries.ended_among(session, held, now=datetime.now(UTC))


def client_address(scope: Scope, *, behind_proxy: bool) -> str:
    """The address quotas are counted by. uvicorn takes it from X-Forwarded-For of a local peer and then leaves
    port 0; without a proxy in front that header is the client's own invention."""
    client: tuple[str, int] = scope.get("client") or ("unknown", 0)
    host, port = client
    return "127.0.0.1" if port == 0 and not behind_proxy else host


def header(scope: Scope, name: bytes) -> str:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return headers.get(name, b"").decode("latin-1")


async def refuse(scope: Scope, receive: Receive, send: Callable[[Message], Awaitable[None]], code: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    words = {403: "Forbidden", 404: "Not Found", 411: "Length Required", 413: "Content Too Large"}
    words |= {421: "Misdirected Request", 429: "Too Many Requests", 500: "Internal Server Error"}
    await PlainTextResponse(words[code], code)(scope, receive, send)
