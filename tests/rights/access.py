"""Who may manage people, sessions and keys."""

from __future__ import annotations

from qs.access import actions
from qs.actor import Grant, Role
from qs.i18n import Language
from tests.rights.attempt import Attempt

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
KEY_HOLDERS = frozenset({Role.ADMINISTRATOR, Role.INFORMATION_TECHNOLOGY})


def newcomer(session, stage):
    return actions.add_person(
        session, "newcomer", name="新人", password_hash="no password", actor=stage.helper, now=stage.now
    )


def leaver(session, stage):
    person_id = newcomer(session, stage)
    actions.deactivate_person(session, person_id, actor=stage.helper, now=stage.now)
    return person_id


def key(session, stage):
    return actions.issue_api_key(session, "key", actor=stage.helper, now=stage.now).key_id


def nothing(session, stage):
    return None


def row(name, act, prepare=newcomer, allowed=ADMINISTRATORS, **more):
    return Attempt(f"access.actions.{name}", allowed, prepare, act, is_scoped=False, is_office_wide=True, **more)


def by(stage, actor):
    return {"actor": actor, "now": stage.now}


ATTEMPTS = (
    row(
        "add_person",
        lambda session, stage, made, actor: actions.add_person(
            session, "another", name="另一人", password_hash="no password", **by(stage, actor)
        ),
        nothing,
    ),
    row(
        "change_person",
        lambda session, stage, made, actor: actions.change_person(
            session, made, name="改名", name_en=None, email=None, **by(stage, actor)
        ),
    ),
    row(
        "set_grants",
        lambda session, stage, made, actor: actions.set_grants(
            session, made, [Grant(Role.AUDITOR)], **by(stage, actor)
        ),
    ),
    row(
        "deactivate_person",
        lambda session, stage, made, actor: actions.deactivate_person(session, made, **by(stage, actor)),
    ),
    row(
        "reactivate_person",
        lambda session, stage, made, actor: actions.reactivate_person(session, made, **by(stage, actor)),
        leaver,
    ),
    row(
        "reset_password",
        lambda session, stage, made, actor: actions.reset_password(session, made, "no password", **by(stage, actor)),
    ),
    row(
        "end_sessions",
        lambda session, stage, made, actor: actions.end_sessions(session, made, **by(stage, actor)),
    ),
    row(
        "issue_api_key",
        lambda session, stage, made, actor: actions.issue_api_key(session, "another", **by(stage, actor)),
        nothing,
        KEY_HOLDERS,
    ),
    row(
        "revoke_api_key",
        lambda session, stage, made, actor: actions.revoke_api_key(session, made, **by(stage, actor)),
        key,
        KEY_HOLDERS,
    ),
    row(
        "change_own_password",
        lambda session, stage, made, actor: actions.change_own_password(
            session, "no password", keep_token_hash="", **by(stage, actor)
        ),
        nothing,
        is_everybodys=True,
    ),
    row(
        "choose_language",
        lambda session, stage, made, actor: actions.choose_language(session, Language.EN, **by(stage, actor)),
        nothing,
        is_everybodys=True,
    ),
)
