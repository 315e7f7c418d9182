"""A running server with its own store, and browsers for it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from qs import migrations
from qs.actor import Grant, Role
from qs.db import Database, open_database
from qs.settings import ROOT, Settings
from qs.web.passwords import hash_password
from tests.streamlit_client import Browser
from tests.world import enroll, sign_in

PASSWORD = "a long enough sentence"
STARTING_SECONDS = 60
names = count(1)


@dataclass
class Server:
    """A process of ours, and the store it works on."""

    url: str
    store: Database
    process: subprocess.Popen[bytes]
    log: Path

    def browser(self, cookies: Mapping[str, str] | None = None) -> Browser:
        return Browser(self.url, cookies)


def free_port() -> int:
    with contextlib.closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def started(command: list[str], url: str, environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """A process that answers at /health. Raises RuntimeError with its log when it does not."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT
        )
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            if Browser(url).fetch("/health").status == 200:
                return process
        time.sleep(0.1)
    process.kill()
    raise RuntimeError(log.read_text(errors="replace")[-3000:])


@pytest.fixture(scope="session")
def password_hash() -> str:
    """One slow hash for everybody."""
    return hash_password(PASSWORD)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product with a probe screen, on a free port."""
    data_dir, port = tmp_path_factory.mktemp("data"), free_port()
    store = open_database(Settings(data_dir=data_dir))
    migrations.upgrade(store)
    environment = {
        "QS_DATA_DIR": str(data_dir),
        "QS_UPLOAD_QUOTA_MEGABYTES": "2",
        "QS_LOCKOUT_ADDRESS_FAILURES": "500",
        "QS_SOCKETS_PER_ADDRESS": "40",
    }
    command = [sys.executable, "-m", "uvicorn", "tests.web.launcher:app", "--port", str(port), "--log-level", "warning"]
    url, log = f"http://127.0.0.1:{port}", data_dir / "server.log"
    process = started(command, url, environment, log)
    yield Server(url, store, process, log)
    process.terminate()
    process.wait(20)
    store.engine.dispose()


@pytest.fixture
def newcomer(server: Server) -> Callable[..., str]:
    """Make a person of one role and return the username; every call makes another."""

    def making(*grants: Grant | Role, **options: object) -> str:
        username = f"person-{next(names)}"
        enroll(server.store, username, *grants, **options)  # type: ignore[arg-type]  # named like there
        return username

    return making


@pytest.fixture
def signed_in(server: Server, newcomer: Callable[..., str]) -> Callable[..., tuple[str, Browser]]:
    """A new person's username and a browser in which that person is signed in."""

    def making(*grants: Grant | Role) -> tuple[str, Browser]:
        username = newcomer(*(grants or (Role.SUPERVISOR,)))
        return username, server.browser({"qs_session": sign_in(server.store, username)})

    return making
