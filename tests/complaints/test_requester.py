"""Requesters and their own data: masked with the code, corrected or erased only by who knows what is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC
from qs.audit.models import AuditEntry
from qs.complaints.protection import requester
from qs.complaints.protection.requester import TRIES_PER_DAY, VALID_FOR, ContactNotProven
from qs.complaints.terms import NewContact
from qs.errors import Conflict, InvalidInput, NotFound
from qs.vault.erasures import ErasurePending
from qs.vault.models import VaultErasure
from qs.vault.queries import personal, same_contact
from qs.vault.terms import IdentityProof
from tests.complaints.desk import build_desk, file

WANG = NewContact("王小明", "138 1234 5678", "wang@home.example")


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def code(store, desk, now):
    with store.writing() as session:
        return file(session, desk, now, contact=WANG).receipt_code


def check(store, code, known, now):
    with store.writing() as session:
        return requester.check_contact(session, code, known, actor=PUBLIC, now=now)


def test_the_code_alone_shows_hints_only(store, code):
    with store.reading() as session:
        found = requester.own_contact(session, code, actor=PUBLIC)
    assert (found.masked.name, found.masked.phone) == ("王**", "138****5678")
    assert found.erasure is None


def test_an_anonymous_request_has_no_contact(store, desk, now):
    with store.writing() as session:
        code = file(session, desk, now, contact=None).receipt_code
        assert requester.own_contact(session, code, actor=PUBLIC) is None
    with pytest.raises(NotFound, match="contact_none"):
        check(store, code, "13812345678", now)


@pytest.mark.parametrize("known", ["13812345678", "+86 138-1234-5678", " WANG@home.example "])
def test_number_or_address_are_recognised_however_they_are_typed(store, code, now, known):
    assert check(store, code, known, now).is_own


@pytest.mark.parametrize("known", ["", "5678", "13812345679", "王小明", "wang"])
def test_nothing_less_will_do(store, code, now, known):
    found = check(store, code, known, now)
    assert (found.is_own, found.proof, found.tries_left) == (False, "", TRIES_PER_DAY - 1)


def test_after_five_wrong_answers_even_the_right_one_waits_for_tomorrow(store, code, now):
    for _ in range(TRIES_PER_DAY):
        check(store, code, "13800000000", now)
    with pytest.raises(Conflict, match="contact_checks_too_many"):
        check(store, code, "13812345678", now)
    assert check(store, code, "13812345678", now + timedelta(days=1, seconds=1)).is_own


def test_a_contact_is_corrected_under_the_same_key_and_found_by_its_new_number(store, desk, code, now):
    proof = check(store, code, "13812345678", now).proof
    with store.writing() as session:
        wanted = NewContact("王小明", "13900001111")
        requester.correct_contact(session, code, wanted, proof=proof, actor=PUBLIC, now=now)
    with store.writing() as session:
        other = file(session, desk, now, contact=NewContact("", "13900001111")).request_id
        assert personal(session, 1).phone == "13900001111"
        assert personal(session, 1).email == ""
        assert same_contact(session, 1, actor=desk.hotline) == (2,)
        assert other
    with store.reading() as session:
        assert "1390000" not in repr(session.scalars(sa.select(AuditEntry.facts)).all())


def test_an_empty_contact_is_refused_and_nothing_changes(store, code, now):
    proof = check(store, code, "13812345678", now).proof
    with pytest.raises(InvalidInput), store.writing() as session:
        requester.correct_contact(session, code, NewContact(), proof=proof, actor=PUBLIC, now=now)
    with store.reading() as session:
        assert personal(session, 1).email == "wang@home.example"


def test_a_wish_to_be_erased_waits_for_the_office(store, code, now):
    proof = check(store, code, "13812345678", now).proof
    with store.writing() as session:
        requester.ask_erasure(session, code, proof=proof, actor=PUBLIC, now=now)
    with store.reading() as session:
        wish = session.scalars(sa.select(VaultErasure)).one()
        assert (wish.proof, wish.checked_by_id, wish.decided_at) == (IdentityProof.CODE_AND_CONTACT, None, None)
        assert requester.own_contact(session, code, actor=PUBLIC).erasure.is_granted is None
    with pytest.raises(ErasurePending), store.writing() as session:
        requester.ask_erasure(session, code, proof=proof, actor=PUBLIC, now=now)


def test_a_pass_is_good_for_half_an_hour_and_for_its_own_request(store, desk, code, now):
    proof = check(store, code, "13812345678", now).proof
    with store.writing() as session:
        other = file(session, desk, now, contact=WANG).receipt_code
    late = now + VALID_FOR + timedelta(seconds=1)
    for used, given, at in ((code, proof, late), (other, proof, now), (code, "", now), (code, "99999999999.aa", now)):
        with pytest.raises(ContactNotProven), store.writing() as session:
            requester.ask_erasure(session, used, proof=given, actor=PUBLIC, now=at)
