"""What a row of the rights matrix is: one action, who may do it, and how to try it on an object of a given service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import Actor, Role
from tests.world import World


@dataclass(frozen=True)
class Stage:
    """Where an attempt is made: the small office, one of its services, and people who exist in the store."""

    world: World
    service_id: int  # the service the object belongs to
    now: datetime
    helper: Actor  # somebody else with every right everywhere: builds what must be there, and is the second person


@dataclass(frozen=True)
class Attempt:
    """One action of a room. `prepare` builds the object it needs and returns what `act` is given of it.

    `allowed`: the roles that may do it on an object in their own scope. `is_scoped` is false for objects that belong
    to no service; then nobody's scope is foreign. `is_office_wide` is true when the right must reach everywhere.
    `is_public` is true when the public may do it, without an account. `is_everybodys` for what concerns only oneself.
    """

    action: str  # dotted, as in the code: "rectifications.actions.order_rectification"
    allowed: frozenset[Role]
    prepare: Callable[[Session, Stage], Any]  # Any: whatever this room's `act` takes
    act: Callable[[Session, Stage, Any, Actor], object]
    is_scoped: bool = True
    is_office_wide: bool = False
    is_public: bool = False
    is_everybodys: bool = False
