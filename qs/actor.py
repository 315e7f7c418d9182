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
    LIVE_REBASE = "live.rebase"  # propose or approve new limits of a chart
    SIGNALS_READ = "signals.read"
    SIGNALS_ACKNOWLEDGE = "signals.acknowledge"
    SIGNALS_DECIDE = "signals.decide"  # dismiss, end, link to a rectification
    STANDARDS_READ = "standards.read"
    STANDARDS_EDIT = "standards.edit"
    STANDARDS_LOAD = "standards.load"  # take over reviewed definitions that come with the program, unchanged
    DIRECTORY_READ = "directory.read"
    DIRECTORY_EDIT = "directory.edit"
    FEEDS_READ = "feeds.read"
    FEEDS_EDIT = "feeds.edit"
    FEEDS_CHASE = "feeds.chase"  # remind those who run a feed that nothing comes from it
    EVENTS_ADD = "events.add"
    PEOPLE_READ = "people.read"
    PEOPLE_EDIT = "people.edit"
    KEYS_EDIT = "keys.edit"
    AUDIT_READ = "audit.read"
    NOTICES_READ = "notices.read"  # what waits to be sent and what failed, never what it says
    NOTICES_SEND = "notices.send"
    COVERAGE_READ = "coverage.read"
    PERSONAL_REVEAL = "personal.reveal"  # see who a requester is, with a reason that is kept
    PERSONAL_ERASE = "personal.erase"
    PERSONAL_OVERSEE = "personal.oversee"  # times of keeping, holds, wishes to be erased and looks; never the data
    DEADLINES_READ = "deadlines.read"
    DEADLINES_EDIT = "deadlines.edit"
    RECTIFICATIONS_READ = "rectifications.read"
    RECTIFICATIONS_ORDER = "rectifications.order"
    RECTIFICATIONS_ANSWER = "rectifications.answer"  # plan and proof, by those who are to put it right
    RECTIFICATIONS_VERIFY = "rectifications.verify"
    RECTIFICATIONS_APPROVE = "rectifications.approve"  # an extension
    COMPLAINTS_READ = "complaints.read"
    COMPLAINTS_REGISTER = "complaints.register"
    COMPLAINTS_FORWARD = "complaints.forward"  # file requests for another system, by its key
    COMPLAINTS_DISPATCH = "complaints.dispatch"
    COMPLAINTS_HANDLE = "complaints.handle"
    COMPLAINTS_APPROVE = "complaints.approve"  # extensions, and requests that are not accepted
    COMPLAINTS_CALL_BACK = "complaints.call_back"
    PARTICIPATION_READ = "participation.read"
    PARTICIPATION_EDIT = "participation.edit"  # consultations, hearings, rating points
    PARTICIPATION_ANSWER = "participation.answer"
    RATINGS_REVIEW = "ratings.review"  # sort negative ratings, decide what is excluded
    INSPECTIONS_READ = "inspections.read"
    INSPECTIONS_PLAN = "inspections.plan"
    INSPECTIONS_RECORD = "inspections.record"
    INSPECTIONS_DEFEND = "inspections.defend"
    INSPECTIONS_CONCLUDE = "inspections.conclude"
    EVALUATIONS_READ = "evaluations.read"
    EVALUATIONS_OPEN = "evaluations.open"
    EVALUATIONS_SCORE = "evaluations.score"
    EVALUATIONS_REVIEW = "evaluations.review"
    EVALUATIONS_APPROVE = "evaluations.approve"
    RANKINGS_READ = "rankings.read"
    RANKINGS_FREEZE = "rankings.freeze"
    INCENTIVES_READ = "incentives.read"
    INCENTIVES_EDIT = "incentives.edit"
    INCENTIVES_DECIDE = "incentives.decide"
    INCENTIVES_APPEAL = "incentives.appeal"
    TRAINING_READ = "training.read"
    TRAINING_EDIT = "training.edit"
    PROGRAMME_READ = "programme.read"
    PROGRAMME_EDIT = "programme.edit"
    PUBLICATION_READ = "publication.read"
    PUBLICATION_PREPARE = "publication.prepare"
    PUBLICATION_APPROVE = "publication.approve"
    PUBLIC_READ = "public.read"  # what is published
    PUBLIC_SPEAK = "public.speak"  # file a request, rate, suggest, register for a hearing


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
EVERYBODY = frozenset({P.HOME_SEE, P.DIRECTORY_READ, P.STANDARDS_READ, P.PROGRAMME_READ, P.TRAINING_READ})
WATCHERS = EVERYBODY | {P.LIVE_READ}
CHAIN_READERS = WATCHERS | {
    P.SIGNALS_READ,
    P.COVERAGE_READ,
    P.DEADLINES_READ,
    P.RECTIFICATIONS_READ,
    P.COMPLAINTS_READ,
    P.PARTICIPATION_READ,
    P.INSPECTIONS_READ,
    P.EVALUATIONS_READ,
    P.RANKINGS_READ,
    P.INCENTIVES_READ,
    P.PUBLICATION_READ,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SUPERVISOR: CHAIN_READERS
    | {
        P.LIVE_REBASE,
        P.SIGNALS_ACKNOWLEDGE,
        P.SIGNALS_DECIDE,
        P.STANDARDS_EDIT,
        P.STANDARDS_LOAD,
        P.FEEDS_READ,
        P.FEEDS_CHASE,
        P.EVENTS_ADD,
        P.PERSONAL_REVEAL,
        P.RECTIFICATIONS_ORDER,
        P.RECTIFICATIONS_VERIFY,
        P.RECTIFICATIONS_APPROVE,
        P.COMPLAINTS_REGISTER,
        P.COMPLAINTS_DISPATCH,
        P.COMPLAINTS_APPROVE,
        P.COMPLAINTS_CALL_BACK,
        P.RATINGS_REVIEW,
        P.PARTICIPATION_ANSWER,
        P.INSPECTIONS_PLAN,
        P.INSPECTIONS_RECORD,
        P.INSPECTIONS_CONCLUDE,
        P.EVALUATIONS_OPEN,
        P.EVALUATIONS_SCORE,
        P.EVALUATIONS_REVIEW,
        P.EVALUATIONS_APPROVE,
        P.RANKINGS_FREEZE,
        P.INCENTIVES_EDIT,
        P.INCENTIVES_DECIDE,
        P.PROGRAMME_EDIT,
        P.PUBLICATION_APPROVE,
    },
    Role.DEPARTMENT_HEAD: CHAIN_READERS | {P.COMPLAINTS_APPROVE, P.INCENTIVES_APPEAL},
    Role.SERVICE_LEADER: CHAIN_READERS
    | {
        P.SIGNALS_ACKNOWLEDGE,
        P.RECTIFICATIONS_ANSWER,
        P.COMPLAINTS_HANDLE,
        P.PARTICIPATION_ANSWER,
        P.INSPECTIONS_DEFEND,
        P.EVALUATIONS_SCORE,
        P.INCENTIVES_APPEAL,
    },
    Role.THIRD_PARTY: EVERYBODY | {P.EVALUATIONS_READ, P.EVALUATIONS_SCORE},
    Role.INSPECTOR: WATCHERS
    | {
        P.SIGNALS_READ,
        P.COVERAGE_READ,
        P.DEADLINES_READ,
        P.RECTIFICATIONS_READ,
        P.RECTIFICATIONS_ORDER,
        P.RECTIFICATIONS_VERIFY,
        P.INSPECTIONS_READ,
        P.INSPECTIONS_RECORD,
    },
    Role.HOTLINE_OPERATOR: EVERYBODY
    | {
        P.DEADLINES_READ,
        P.COMPLAINTS_READ,
        P.COMPLAINTS_REGISTER,
        P.COMPLAINTS_DISPATCH,
        P.COMPLAINTS_CALL_BACK,
        P.PERSONAL_REVEAL,
    },
    Role.HUMAN_RESOURCES: EVERYBODY | {P.TRAINING_EDIT, P.RANKINGS_READ},
    Role.PUBLIC_RELATIONS: WATCHERS
    | {
        P.PARTICIPATION_READ,
        P.PARTICIPATION_EDIT,
        P.RANKINGS_READ,
        P.PUBLICATION_READ,
        P.PUBLICATION_PREPARE,
    },
    Role.INFORMATION_TECHNOLOGY: WATCHERS
    | {
        P.SIGNALS_READ,
        P.SIGNALS_ACKNOWLEDGE,
        P.STANDARDS_LOAD,
        P.FEEDS_READ,
        P.FEEDS_EDIT,
        P.EVENTS_ADD,
        P.KEYS_EDIT,
        P.NOTICES_READ,
        P.NOTICES_SEND,
        P.DIRECTORY_EDIT,
        P.COVERAGE_READ,
        P.DEADLINES_READ,
        P.DEADLINES_EDIT,
    },
    Role.AUDITOR: CHAIN_READERS | {P.FEEDS_READ, P.PEOPLE_READ, P.AUDIT_READ, P.NOTICES_READ, P.PERSONAL_OVERSEE},
    Role.ADMINISTRATOR: EVERYBODY
    | {P.PEOPLE_READ, P.PEOPLE_EDIT, P.KEYS_EDIT, P.DIRECTORY_EDIT, P.FEEDS_READ, P.PERSONAL_ERASE, P.PERSONAL_OVERSEE},
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

    def has_everywhere(self, permission: Permission) -> bool:
        """Whether the permission reaches the whole organisation."""
        return EVERYWHERE in self.scopes(permission)

    def check(self, permission: Permission) -> None:
        """Raise NotAllowed unless some role gives the permission somewhere."""
        if not self.has(permission):
            raise NotAllowed(permission=permission.value)

    def check_everywhere(self, permission: Permission) -> None:
        """Raise NotAllowed unless the permission reaches the whole organisation: for things that belong to no part."""
        if not self.has_everywhere(permission):
            raise NotAllowed("not_allowed_everywhere", permission=permission.value)

    def scopes(self, permission: Permission) -> tuple[Scope, ...]:
        """The scopes over which the permission holds; empty when it is not held at all."""
        held = [grant.scope for grant in self.grants if permission in ROLE_PERMISSIONS[grant.role]]
        return tuple(dict.fromkeys([EVERYWHERE, *held] if permission in self.extra else held))


SYSTEM = Actor(person_id=None, username="system", name="QS", extra=frozenset(Permission))
PUBLIC = Actor(
    person_id=None, username="public", name="公众", extra=frozenset({Permission.PUBLIC_READ, Permission.PUBLIC_SPEAK})
)
