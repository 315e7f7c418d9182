"""Who may file from the public page: the public, for a proof of work; staff register at the desk instead."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from qs.actor import PUBLIC, Actor
from qs.complaints import challenges
from qs.complaints.terms import NewRequest, RequestKind
from tests.complaints.test_challenges import solved
from tests.rights.attempt import Attempt, Stage


def proof(session: Session, stage: Stage) -> challenges.Proof:
    return solved(challenges.issue_challenge(session, challenges.ASKING, actor=PUBLIC, now=stage.now))


def file_publicly(session: Session, stage: Stage, made: Any, actor: Actor) -> object:  # Any: a proof
    wanted = NewRequest(RequestKind.CONSULTATION, "咨询", "什么时候开门？")
    return challenges.file_publicly(session, wanted, made, actor=actor, now=stage.now, address="a" * 64)


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt("complaints.challenges.file_publicly", frozenset(), proof, file_publicly, is_scoped=False, is_public=True),
)
