"""How much one caller may take: calls in a second, open sockets, and uploads in ten minutes."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

UPLOAD_SECONDS = 600
UPLOAD_COUNT = 100
REQUESTS_PER_SECOND = 50.0
BURST_REQUESTS = 200.0
KEYS_REMEMBERED = 10_000


@dataclass
class RateLimit:
    """A token bucket for each key, in this process."""

    per_second: float = REQUESTS_PER_SECOND
    burst: float = BURST_REQUESTS
    buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)  # name -> (tokens, when)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_seconds(self, name: str, at: float) -> float:
        """Take one token: 0 when there was one, otherwise how long until the next."""
        with self.lock:
            tokens, when = self.buckets.pop(name, (self.burst, at))
            tokens = min(self.burst, tokens + max(at - when, 0.0) * self.per_second)
            is_free = tokens >= 1
            self.buckets[name] = (tokens - 1 if is_free else tokens, at)
            while len(self.buckets) > KEYS_REMEMBERED:
                self.buckets.popitem(last=False)
        return 0.0 if is_free else (1 - tokens) / self.per_second


class SocketQuota:
    """Counts open sockets of each address."""

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self.open: Counter[str] = Counter()

    def is_full(self, address: str) -> bool:
        return self.open[address] >= self.allowed

    def enter(self, address: str) -> None:
        self.open[address] += 1

    def leave(self, address: str) -> None:
        self.open[address] -= 1
        self.open += Counter()  # drops addresses without sockets


class UploadQuota:
    """Counts uploads and their bytes of each address in a sliding window; in memory, so that a restart forgives."""

    def __init__(self, allowed_bytes: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.allowed_bytes = allowed_bytes
        self.clock = clock
        self.recent: defaultdict[str, deque[tuple[float, int]]] = defaultdict(deque)

    def take(self, address: str, size_bytes: int) -> bool:
        """Whether the upload fits; it counts when it does."""
        self.forget_old()
        uploads = self.recent[address]
        if len(uploads) >= UPLOAD_COUNT or sum(size for _, size in uploads) + size_bytes > self.allowed_bytes:
            return False
        uploads.append((self.clock(), size_bytes))
        return True

    def forget_old(self) -> None:
        start = self.clock() - UPLOAD_SECONDS
        for address, uploads in list(self.recent.items()):
            while uploads and uploads[0][0] < start:
                uploads.popleft()
            if not uploads:
                del self.recent[address]
