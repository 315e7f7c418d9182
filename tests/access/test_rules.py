"""What names and passwords may be, and when guessing stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.access import rules
from qs.access.rules import Failures, Limits, NameRefused, PasswordRefused, UsernameRefused
from qs.actor import EVERYWHERE, Grant, Role, Scope, ScopeKind

LIMITS = Limits(name=5, address=50, system=1000, window=timedelta(minutes=15))
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(("typed", "kept"), [("Chen.Jing", "chen.jing"), (" ａｄｍｉｎ ", "admin"), ("a_1-b", "a_1-b")])
def test_a_username_is_kept_in_one_form(typed, kept):
    assert rules.checked_username(typed) == kept


@pytest.mark.parametrize("typed", ["", "a", "a" * 33, "аdmin", "ad min", "陈静", "a\u200bb", "ad\nmin"])
def test_a_confusable_username_is_refused(typed):
    with pytest.raises(UsernameRefused):
        rules.checked_username(typed)


@given(st.text(max_size=40))
def test_a_username_that_is_kept_is_plain(typed):
    try:
        kept = rules.checked_username(typed)
    except UsernameRefused:
        return
    assert rules.USERNAME.fullmatch(kept)
    assert rules.checked_username(kept) == kept


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("elevenchars", "password_too_short"),
        ("汉" * 25, "password_too_long"),
        ("Administrator", "password_too_common"),
        ("aaaaaaaaaaaaaa", "password_too_common"),
        ("my name is Ann!", "password_too_common"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password, reason):
    with pytest.raises(PasswordRefused) as refused:
        rules.check_password(password, username="ann")
    assert refused.value.reason == reason


@pytest.mark.parametrize("password", ["twelve chars", "汉字也可以作为密码用吗当然", "x1" * 5 + "yz"])
def test_a_long_password_is_enough(password):
    rules.check_password(password, username="ann")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\u202eb", "a\x00b", "a\nb"])
def test_a_name_must_be_visible(name):
    with pytest.raises(NameRefused):
        rules.checked_name(name)


def test_a_chinese_name_of_one_sign_is_a_name():
    assert rules.checked_name(" 王 ") == "王"


@pytest.mark.parametrize(
    ("failures", "throttled"),
    [
        (Failures(name=4, address=49, system=999), False),
        (Failures(name=5, address=0, system=0), True),
        (Failures(name=0, address=50, system=0), True),
        (Failures(name=0, address=0, system=1000), True),
    ],
)
def test_guessing_stops_at_each_limit(failures, throttled):
    assert rules.is_throttled(failures, LIMITS) is throttled


@pytest.mark.parametrize(
    ("change", "is_open"),
    [
        ({}, True),
        ({"ended": True}, False),
        ({"present_epoch": 1}, False),
        ({"expires_at": NOW}, False),
        ({"last_seen_at": NOW - timedelta(minutes=30)}, False),
        ({"last_seen_at": NOW - timedelta(minutes=29, seconds=59)}, True),
    ],
)
def test_a_session_counts_until_it_ends_ages_or_rests(change, is_open):
    usual = {
        "created_epoch": 0,
        "present_epoch": 0,
        "ended": False,
        "last_seen_at": NOW,
        "expires_at": NOW + timedelta(hours=10),
        "now": NOW,
        "idle": timedelta(minutes=30),
    }
    assert rules.is_session_open(**{**usual, **change}) is is_open


def test_the_services_of_one_role_become_one_scope():
    rows = [
        (Role.SERVICE_LEADER, ScopeKind.SERVICES, 3),
        (Role.SERVICE_LEADER, ScopeKind.SERVICES, 7),
        (Role.INSPECTOR, ScopeKind.ALL, 0),
        (Role.SERVICE_LEADER, ScopeKind.PROVIDER, 1),
    ]
    assert rules.grants(rows) == (
        Grant(Role.SERVICE_LEADER, Scope(ScopeKind.SERVICES, frozenset({3, 7}))),
        Grant(Role.INSPECTOR, EVERYWHERE),
        Grant(Role.SERVICE_LEADER, Scope(ScopeKind.PROVIDER, frozenset({1}))),
    )


def test_keyed_hashes_differ_by_key_and_purpose():
    hashes = {rules.keyed_hash(key, use, "ann") for key in (b"a", b"b") for use in ("names", "addresses")}
    assert len(hashes) == 4
