"""What requesters do about their own data: see what is kept, correct it, ask to be erased (PIPL articles 45 to 47).

The receipt code opens the request; for the contact the number or e-mail address kept with it is asked as well, since a
code may lie on a table. Wrong answers are counted and limited; a right one is good for half an hour.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.audit.rules import derived_key
from qs.complaints import rules
from qs.complaints.models import ContactCheck, Request
from qs.complaints.reach import by_receipt
from qs.complaints.steps import trace
from qs.complaints.terms import NewContact
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.vault.actions import correct_person
from qs.vault.erasures import enter_erasure, erasure_of
from qs.vault.queries import masked, personal
from qs.vault.rules import is_own_contact
from qs.vault.terms import Erasure, Ground, IdentityProof, Masked

TRIES_PER_DAY = 5
VALID_FOR, DAY = timedelta(minutes=30), timedelta(days=1)


class ContactNotProven(NotAllowed):
    """Nobody has named the contact lately."""

    code = "contact_check_failed"


@dataclass(frozen=True)
class OwnContact:
    """What is kept of a requester, masked; and the last wish to be erased."""

    masked: Masked
    erasure: Erasure | None


@dataclass(frozen=True)
class Checked:
    """Whether somebody named the contact kept with a request, how many tries are left, and the pass for the next act.

    `proof` is empty unless it was right; it is good for VALID_FOR and for this request only.
    """

    is_own: bool
    tries_left: int
    proof: str = ""


def own_contact(session: Session, code: str, *, actor: Actor) -> OwnContact | None:
    """What is kept of whoever filed the request, masked; None for an anonymous request. Raises NotFound."""
    request = by_receipt(session, code, actor=actor)
    vault_id = request.vault_person_id
    if vault_id is None:
        return None
    return OwnContact(masked(session, [vault_id], actor=actor)[vault_id], erasure_of(session, vault_id))


def check_contact(session: Session, code: str, known: str, *, actor: Actor, now: datetime) -> Checked:
    """Compare what somebody typed with the number or e-mail address kept; a wrong answer counts once this is saved.

    Raises NotFound, Conflict when it is anonymous or erased, or after TRIES_PER_DAY wrong answers within a day.
    """
    request = by_receipt(session, code, actor=actor)
    found = personal(session, vault_of(request))
    if found is None:
        raise Conflict("contact_none")
    session.execute(sa.delete(ContactCheck).where(ContactCheck.at < now - DAY))
    tried = session.scalar(sa.select(sa.func.count(ContactCheck.id)).where(ContactCheck.request_id == request.id)) or 0
    if tried >= TRIES_PER_DAY:
        raise Conflict("contact_checks_too_many", count=TRIES_PER_DAY)
    if is_own_contact(found, known):
        return Checked(True, TRIES_PER_DAY - tried, signed(session, request, now))
    session.add(ContactCheck(request_id=request.id, at=now))
    session.flush()
    return Checked(False, TRIES_PER_DAY - tried - 1)


def correct_contact(
    session: Session, code: str, contact: NewContact, *, proof: str, actor: Actor, now: datetime
) -> None:
    """Put another contact in the place of the one kept; an empty part is taken back. Raises InvalidInput, NotAllowed.

    `proof`: of `check_contact`. Whoever wants nothing kept at all asks to be erased.
    """
    request = by_receipt(session, code, actor=actor)
    check_proof(session, request, proof, now)
    given = rules.composed_contact(contact)
    if given.is_empty:
        raise InvalidInput("contact_empty")
    correct_person(session, vault_of(request), **vars(given), actor=actor, now=now)
    request.version += 1
    trace(session, "complaints.corrected_contact", request, actor=actor, now=now)


def ask_erasure(
    session: Session,
    code: str,
    *,
    proof: str,
    ground: Ground = Ground.CONSENT_WITHDRAWN,
    actor: Actor,
    now: datetime,
) -> int:
    """Ask that one's data are erased; somebody of the office decides. Returns the id of the wish.

    `proof`: of `check_contact`. Raises NotAllowed, NotFound, Conflict when it was asked already.
    """
    request = by_receipt(session, code, actor=actor)
    check_proof(session, request, proof, now)
    wish_id = enter_erasure(
        session,
        vault_of(request),
        subject=f"request:{request.id}",
        reference=request.number,
        ground=ground,
        proof=IdentityProof.CODE_AND_CONTACT,
        actor=actor,
        now=now,
    )
    trace(session, "complaints.asked_erasure", request, actor=actor, now=now, ground=ground.value)
    return wish_id


def vault_of(request: Request) -> int:
    if request.vault_person_id is None:
        raise NotFound("contact_none")
    return request.vault_person_id


def signed(session: Session, request: Request, now: datetime) -> str:
    """A pass that says until when somebody is known to be the requester."""
    until = int((now + VALID_FOR).timestamp())
    return f"{until}.{seal(session, request, until)}"


def check_proof(session: Session, request: Request, proof: str, now: datetime) -> None:
    """Raise ContactNotProven unless the pass is ours, for this request, and still good."""
    until, _, mac = proof.partition(".")
    if not (until.isascii() and until.isdigit() and len(until) <= 12):
        raise ContactNotProven
    is_ours = hmac.compare_digest(mac.encode(), seal(session, request, int(until)).encode())
    if not is_ours or now.timestamp() > int(until):
        raise ContactNotProven


def seal(session: Session, request: Request, until: int) -> str:
    key = derived_key(session.info["audit_key"], "contact check")
    return hmac.digest(key, f"{request.id}.{request.vault_person_id}.{until}".encode(), "sha256").hex()
