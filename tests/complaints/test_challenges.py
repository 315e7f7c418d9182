"""Proof of work before the public files: solved by the device, checked here, used once."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from qs.actor import PUBLIC
from qs.complaints.challenges import (
    ASKING,
    CALM_FILINGS,
    EASY_BITS,
    MOST_BITS,
    VALID_FOR,
    Challenge,
    Proof,
    file_publicly,
    issue_challenge,
    needed_bits,
    solves,
    spend_proof,
)
from qs.complaints.models import Filing, Request, SpentChallenge
from qs.complaints.terms import NewRequest, RequestKind
from qs.errors import Conflict, InvalidInput, NotAllowed
from tests.complaints.desk import build_desk

MATTER = NewRequest(RequestKind.HELP, "路灯坏了", "单元门口的路灯坏了三天。", latitude=30.1, longitude=114.2)


def solved(task: Challenge) -> Proof:
    """What a device does."""
    tried = (Proof(task.token, str(number)) for number in count())
    return next(proof for proof in tried if solves(proof, task.bits))


@pytest.fixture
def task(store, now) -> Challenge:
    with store.reading() as session:
        return issue_challenge(session, ASKING, actor=PUBLIC, now=now)


def spend(store, proof, moment, form=ASKING) -> None:
    with store.writing() as session:
        spend_proof(session, proof, form, actor=PUBLIC, now=moment)


def refusal(store, proof, moment, form=ASKING) -> str:
    with pytest.raises(Conflict) as refused:
        spend(store, proof, moment, form)
    return refused.value.reason


def test_a_solved_challenge_is_accepted_once(store, now, task):
    proof = solved(task)
    spend(store, proof, now)
    assert refusal(store, proof, now) == "proof_expired"


def test_without_a_solution_nothing_is_accepted(store, now, task):
    good = solved(task)
    assert refusal(store, None, now) == "proof_missing"
    for answer in ("", "-1", "１", "1" * 13, str(int(good.answer) + 1)):
        wrong = Proof(task.token, answer)
        if not solves(wrong, task.bits):
            assert refusal(store, wrong, now) == "proof_missing"


def test_a_challenge_of_another_form_or_an_old_one_is_refused(store, now, task):
    proof = solved(task)
    assert refusal(store, proof, now, form="suggest") == "proof_expired"
    assert refusal(store, proof, now + VALID_FOR + timedelta(seconds=1)) == "proof_expired"
    assert refusal(store, proof, now - timedelta(seconds=1)) == "proof_expired"
    spend(store, proof, now + VALID_FOR)


def test_nobody_makes_challenges_of_their_own(store, now, task):
    easy = task.token.replace(f".{EASY_BITS}.", ".1.")
    assert refusal(store, solved(Challenge(easy, 1)), now) == "proof_expired"
    assert refusal(store, Proof("nonsense", "1"), now) == "proof_expired"


def test_what_was_used_is_forgotten_when_it_has_expired(store, now, task):
    spend(store, solved(task), now)
    with store.reading() as session:
        later = issue_challenge(session, ASKING, actor=PUBLIC, now=now + VALID_FOR * 2)
    spend(store, solved(later), now + VALID_FOR * 2)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SpentChallenge)) == 1


@pytest.mark.parametrize(
    ("filings", "bits"),
    [
        (0, EASY_BITS),
        (CALM_FILINGS - 1, EASY_BITS),
        (CALM_FILINGS, EASY_BITS + 1),
        (CALM_FILINGS * 4, EASY_BITS + 3),
        (CALM_FILINGS * 40, MOST_BITS),
    ],
)
def test_the_work_grows_with_what_comes_in(store, now, filings, bits):
    with store.writing() as session:
        session.add_all(Filing(address="a", at=now) for _ in range(filings))
        session.flush()
        assert needed_bits(session, now) == bits
        assert needed_bits(session, now + timedelta(hours=2)) == EASY_BITS


def test_a_request_is_filed_for_a_proof_and_not_without(store, now):
    build_desk(store)
    with store.reading() as session:
        task = issue_challenge(session, ASKING, actor=PUBLIC, now=now)
    by = {"actor": PUBLIC, "now": now, "address": "a" * 64}
    with pytest.raises(Conflict), store.writing() as session:
        file_publicly(session, MATTER, None, **by)
    with store.writing() as session:
        file_publicly(session, MATTER, solved(task), **by)
    with store.reading() as session:
        kept = session.scalars(sa.select(Request)).one()
        assert (kept.latitude, kept.longitude) == (30.1, 114.2)


def test_a_refused_filing_leaves_its_proof_unspent(store, now, task):
    build_desk(store)
    faulty = NewRequest(RequestKind.HELP, "", "")
    proof = solved(task)
    with pytest.raises(InvalidInput), store.writing() as session:
        file_publicly(session, faulty, proof, actor=PUBLIC, now=now, address="a" * 64)
    spend(store, proof, now)


def test_staff_need_no_challenge_and_get_none(store, now):
    desk = build_desk(store)
    with pytest.raises(NotAllowed), store.reading() as session:
        issue_challenge(session, ASKING, actor=desk.leader, now=now)


@given(token=st.text(max_size=40), answer=st.text(max_size=14), bits=st.integers(1, 24))
def test_whatever_is_sent_is_judged_without_an_exception(token, answer, bits):
    assert solves(Proof(token.encode("ascii", "ignore").decode(), answer), bits) in (True, False)
