"""What an upgrade brings: newer packs and calendars at the next start, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from qs.actor import PUBLIC, SYSTEM
from qs.deadlines import actions, dues, queries
from qs.deadlines.library import shipped_packs, shipped_years
from qs.deadlines.models import DeadlinePack
from qs.deadlines.terms import DEFAULT_PACK
from qs.office import renew_office
from tests.world import MADE_AT


def test_an_office_with_the_old_pack_gets_the_new_ones_at_the_next_start(store, now):
    (usual,) = [one for one in shipped_packs() if one.code == DEFAULT_PACK]
    old = replace(usual, version=1, rules=tuple(one for one in usual.rules if one.code != "request.verify"))
    with store.writing() as session:
        actions.load_packs(session, [old], actor=SYSTEM, now=MADE_AT)
        due = dues.set_due(session, "request:1", "request.handle", starts_at=now, actor=PUBLIC, now=now)
    for _ in range(2):
        with store.writing() as session:
            renew_office(session, actor=SYSTEM, now=now)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(DeadlinePack.id))) == 6
        assert queries.rule(session, "request.verify", actor=PUBLIC).limit.amount == 2
        assert queries.dues(session, [due.due_id], actor=PUBLIC)[due.due_id] == due
        assert sorted(queries.calendar(session, actor=PUBLIC).years) == [one.year for one in shipped_years()]


def test_a_store_without_an_office_stays_empty(store, now):
    with store.writing() as session:
        renew_office(session, actor=SYSTEM, now=now)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(DeadlinePack.id))) == 0
