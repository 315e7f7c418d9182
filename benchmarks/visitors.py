"""Many people with the same page open: each a websocket that asks for its refreshes when they are due."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.streamlit_client import ENDINGS, Browser

OPENED_TOGETHER = 4  # new visitors at a time
PATIENCE_SECONDS = 60


class Visitor:
    """One open page. It remembers what the server told it to ask for, and how often."""

    def __init__(self, socket: ClientConnection, page: str) -> None:
        self.socket, self.page, self.page_hash = socket, page, ""
        self.due: dict[str, float] = {}  # fragment -> seconds between its refreshes
        self.waits: list[float] = []  # seconds from the moment a refresh was due until it was on the screen

    async def run(self, fragment: str = "") -> None:
        """Ask for the page, or for one part of it, and wait until it is there."""
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        if self.page_hash:
            message.rerun_script.page_script_hash = self.page_hash
        else:
            message.rerun_script.page_name = self.page
        await self.socket.send(message.SerializeToString())
        async for answer in self.answers():
            if answer.WhichOneof("type") == "script_finished" and answer.script_finished in ENDINGS:
                return

    async def answers(self) -> AsyncIterator[ForwardMsg]:
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await asyncio.wait_for(self.socket.recv(), PATIENCE_SECONDS))
            kind = answer.WhichOneof("type")
            if kind == "navigation":
                self.page_hash = answer.navigation.page_script_hash
            elif kind == "auto_rerun":
                self.due[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
            yield answer

    async def stay(self, until: float, first_wait: float) -> None:
        """Refresh on time until then. The wait counts from when a refresh was due, not from when it could be asked."""
        fragment, interval = next(iter(self.due.items()))
        due = time.monotonic() + first_wait * interval
        while due < until:
            await asyncio.sleep(max(due - time.monotonic(), 0))
            with suppress(TimeoutError):  # the wait says so
                await self.run(fragment)
            self.waits.append(time.monotonic() - due)
            due += interval


class Crowd:
    """All visitors of a server who came in with the same browser's cookies."""

    def __init__(self, browser: Browser, page: str) -> None:
        self.browser, self.page = browser, page
        self.visitors: list[Visitor] = []
        self.opened = AsyncExitStack()

    async def grow(self, count: int) -> None:
        """Let more people come, a few at a time, until there are so many."""
        while len(self.visitors) < count:
            coming = min(OPENED_TOGETHER, count - len(self.visitors))
            self.visitors += await asyncio.gather(*(self.come() for _ in range(coming)))

    async def come(self) -> Visitor:
        socket = await self.opened.enter_async_context(
            connect(
                f"ws://{urlsplit(self.browser.url).netloc}/_stcore/stream",
                subprotocols=["streamlit", "no-token"],  # type: ignore[list-item]  # plain words are taken
                origin=self.browser.url,  # type: ignore[arg-type]  # a plain address is taken
                additional_headers=self.browser.cookie_header(),
                compression=None,
                max_size=None,
                open_timeout=PATIENCE_SECONDS,
                proxy=None,
            )
        )
        visitor = Visitor(socket, self.page)
        await visitor.run()
        return visitor

    async def waits(self, hold_seconds: float) -> list[float]:
        """Let everybody stay for a while, refreshing evenly spread in time; how long each refresh took."""
        until = time.monotonic() + hold_seconds
        for visitor in self.visitors:
            visitor.waits.clear()
        share = 1 / len(self.visitors)
        await asyncio.gather(*(visitor.stay(until, place * share) for place, visitor in enumerate(self.visitors)))
        return [wait for visitor in self.visitors for wait in visitor.waits]

    async def leave(self) -> None:
        await self.opened.aclose()
