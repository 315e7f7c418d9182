"""A real browser before the running demo city: built once, copied for each test that changes it.

The tests are divided between two processes; the longest begins first, and both wait for the one that builds the city.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in Path(item.path).parts:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: "test_story" not in item.nodeid)


@pytest.fixture(scope="session")
def built_city(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The data directory of the invented city, built by the command people use (or named in QS_TEST_CITY)."""
    if named := os.environ.get("QS_TEST_CITY"):
        return Path(named)
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "main" else own.parent) / "city"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            unfinished.mkdir()
            subprocess.run([sys.executable, "-m", "qs", "demo"], cwd=ROOT, env=environment(unfinished), check=True)
            unfinished.rename(folder)
    return folder


def environment(folder: Path, database_url: str = "") -> dict[str, str]:
    """What the app finds around it; without `database_url` its store is a SQLite file in the folder."""
    return {**os.environ, "QS_DATA_DIR": str(folder), "QS_DATABASE_URL": database_url, "QS_DEMO": "true"}


@pytest.fixture
def city(built_city: Path, tmp_path: Path) -> Path:
    """A copy of the city to change."""
    folder = tmp_path / "city"
    shutil.copytree(built_city, folder)
    return folder


@contextmanager
def serving(folder: Path, *, as_of: datetime | None = None, database_url: str = "") -> Iterator[str]:
    """The app on a free port of this machine, with its clock moved when `as_of` is given; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    moved = ["-m", "tests.browser.later", as_of.isoformat(), "streamlit"] if as_of else ["-m", "streamlit"]
    command = [sys.executable, *moved, "run", "app.py", "--server.port", str(port)]
    with (folder / "app.log").open("wb") as log:
        around = environment(folder, database_url)
        process = subprocess.Popen(command, cwd=ROOT, env=around, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wait_for(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address) as answer:
                if answer.status == 200:
                    return
        except urllib.error.URLError:
            time.sleep(0.2)
    raise TimeoutError(address)


@pytest.fixture
def site(city: Path) -> Iterator[str]:
    with serving(city) as address:
        yield address


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def opened_chromium(playwright_driver: Playwright) -> Iterator[Browser]:
    browser = playwright_driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def chromium(opened_chromium: Browser) -> Iterator[Browser]:
    """The browser, without a tab at the beginning and at the end of a test."""
    yield opened_chromium
    for context in opened_chromium.contexts:
        context.close()
