"""One nursery of writers for all tests that kill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.harness import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    started = Nursery.start()
    yield started
    started.close()
