"""A browser without a screen: keeps cookies, fetches pages, and speaks Streamlit's websocket protocol."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

WAIT_SECONDS = 30
ENDINGS = {
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
}
SHOWN = ("body", "text", "label", "message", "code_text")


@dataclass
class Reply:
    """The answer to one HTTP request; header names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Seen:
    """What one run sent."""

    messages: list[ForwardMsg] = field(default_factory=list)
    raw: bytes = b""

    def kinds(self) -> set[str]:
        return {message.WhichOneof("type") for message in self.messages}

    def elements(self) -> list[Any]:
        deltas = [message.delta for message in self.messages if message.WhichOneof("type") == "delta"]
        return [
            getattr(delta.new_element, delta.new_element.WhichOneof("type"))
            for delta in deltas
            if delta.WhichOneof("type") == "new_element" and delta.new_element.WhichOneof("type")
        ]

    @property
    def text(self) -> str:
        """Everything a person could read of this run."""
        values = (getattr(element, name, None) for element in self.elements() for name in SHOWN)
        return "\n".join(value for value in values if isinstance(value, str))

    @property
    def redirect(self) -> str:
        return "".join(m.auth_redirect.url for m in self.messages if m.WhichOneof("type") == "auth_redirect")

    @property
    def pages(self) -> list[str]:
        navigations = [m.navigation for m in self.messages if m.WhichOneof("type") == "navigation"]
        return [page.url_pathname for page in navigations[-1].app_pages] if navigations else []

    @property
    def session_id(self) -> str:
        return next(m.new_session.initialize.session_id for m in self.messages if m.WhichOneof("type") == "new_session")


class Browser:
    """Cookies of one browser, and what can be asked with them."""

    def __init__(self, url: str, cookies: Mapping[str, str] | None = None) -> None:
        self.url = url
        self.cookies = dict(cookies or {})

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def cookie_header(self) -> dict[str, str]:
        pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": pairs} if pairs else {}

    def fetch(
        self, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """One request; redirects are not followed, cookies are kept."""
        with closing(http.client.HTTPConnection(self.host, timeout=WAIT_SECONDS)) as connection:
            connection.request(method, path, body=body, headers={**self.cookie_header(), **(headers or {})})
            response = connection.getresponse()
            reply = Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    self.keep(value)
        return reply

    def keep(self, header: str) -> None:
        for name, morsel in SimpleCookie(header).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    def tab(self, page: str = "", **options: Any) -> Tab:
        return Tab(self, page, **options)

    def sign_in(self, username: str, password: str) -> Reply:
        """Type into the form as a person does, and follow to the cookie."""
        self.fetch("/")
        with self.tab() as tab:
            tab.run()
            tab.type("Username", username)
            tab.type("Password", password)
            seen = tab.press("Sign in")
        if not seen.redirect:
            return Reply(401, {}, seen.text.encode())
        return self.fetch(seen.redirect)


class Tab:
    """One open page: a websocket with the state of its widgets."""

    def __init__(
        self,
        browser: Browser,
        page: str,
        *,
        session_id: str = "",
        origin: str | None = "",
        host: str = "",
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> None:
        self.browser, self.page, self.query = browser, page, query
        self.page_hash = ""
        self.widgets: dict[str, WidgetState] = {}
        self.ids: dict[str, str] = {}
        self.fragments: dict[str, float] = {}
        protocols = ["streamlit", "no-token", *([session_id] if session_id else [])]
        extra = {**browser.cookie_header(), **(headers or {})}
        self.address = urlsplit(browser.url)
        self.options: dict[str, Any] = {
            "uri": f"ws://{host or browser.host}/_stcore/stream",
            "subprotocols": protocols,
            "origin": browser.url if origin == "" else origin,
            "additional_headers": {"Accept-Language": "en", **extra},
            "compression": None,
            "max_size": None,
            "open_timeout": WAIT_SECONDS,
            "proxy": None,
        }
        self.opened = ExitStack()

    def __enter__(self) -> Tab:
        plain = socket.create_connection((self.address.hostname, self.address.port), WAIT_SECONDS)
        self.socket: ClientConnection = self.opened.enter_context(connect(sock=plain, **self.options))
        return self

    def __exit__(self, *failure: object) -> None:
        self.opened.close()

    def send(self, message: BackMsg) -> None:
        self.socket.send(message.SerializeToString())

    def run(self, *, fragment: str = "", wait_seconds: float = WAIT_SECONDS) -> Seen:
        """Ask for a run of the page, or of one fragment, and read until it has ended."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        if self.page_hash:
            state.page_script_hash = self.page_hash
        else:
            state.page_name = self.page
        state.fragment_id = fragment
        state.is_auto_rerun = bool(fragment)
        for widget in self.widgets.values():
            state.widget_states.widgets.add().CopyFrom(widget)
        self.send(message)
        self.forget_presses()
        return self.read(wait_seconds)

    def read(self, wait_seconds: float = WAIT_SECONDS) -> Seen:
        """The messages of the next run to end."""
        seen = Seen()
        while True:
            raw = self.socket.recv(timeout=wait_seconds)
            message = ForwardMsg()
            message.ParseFromString(raw)
            seen.messages.append(message)
            seen.raw += raw
            self.learn(message)
            if message.WhichOneof("type") == "script_finished" and message.script_finished in ENDINGS:
                return seen

    def learn(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self.fragments[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            widget = getattr(element, element.WhichOneof("type") or "", None)
            if getattr(widget, "id", "") and getattr(widget, "label", ""):
                self.ids[widget.label] = widget.id

    def forget_presses(self) -> None:
        self.widgets = {k: w for k, w in self.widgets.items() if w.WhichOneof("value") != "trigger_value"}

    def put(self, label: str, set_value: Callable[[WidgetState], None]) -> None:
        state = WidgetState(id=self.ids[label])
        set_value(state)
        self.widgets[state.id] = state

    def type(self, label: str, text: str) -> None:
        self.put(label, lambda state: setattr(state, "string_value", text))

    def press(self, label: str) -> Seen:
        self.put(label, lambda state: setattr(state, "trigger_value", True))
        return self.run()
