"""Builders for tests of notices: somebody who wants to be told, something to tell, and what became of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from qs.access.actions import choose_language
from qs.actor import SYSTEM, Actor
from qs.db import Database
from qs.i18n import Language
from qs.notices import actions, queries
from qs.notices.models import OutboxNotice
from qs.notices.terms import Channel, Notice, Strength, Wish
from tests.world import MADE_AT, enroll

BY_MAIL = Wish(Channel.EMAIL, "ann@office.example", least=Strength.WATCH)
MATTER = Notice("signal:12", "signal.raised", "急诊等候时间变长", "最近七天的均值高于上限。", "/signals?signal=12")


def actor(person_id: int, username: str = "ann") -> Actor:
    return Actor(person_id, username, username)


def somebody(
    store: Database, wish: Wish | None = BY_MAIL, username: str = "ann", language: Language = Language.EN
) -> int:
    """A person who chose this wish; None for nothing chosen yet."""
    person_id = enroll(store, username)
    with store.writing() as session:
        choose_language(session, language, actor=actor(person_id), now=MADE_AT)
        if wish is not None:
            actions.set_wish(session, wish, version=0, actor=actor(person_id), now=MADE_AT)
    return person_id


def choose(store: Database, person_id: int, wish: Wish, now: datetime) -> None:
    with store.writing() as session:
        version = queries.own_preference(session, actor=actor(person_id)).version
        actions.set_wish(session, wish, version=version, actor=actor(person_id), now=now)


def tell(
    store: Database,
    person_id: int,
    now: datetime,
    *,
    notice: Notice = MATTER,
    strength: Strength = Strength.ACT,
    key: str = "signal:12:raised",
) -> int | None:
    with store.writing() as session:
        return actions.queue_notice(
            session, person_id, notice, strength=strength, dedupe_key=key, actor=SYSTEM, now=now
        )


def rows(store: Database) -> list[OutboxNotice]:
    with store.reading() as session:
        return list(session.scalars(sa.select(OutboxNotice).order_by(OutboxNotice.id)))
