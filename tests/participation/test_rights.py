"""Every action of participation has its row in the rights matrix, and the rows can be done by whom they name."""

from __future__ import annotations

import pytest

from qs.actor import EVERYWHERE, PUBLIC, Actor, Grant
from qs.errors import NotAllowed
from qs.participation import actions
from tests.participation.office import build_office
from tests.rights.attempt import Stage
from tests.rights.participation import ATTEMPTS


def test_every_action_has_its_row():
    assert {attempt.action.rsplit(".", 1)[1] for attempt in ATTEMPTS} == set(actions.__all__)


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.action)
def test_the_named_may_and_the_others_may_not(store, now, attempt):
    office = build_office(store)
    scene = Stage(office.world, office.world.surgery, now, office.third)
    grant = Grant(min(attempt.allowed), EVERYWHERE) if attempt.allowed else None
    allowed = PUBLIC if grant is None else Actor(office.boss.person_id, "boss", "boss", (grant,))
    stranger = Actor(office.second.person_id, "second", "second") if attempt.is_public else PUBLIC
    with store.writing() as session:
        prepared = attempt.prepare(session, scene)
    with pytest.raises(NotAllowed), store.writing() as session:
        attempt.act(session, scene, prepared, stranger)
    with store.writing() as session:
        attempt.act(session, scene, prepared, allowed)
