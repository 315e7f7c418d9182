"""Every action, every role, own and foreign objects: who may does, and nobody else, whatever the screen shows."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import EVERYWHERE, PUBLIC, SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.audit.models import AuditEntry
from qs.errors import NotAllowed, NotFound
from qs.office import prepare_office
from qs.sentences import action_label, word_of
from tests.conftest import MONDAY
from tests.rights.attempt import Attempt, Stage
from tests.test_architecture import CONTEXTS, is_action, name_of, records, sources, tree
from tests.world import MADE_AT, build_world, enroll

HERE = Path(__file__).parent
PART_OF_ANOTHER_ACT = {  # called inside actions that check the right and leave the trace
    "attachments.actions.keep_files",
    "audit.actions.record",
    "deadlines.dues.extend_due",
    "deadlines.dues.set_due",
    "vault.actions.keep_person",
}
MADE_OF_ACTIONS = {"directory.imports.apply_import", "observations.imports.run_import"}  # each of which checks
DOOR = {
    f"access.sign_in.{name}"
    for name in ("begin_sign_in", "claim_ticket", "fail_sign_in", "finish_sign_in", "end_session")
}

REPEATABLE = {  # what every office begins with: loading again what is there changes nothing and leaves no trace
    "complaints.handling.templates.prepare_reply_templates",
    "deadlines.actions.load_calendars",
    "deadlines.actions.load_packs",
    "rankings.schemes.prepare_scheme",
    "standards.actions.load_library",
}


class Undone(Exception):
    """Ends an attempt, so that the next one finds the store as it was."""


def attempts() -> list[Attempt]:
    """The one table: the rows of every room."""
    files = sorted(
        path.stem for path in HERE.glob("*.py") if path.stem != "attempt" and not path.stem.startswith("test_")
    )
    return [row for name in files for row in import_module(f"tests.rights.{name}").ATTEMPTS]


def known_actions() -> set[str]:
    """The actions of every context, as the table names them."""
    found = set()
    for context in CONTEXTS:
        for path in sources(f"qs/{context}"):
            nodes = [node for node in tree(path).body if isinstance(node, ast.FunctionDef)]
            room = name_of(path).removeprefix("qs/").removesuffix(".py").replace("/", ".")
            found |= {f"{room}.{node.name}" for node in nodes if is_action(node) and records(node)}
    return found


def test_every_action_stands_in_the_table():
    named = {row.action for row in attempts()}
    again = {f"{row.action.split('.')[0]}.{row.action.split('.')[-1]}" for row in attempts()}  # rooms hand some on
    missing = {action for action in known_actions() if f"{action.split('.')[0]}.{action.split('.')[-1]}" not in again}
    assert missing - named - PART_OF_ANOTHER_ACT - MADE_OF_ACTIONS - DOOR == set()


def test_no_row_is_about_an_action_that_is_gone():
    gone = [row.action for row in attempts() if not exists(row.action)]
    assert gone == []


def exists(action: str) -> bool:
    module, _, name = action.rpartition(".")
    return hasattr(import_module(f"qs.{module}"), name)


@pytest.fixture(scope="module")
def stage_of(shared_store):
    """One small office with a person in every role; each attempt is undone, so that all find it the same."""
    world = build_world(shared_store)
    with shared_store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
    people = {role: enroll(shared_store, f"r.{role.value.replace('_', '-')}", role) for role in Role}
    helper_id = enroll(shared_store, "helper", *Role)
    helper = Actor(helper_id, "helper", "帮手", tuple(Grant(role) for role in Role), extra=SYSTEM.extra)
    return Stage(world, world.surgery, MONDAY, helper), people


def somebody(role: Role, person_id: int, scope: Scope) -> Actor:
    return Actor(person_id, f"r.{role.value}", role.value, (Grant(role, scope),))


def tried(session: Session, row: Attempt, stage: Stage, made: Any, actor: Actor) -> str:  # Any: as prepared
    """`done` or `refused`; any other error is one. Whatever was done is undone."""
    attempt = session.begin_nested()
    before = newest(session)
    try:
        row.act(session, stage, made, actor)
        session.flush()
        if row.action not in REPEATABLE:
            check_trace(session, before)
        return "done"
    except (NotAllowed, NotFound):
        return "refused"
    finally:
        attempt.rollback()
        session.expire_all()


def newest(session: Session) -> int:
    return session.scalar(sa.select(sa.func.max(AuditEntry.seq))) or 0


def check_trace(session: Session, before: int) -> None:
    """What was done has left a trace, and the trail has words for it in both languages."""
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.seq > before)).all()
    assert entries
    for entry in entries:
        assert action_label(entry.action) != entry.action, entry.action
        kind = entry.object.partition(":")[0]
        assert word_of(kind, "OBJECTS") != kind, entry.object


def expected(row: Attempt, role: Role, *, is_own: bool, is_everywhere: bool) -> str:
    if row.is_everybodys:
        return "done"
    if role not in row.allowed:
        return "refused"
    if row.is_office_wide:
        return "done" if is_everywhere else "refused"
    return "done" if is_own or not row.is_scoped else "refused"


@pytest.mark.parametrize("row", attempts(), ids=lambda row: row.action)
def test_the_roles_named_may_and_nobody_else(shared_store, stage_of, row):
    stage, people = stage_of
    own = Scope(ScopeKind.SERVICES, frozenset({stage.service_id}))
    foreign = Scope(ScopeKind.SERVICES, frozenset({stage.world.permits}))
    found, wanted = {}, {}
    with pytest.raises(Undone), shared_store.writing() as session:
        made = row.prepare(session, stage)
        session.flush()
        for role in Role:
            for name, scope in (("everywhere", EVERYWHERE), ("own", own), ("foreign", foreign)):
                actor = somebody(role, people[role], scope)
                found[role.value, name] = tried(session, row, stage, made, actor)
                wanted[role.value, name] = expected(
                    row, role, is_own=name != "foreign", is_everywhere=name == "everywhere"
                )
        for name, actor in (("stranger", Actor(None, "stranger", "陌生人")), ("public", PUBLIC)):
            found[name, "everywhere"] = tried(session, row, stage, made, actor)
            wanted[name, "everywhere"] = "done" if row.is_public and actor is PUBLIC else "refused"
        raise Undone
    assert found == wanted
