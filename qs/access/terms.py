"""The words of access: roles and scopes as people read them, and why something was refused."""

from __future__ import annotations

from enum import StrEnum

from qs.actor import Role, ScopeKind
from qs.i18n import N_

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Role: {
        Role.SUPERVISOR: N_("Supervisor"),
        Role.DEPARTMENT_HEAD: N_("Department head"),
        Role.SERVICE_LEADER: N_("Service leader"),
        Role.THIRD_PARTY: N_("Third-party evaluator"),
        Role.INSPECTOR: N_("Inspector"),
        Role.HOTLINE_OPERATOR: N_("Hotline operator"),
        Role.HUMAN_RESOURCES: N_("Human resources"),
        Role.PUBLIC_RELATIONS: N_("Public relations"),
        Role.INFORMATION_TECHNOLOGY: N_("Information technology"),
        Role.AUDITOR: N_("Auditor"),
        Role.ADMINISTRATOR: N_("Administrator"),
    },
    ScopeKind: {
        ScopeKind.ALL: N_("The whole organisation"),
        ScopeKind.DEPARTMENT: N_("A department"),
        ScopeKind.PROVIDER: N_("A provider"),
        ScopeKind.SERVICES: N_("Named services"),
    },
}

ERRORS: dict[str, str] = {}
