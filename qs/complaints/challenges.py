"""Proof of work before the public files something: no account, no third party, and nobody can file by the thousand."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.intake import file_request
from qs.complaints.models import Filing, SpentChallenge
from qs.complaints.terms import Filed, NewRequest
from qs.errors import Conflict
from qs.periods import to_microseconds

# Local rules: about a second on an old phone; each doubling of what comes in within an hour doubles the work.
EASY_BITS, MOST_BITS = 15, 20
CALM_FILINGS = 125  # of all people in an hour
VALID_FOR = timedelta(hours=2)  # a form may lie open for a while
NONCE_BYTES = 16
MOST_DIGITS = 12
SEPARATOR = "."
ASKING = "ask"  # the form for requests


@dataclass(frozen=True)
class Challenge:
    """What a device has to solve: find a number so that SHA-256 of “token:number” begins with `bits` zero bits."""

    token: str
    bits: int


@dataclass(frozen=True)
class Proof:
    """A challenge with the number that solves it, in decimal digits."""

    token: str
    answer: str


def file_publicly(
    session: Session, wanted: NewRequest, proof: Proof | None, *, actor: Actor, now: datetime, address: str
) -> Filed:
    """Register a request from the public page: within the limits of its address, and for a proof of work.

    Raises Conflict without a good proof or beyond the limits, InvalidInput naming every faulty text.
    """
    spend_proof(session, proof, ASKING, actor=actor, now=now)
    return file_request(session, wanted, actor=actor, now=now, address=address)


def issue_challenge(session: Session, form: str, *, actor: Actor, now: datetime) -> Challenge:
    """A challenge for one filing with one form, valid for two hours; harder while very much comes in."""
    actor.check(Permission.PUBLIC_SPEAK)
    bits = needed_bits(session, now)
    body = SEPARATOR.join([form, str(to_microseconds(now)), str(bits), secrets.token_hex(NONCE_BYTES)])
    return Challenge(f"{body}{SEPARATOR}{signature(session.info['audit_key'], body)}", bits)


def needed_bits(session: Session, now: datetime) -> int:
    """EASY_BITS, and one more for each doubling of the filings of the last hour beyond CALM_FILINGS."""
    lately = sa.select(sa.func.count(Filing.id)).where(Filing.at > now - timedelta(hours=1))
    doublings = ((session.scalar(lately) or 0) // CALM_FILINGS).bit_length()
    return min(EASY_BITS + doublings, MOST_BITS)


def spend_proof(session: Session, proof: Proof | None, form: str, *, actor: Actor, now: datetime) -> None:
    """Accept a solved challenge of this form, once. Raises Conflict, saying what to do; nothing typed is lost."""
    actor.check(Permission.PUBLIC_SPEAK)
    if proof is None:
        raise Conflict("proof_missing")
    bits = signed_bits(session.info["audit_key"], proof.token, form, now)
    if bits is None:
        raise Conflict("proof_expired")
    if not solves(proof, bits):
        raise Conflict("proof_missing")
    session.execute(sa.delete(SpentChallenge).where(SpentChallenge.spent_at < now - VALID_FOR))
    used = hashlib.sha256(proof.token.encode()).hexdigest()
    if session.get(SpentChallenge, used) is not None:
        raise Conflict("proof_expired")
    session.add(SpentChallenge(hash=used, spent_at=now))
    session.flush()


def signed_bits(key: bytes, token: str, form: str, now: datetime) -> int | None:
    """The difficulty a token of ours asks for, if it belongs to the form and has not expired; None otherwise."""
    body, _, signed = token.rpartition(SEPARATOR)
    if not hmac.compare_digest(signed.encode(), signature(key, body).encode()):
        return None
    of_form, issued, bits, _nonce = body.split(SEPARATOR)
    age = now - datetime.fromtimestamp(int(issued) / 1e6, UTC)
    return int(bits) if of_form == form and timedelta(0) <= age <= VALID_FOR else None


def solves(proof: Proof, bits: int) -> bool:
    """True when the number makes the digest begin with so many zero bits."""
    if not (proof.answer.isascii() and proof.answer.isdigit() and len(proof.answer) <= MOST_DIGITS):
        return False
    digest = hashlib.sha256(f"{proof.token}:{proof.answer}".encode()).digest()
    return int.from_bytes(digest) >> (len(digest) * 8 - bits) == 0


def signature(key: bytes, body: str) -> str:
    return hmac.new(key, f"challenge {body}".encode(), hashlib.sha256).hexdigest()
