"""Who is acting, in which roles, over which part of the organisation; the one place where roles become rights."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from qs.errors import NotAllowed


class Permission(StrEnum):
    """One thing a person may do. Pages name what they need, actions check it again."""

    HOME_SEE = "home.see"
    LIVE_READ = "live.read"
    LIVE_REBASE = "live.rebase"
    STANDARDS_READ = "standards.read"
    STANDARDS_EDIT = "standards.edit"
    STANDARDS_LOAD = "standards.load"  # take over reviewed definitions that come with the program, unchanged
    DIRECTORY_READ = "directory.read"
    DIRECTORY_EDIT = "directory.edit"
    FEEDS_READ = "feeds.read"
    FEEDS_EDIT = "feeds.edit"
    EVENTS_ADD = "events.add"
    PEOPLE_READ = "people.read"
    PEOPLE_EDIT = "people.edit"
    KEYS_EDIT = "keys.edit"
    AUDIT_READ = "audit.read"


class Role(StrEnum):
    """What a person is in the office; the same eleven words everywhere."""

    SUPERVISOR = "supervisor"
    DEPARTMENT_HEAD = "department_head"
    SERVICE_LEADER = "service_leader"
    THIRD_PARTY = "third_party"
    INSPECTOR = "inspector"
    HOTLINE_OPERATOR = "hotline_operator"
    HUMAN_RESOURCES = "human_resources"
    PUBLIC_RELATIONS = "public_relations"
    INFORMATION_TECHNOLOGY = "information_technology"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


P = Permission
EVERYBODY = frozenset({P.HOME_SEE, P.DIRECTORY_READ, P.STANDARDS_READ})
WATCHERS = EVERYBODY | {P.LIVE_READ}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SUPERVISOR: WATCHERS | {P.LIVE_REBASE, P.STANDARDS_EDIT, P.STANDARDS_LOAD, P.FEEDS_READ, P.EVENTS_ADD},
    Role.DEPARTMENT_HEAD: WATCHERS,
    Role.SERVICE_LEADER: WATCHERS,
    Role.THIRD_PARTY: EVERYBODY,
    Role.INSPECTOR: WATCHERS,
    Role.HOTLINE_OPERATOR: EVERYBODY,
    Role.HUMAN_RESOURCES: EVERYBODY,
    Role.PUBLIC_RELATIONS: WATCHERS,
    Role.INFORMATION_TECHNOLOGY: WATCHERS
    | {P.STANDARDS_LOAD, P.FEEDS_READ, P.FEEDS_EDIT, P.EVENTS_ADD, P.KEYS_EDIT, P.DIRECTORY_EDIT},
    Role.AUDITOR: WATCHERS | {P.FEEDS_READ, P.PEOPLE_READ, P.AUDIT_READ},
    Role.ADMINISTRATOR: EVERYBODY | {P.PEOPLE_READ, P.PEOPLE_EDIT, P.KEYS_EDIT, P.DIRECTORY_EDIT, P.FEEDS_READ},
}


class ScopeKind(StrEnum):
    """How far a role reaches."""

    ALL = "all"
    DEPARTMENT = "department"
    PROVIDER = "provider"
    SERVICES = "services"


@dataclass(frozen=True)
class Scope:
    """The part of the organisation a role reaches; `ids` are department, provider or service ids, empty for all."""

    kind: ScopeKind
    ids: frozenset[int] = frozenset()


EVERYWHERE = Scope(ScopeKind.ALL)


@dataclass(frozen=True)
class Grant:
    """One role held over one scope."""

    role: Role
    scope: Scope = EVERYWHERE


@dataclass(frozen=True)
class Actor:
    """A person or programme acting now, with the rights of this moment. Built from the database at each run."""

    person_id: int | None
    username: str
    name: str
    grants: tuple[Grant, ...] = ()
    extra: frozenset[Permission] = frozenset()  # what an API key or the system itself may do, everywhere
    feed_id: int | None = None  # an API key may be bound to one feed

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        held: frozenset[Permission] = self.extra
        return held.union(*(ROLE_PERMISSIONS[grant.role] for grant in self.grants))

    @property
    def roles(self) -> tuple[Role, ...]:
        return tuple(dict.fromkeys(grant.role for grant in self.grants))

    def has(self, permission: Permission) -> bool:
        return permission in self.permissions

    def check(self, permission: Permission) -> None:
        """Raise NotAllowed unless some role gives the permission somewhere."""
        if not self.has(permission):
            raise NotAllowed(permission=permission.value)

    def check_everywhere(self, permission: Permission) -> None:
        """Raise NotAllowed unless the permission reaches the whole organisation: for things that belong to no part."""
        if EVERYWHERE not in self.scopes(permission):
            raise NotAllowed("not_allowed_everywhere", permission=permission.value)

    def scopes(self, permission: Permission) -> tuple[Scope, ...]:
        """The scopes over which the permission holds; empty when it is not held at all."""
        held = [grant.scope for grant in self.grants if permission in ROLE_PERMISSIONS[grant.role]]
        return tuple(dict.fromkeys([EVERYWHERE, *held] if permission in self.extra else held))


SYSTEM = Actor(person_id=None, username="system", name="QS", extra=frozenset(Permission))
