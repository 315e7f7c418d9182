"""Servers to measure: the product, or an empty page under its launcher, each a process of its own on a free port."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.stores import city_folder, copy_city, folder
from qs import migrations
from qs.db import Database, open_database
from qs.demo.build import build_city
from qs.settings import ROOT, Settings
from qs.web.passwords import hash_password
from tests.streamlit_client import Browser

STARTING_SECONDS = 60
SUPERVISOR = "chen.jing"  # of the invented city: sees everything
MANY = "1000000"  # sockets and messages: all clients of a benchmark share one address


@dataclass(frozen=True)
class Server:
    """A process of ours and its address."""

    url: str
    process: subprocess.Popen[bytes]


def free_port() -> int:
    with contextlib.closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def serving(app: str, data_dir: Path, **more: str) -> Iterator[Server]:
    """Serve `module:app` on loopback until the block ends. Raises RuntimeError with its log when it does not start."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "warning"]
    limits = {"QS_SOCKETS_PER_ADDRESS": MANY, "QS_MESSAGES_PER_TEN_SECONDS": MANY, "QS_DEMO": "true"}
    environment = {**os.environ, "QS_DATA_DIR": str(data_dir), **limits, **more}
    log = data_dir / f"server-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        wait_for(server, log)
        yield server
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def wait_for(server: Server, log: Path) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(OSError):
            if Browser(server.url).fetch("/health").status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(log.read_text(errors="replace")[-3000:])


@contextmanager
def city() -> Iterator[Path]:
    """A data folder with the invented city in it: a copy of the one that is named, or built now."""
    with folder() as place:
        named = city_folder()
        if named is not None:
            copy_city(named, place)
        store = open_database(Settings(data_dir=place))
        migrations.upgrade(store)
        if named is None:
            build_the_city(store)
        store.engine.dispose()
        yield place


def build_the_city(store: Database) -> None:
    build_city(store, now=datetime.now(UTC), password_hash=hash_password(Settings().demo_password))


def signed_in(server: Server) -> Browser:
    """A browser in which the city's supervisor is signed in."""
    browser = Browser(server.url)
    reply = browser.sign_in(SUPERVISOR, Settings().demo_password)
    if reply.status >= 400:
        raise RuntimeError(f"signing in was answered with {reply.status}: {reply.text[:200]}")
    return browser
