"""The words of access: roles and scopes as people read them, and why something was refused."""

from __future__ import annotations

from enum import StrEnum

from qs.actor import Role, ScopeKind
from qs.i18n import N_


class KeyPurpose(StrEnum):
    """What the system that holds a key does with it; a key opens one door only."""

    EVENTS = "events"  # pushes measured facts
    REQUESTS = "requests"  # files requests for citizens, by Open311


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    KeyPurpose: {
        KeyPurpose.EVENTS: N_("Sends events"),
        KeyPurpose.REQUESTS: N_("Files requests (Open311)"),
    },
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

ERRORS: dict[str, str] = {
    "sign_in_refused": N_(
        "Username or password is wrong, or there were too many attempts. Check both and try again in a while."
    ),
    "username_refused": N_("A username has 2 to 32 small letters a–z, digits, dots, dashes or underscores."),
    "username_taken": N_("The username {username} is taken. Choose another one."),
    "key_of_requests_with_feed": N_("A key that files requests belongs to no feed. Leave the feed empty."),
    "name_refused": N_("A name has 1 to 100 visible characters."),
    "password_too_short": N_("A password needs at least {needed} characters. A short sentence is easy to remember."),
    "password_too_long": N_("This password is too long: at most {allowed} bytes (about 24 Chinese characters)."),
    "password_too_common": N_("This password is easy to guess. Choose one that nobody else would think of."),
    "password_wrong": N_("The present password is not right. Nothing was changed."),
    "passwords_differ": N_("The two new passwords are not the same. Type them again."),
    "last_administrator": N_("This is the last administrator. Make somebody else administrator first."),
    "rights_changed": N_("Your rights have changed in the meantime, so nothing was saved. Look at the page again."),
    "signed_out": N_("You are no longer signed in, so nothing was saved. Sign in and try again."),
}

ACTIONS: dict[str, str] = {
    "access.person_added": N_("Added a person"),
    "access.person_changed": N_("Changed a person’s name or address"),
    "access.grants_set": N_("Changed a person’s roles"),
    "access.person_deactivated": N_("Deactivated a person"),
    "access.person_reactivated": N_("Reactivated a person"),
    "access.password_reset": N_("Reset a person’s password"),
    "access.password_changed": N_("Changed the own password"),
    "access.password_accepted": N_("Entered the right password"),
    "access.sessions_ended": N_("Signed a person out everywhere"),
    "access.language_chosen": N_("Chose a language"),
    "access.key_issued": N_("Issued an API key"),
    "access.key_revoked": N_("Revoked an API key"),
    "access.sign_in_failed": N_("Failed to sign in"),
    "access.signed_in": N_("Signed in"),
    "access.signed_out": N_("Signed out"),
}
