"""Wishes to be erased (Personal Information Protection Law, article 47): asked, proven, and decided by somebody else.

What else holds the person's data (the words and files of the case) is emptied by `qs.retention`, in the same
transaction: it knows every room.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.errors import Conflict, NotFound
from qs.periods import local_day
from qs.settings import settings
from qs.vault.actions import shred, unerased
from qs.vault.models import VaultErasure
from qs.vault.queries import check_overseer
from qs.vault.terms import Erasure, ErasureRefusal, Ground, IdentityProof


class ErasurePending(Conflict):
    """The wish is there already and not decided."""

    code = "erasure_pending"


def enter_erasure(
    session: Session,
    vault_id: int,
    *,
    subject: str,
    reference: str,
    ground: Ground,
    proof: IdentityProof,
    actor: Actor,
    now: datetime,
) -> int:
    """Keep that somebody wants their data erased; returns the id of the wish. Raises ErasurePending, NotFound.

    Part of another room's act, which has made sure that they are who the data are about, and leaves the trace.
    """
    unerased(session, vault_id)
    waiting = sa.select(VaultErasure).where(VaultErasure.vault_id == vault_id, VaultErasure.decided_at.is_(None))
    if (found := session.scalar(waiting)) is not None:
        raise ErasurePending(day=local_day(found.asked_at, settings().zone).isoformat())
    wish = VaultErasure(
        vault_id=vault_id,
        subject=subject,
        reference=reference,
        ground=ground,
        proof=proof,
        asked_at=now,
        checked_by_id=None if proof is IdentityProof.CODE_AND_CONTACT else actor.person_id,
    )
    session.add(wish)
    session.flush()
    return wish.id


def pass_on_erasure(
    session: Session,
    vault_id: int,
    *,
    subject: str,
    reference: str,
    ground: Ground,
    proof: IdentityProof,
    actor: Actor,
    now: datetime,
) -> int:
    """Pass on a wish that somebody told the desk, whose identity the actor made sure of. Returns its id.

    The caller has checked that the actor may see the case. Raises NotAllowed, ErasurePending, NotFound.
    """
    actor.check(Permission.PERSONAL_REVEAL)
    if proof is IdentityProof.CODE_AND_CONTACT:
        raise ValueError("only the system compares code and contact")
    wish_id = enter_erasure(
        session, vault_id, subject=subject, reference=reference, ground=ground, proof=proof, actor=actor, now=now
    )
    facts = {"subject": subject, "ground": ground.value, "proof": proof.value}
    record(session, "vault.erasure_asked", f"vault_erasure:{wish_id}", actor=actor, now=now, **facts)
    return wish_id


def grant_erasure(session: Session, erasure_id: int, *, actor: Actor, now: datetime) -> int:
    """Erase the person who wished it: the second pair of eyes. Returns the id of the person erased.

    Part of `qs.retention.grant_erasure`, which has made sure that the case is closed and empties its words and files
    in the same transaction. Raises Conflict when it was decided, by whoever made sure of the identity, or when held.
    """
    wish = undecided(session, erasure_id, actor=actor)
    shred(session, [unerased(session, wish.vault_id)], ground=wish.ground, actor=actor, now=now)
    wish.decided_at, wish.decided_by_id, wish.is_granted = now, actor.person_id, True
    facts = {"subject": wish.subject, "ground": wish.ground.value}
    record(session, "vault.erasure_granted", f"vault_erasure:{erasure_id}", actor=actor, now=now, **facts)
    return wish.vault_id


def refuse_erasure(session: Session, erasure_id: int, *, refusal: ErasureRefusal, actor: Actor, now: datetime) -> None:
    """Not erase, for one of the reasons the law knows: the data are stored and protected, and nothing else."""
    wish = undecided(session, erasure_id, actor=actor)
    wish.decided_at, wish.decided_by_id, wish.is_granted, wish.refusal = now, actor.person_id, False, refusal
    facts = {"subject": wish.subject, "refusal": refusal.value}
    record(session, "vault.erasure_refused", f"vault_erasure:{erasure_id}", actor=actor, now=now, **facts)


def undecided(session: Session, erasure_id: int, *, actor: Actor) -> VaultErasure:
    """The wish, locked for a decision by this actor. Raises NotAllowed, NotFound, Conflict."""
    actor.check_everywhere(Permission.PERSONAL_ERASE)
    wish = session.get(VaultErasure, erasure_id, with_for_update=True)
    if wish is None:
        raise NotFound("erasure_unknown")
    if wish.decided_at is not None:
        raise Conflict("erasure_decided")
    if wish.checked_by_id is not None and wish.checked_by_id == actor.person_id:
        raise Conflict("erasure_own_check")
    return wish


def erasures(session: Session, *, actor: Actor) -> list[Erasure]:
    """Every wish, those to be decided first, then the newest; never whose it is."""
    check_overseer(actor)
    row = VaultErasure
    found = session.scalars(sa.select(row).order_by(row.decided_at.is_not(None), row.id.desc()))
    return [told(one) for one in found]


def erasure_of(session: Session, vault_id: int) -> Erasure | None:
    """The last wish about one person, for the screen of the case they may see."""
    found = session.scalar(
        sa.select(VaultErasure).where(VaultErasure.vault_id == vault_id).order_by(VaultErasure.id.desc()).limit(1)
    )
    return None if found is None else told(found)


def told(one: VaultErasure) -> Erasure:
    return Erasure(
        erasure_id=one.id,
        vault_id=one.vault_id,
        subject=one.subject,
        reference=one.reference,
        ground=one.ground,
        proof=one.proof,
        asked_at=one.asked_at,
        checked_by_id=one.checked_by_id,
        decided_at=one.decided_at,
        is_granted=one.is_granted,
        refusal=one.refusal,
    )
