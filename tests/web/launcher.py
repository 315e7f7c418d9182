"""The product's own launcher with one screen and one failing address more, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pages._ui import registry
from qs.actor import Permission
from qs.web import health


@dataclass(frozen=True)
class Probe(registry.Screen):
    """The screen beside this file."""

    @property
    def file(self) -> Path:
        return Path(__file__).parent / "probe.py"


async def boom(request: Request) -> Response:
    raise RuntimeError("SECRET DETAIL")


registry.SCREENS += (Probe("probe", "Probe", "science", registry.RUN, Permission.STANDARDS_EDIT),)
health.routes.append(Route("/boom/boom", boom))

from app import app  # noqa: E402 - after what it reads was changed

__all__ = ["app"]
