"""Personal data: encrypted per person, masked for the case, revealed for a reason, erased for good."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from qs.actor import PUBLIC, Role
from qs.audit.models import AuditEntry
from qs.errors import InvalidInput, NotAllowed, NotFound
from qs.i18n import Language
from qs.vault import actions, holds, queries, rules
from qs.vault.models import VaultKey, VaultPerson, VaultReveal
from qs.vault.terms import Ground, HoldReason, Personal
from tests.world import SUPERVISOR, person

HOTLINE = person(Role.HOTLINE_OPERATOR, username="hotline")
ADMINISTRATOR = person(Role.ADMINISTRATOR, username="admin")
LEADER = person(Role.SERVICE_LEADER, username="leader")
DAY = timedelta(days=1)
KEY, NONCE, SECRET = b"k" * 32, b"n" * 12, b"s" * 32
WANG = Personal("王小明", "13812345678", "wang@example.org", "澜平市东湖区滨河路18号")


def keep(session, now, **data):
    return actions.keep_person(session, **{"name": "王小明", "phone": "138 1234 5678", **data}, actor=PUBLIC, now=now)


def hold(session, vault_id, until, now, actor=ADMINISTRATOR):
    return holds.hold_person(
        session, vault_id, until, reason=HoldReason.LAWSUIT, reference="（2026）澜01民初12号", actor=actor, now=now
    )


@pytest.fixture
def wang(store, now):
    with store.writing() as session:
        return keep(session, now, email="wang@example.org", address="澜平市东湖区滨河路18号")


def test_a_case_sees_hints_only(store, wang):
    with store.reading() as session:
        shown = queries.masked(session, [wang], actor=LEADER)[wang]
    assert (shown.name, shown.phone, shown.email) == ("王**", "138****5678", "w***@example.org")
    assert shown.address == "澜平市东湖区****"


def test_nothing_of_a_person_stands_in_the_store_in_clear(store, wang):
    with store.reading() as session:
        content = session.scalars(sa.select(VaultPerson.content)).one()
        facts = session.scalars(sa.select(AuditEntry.facts)).all()
    assert "王小明".encode() not in content
    assert b"5678" not in content
    assert "王小明" not in repr(facts)


def test_every_person_has_a_key_of_their_own(store, now):
    with store.writing() as session:
        first, second = keep(session, now), keep(session, now)
        wrapped = {key.vault_id: key.wrapped for key in session.scalars(sa.select(VaultKey))}
    assert wrapped[first] != wrapped[second]


def test_a_reveal_gives_the_data_and_leaves_the_reason_and_a_trace_without_content(store, wang, now):
    with store.writing() as session:
        given = actions.reveal(session, wang, subject="request:7", reason="回访核实地址", actor=HOTLINE, now=now)
    assert given == Personal("王小明", "138 1234 5678", "wang@example.org", "澜平市东湖区滨河路18号")
    with store.reading() as session:
        (look,) = queries.reveals(session, wang, actor=SUPERVISOR)
        entry = session.scalars(sa.select(AuditEntry)).one()
    assert (look.username, look.subject, look.reason) == ("hotline", "request:7", "回访核实地址")
    assert (entry.action, entry.facts) == ("vault.revealed", {"subject": "request:7"})


def test_who_was_kept_before_languages_were_asked_for_is_spoken_to_in_chinese():
    old = json.dumps({"name": "王小明", "phone": "", "email": "", "address": ""}).encode()
    content = NONCE + AESGCM(KEY).encrypt(NONCE, old, b"one")
    assert rules.opened(KEY, "one", content) == Personal("王小明", "", "", "", Language.ZH)
    smith = Personal("Smith", "", "", "", Language.EN)
    assert rules.opened(KEY, "one", rules.sealed(KEY, NONCE, "one", smith)) == smith


@pytest.mark.parametrize("reason", ["", "  看 ", "看一下", "长" * 400])
def test_a_reveal_without_a_fit_reason_shows_and_keeps_nothing(store, wang, now, reason):
    with pytest.raises(InvalidInput), store.writing() as session:
        actions.reveal(session, wang, subject="request:7", reason=reason, actor=HOTLINE, now=now)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(VaultReveal.id))) == 0


@pytest.mark.parametrize("actor", [LEADER, ADMINISTRATOR, PUBLIC])
def test_who_may_not_know_is_refused(store, wang, now, actor):
    with pytest.raises(NotAllowed), store.writing() as session:
        actions.reveal(session, wang, subject="request:7", reason="想知道是谁", actor=actor, now=now)


def test_erasing_destroys_the_key_and_leaves_a_tombstone(store, wang, now):
    with store.writing() as session:
        actions.erase_person(session, wang, ground=Ground.CONSENT_WITHDRAWN, actor=ADMINISTRATOR, now=now)
    with store.reading() as session:
        left = session.get_one(VaultPerson, wang)
        assert (left.content, left.contact_hash, left.ground) == (None, None, Ground.CONSENT_WITHDRAWN)
        assert session.get(VaultKey, wang) is None
        assert queries.masked(session, [wang], actor=LEADER)[wang].is_erased
    with pytest.raises(NotFound), store.writing() as session:
        actions.reveal(session, wang, subject="request:7", reason="回访核实地址", actor=HOTLINE, now=now)
    with pytest.raises(NotFound), store.writing() as session:
        actions.erase_person(session, wang, ground=Ground.UNLAWFUL, actor=ADMINISTRATOR, now=now)


def test_held_data_cannot_be_erased_until_the_hold_is_over(store, wang, now):
    with store.writing() as session:
        hold(session, wang, date(2026, 11, 30), now)
    with pytest.raises(actions.PersonOnHold), store.writing() as session:
        actions.erase_person(session, wang, ground=Ground.RETENTION_OVER, actor=ADMINISTRATOR, now=now)
    with store.writing() as session:
        later = now + 8 * DAY
        actions.erase_person(session, wang, ground=Ground.RETENTION_OVER, actor=ADMINISTRATOR, now=later)


def test_only_the_administrator_erases_and_holds(store, wang, now):
    for attempt in (
        lambda session: actions.erase_person(session, wang, ground=Ground.UNLAWFUL, actor=SUPERVISOR, now=now),
        lambda session: hold(session, wang, date(2027, 1, 1), now, actor=SUPERVISOR),
    ):
        with pytest.raises(NotAllowed), store.writing() as session:
            attempt(session)


def test_the_same_number_is_recognised_however_it_is_typed_but_not_across_years(store, now):
    with store.writing() as session:
        first = keep(session, now, phone="+86 138-1234-5678")
        second = keep(session, now, phone="13812345678", name="王先生")
        keep(session, now, phone="13812345679")
        keep(session, now + 60 * DAY, phone="13812345678")
        keep(session, now, phone="", email="wang@example.org")
    with store.reading() as session:
        assert queries.same_contact(session, first, actor=HOTLINE) == (second,)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"name": "", "phone": ""}, "contact_empty"),
        ({"phone": "一三八"}, "phone_unreadable"),
        ({"email": "wang@"}, "email_unreadable"),
        ({"name": "王" * 61}, "text_too_long"),
        ({"name": "王\x00"}, "text_characters"),
    ],
)
def test_unusable_data_are_refused(store, now, data, code):
    with pytest.raises(InvalidInput) as caught, store.writing() as session:
        keep(session, now, **data)
    assert code in {problem.code for problem in caught.value.problems}


def test_content_opens_with_its_own_key_and_pseudonym_only():
    content = rules.sealed(KEY, NONCE, "p1", WANG)
    assert rules.opened(KEY, "p1", content) == WANG
    for key, pseudonym, altered in ((b"x" * 32, "p1", content), (KEY, "p2", content), (KEY, "p1", content[:-1] + b"0")):
        with pytest.raises(rules.DataUnreadable):
            rules.opened(key, pseudonym, altered)


def test_another_installations_secret_opens_nothing():
    wrapped = rules.wrapped(SECRET, NONCE, "p1", KEY)
    assert rules.unwrapped(SECRET, "p1", wrapped) == KEY
    with pytest.raises(rules.DataUnreadable):
        rules.unwrapped(b"t" * 32, "p1", wrapped)


@pytest.mark.parametrize(
    ("phone", "shown"), [("12345", "***45"), ("0571-8888", "057*8888"), ("+86 138 1234 5678", "138****5678"), ("", "")]
)
def test_phone_numbers_keep_their_ends_only(phone, shown):
    assert rules.masked_phone(phone) == shown
