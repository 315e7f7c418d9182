"""Personal data in what people write: found by their rules, hidden, and shown for a reason only."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.complaints import details, queries
from qs.complaints.protection import own_words
from qs.complaints.redaction import CHECK_SIGNS, CODE_WEIGHTS, findings, is_card_number, is_identity_number, redacted
from qs.complaints.terms import Personal, RequestState, StepKind
from qs.errors import InvalidInput, NotAllowed, NotFound
from tests.complaints.desk import HOUR, at_stage, build_desk, file, version

IDENTITY = "11010519491231002X"  # the example of GB 11643-1999
CARD = "6222021234567894"


def kinds(text):
    return [one.kind for one in findings(text)]


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("我的手机13812345678，请回电", Personal.PHONE, "我的手机13*********，请回电"),
        ("电话 138-1234-5678", Personal.PHONE, "电话 13***********"),
        ("+86 13812345678", Personal.PHONE, "+8*************"),
        ("手机１３８１２３４５６７８", Personal.PHONE, "手机１３*********"),
        ("座机0571-87654321", Personal.PHONE, "座机05***********"),
        ("座机(010)87654321", Personal.PHONE, "座机(0***********"),
        (f"身份证{IDENTITY}", Personal.IDENTITY, "身份证11****************"),
        (f"身份证{IDENTITY.lower()}。", Personal.IDENTITY, "身份证11****************。"),
        (f"卡号{CARD}", Personal.CARD, "卡号62**************"),
        ("卡号6222 0212 3456 7894", Personal.CARD, "卡号62*****************"),
        ("车牌浙A12345堵住消防通道", Personal.PLATE, "车牌浙A*****堵住消防通道"),
        ("新能源车粤BD12345", Personal.PLATE, "新能源车粤B******"),
        ("写信到 zhang.san@example.org 即可", Personal.EMAIL, "写信到 z********@example.org 即可"),
    ],
)
def test_personal_data_are_found_and_all_but_a_hint_is_hidden(text, kind, shown):
    assert kinds(text) == [kind]
    assert redacted(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "夜里没有分诊台，等了三个小时。",
        "编号2026-000123，第12路公交车在8:30没有来",
        "2026年11月23日上午，交了12345.60元",
        "拨打12345没有人接",
        f"{IDENTITY[:-1]}1",  # wrong check sign, and no card either
        "11010519491331002X",  # no thirteenth month
        "6222021234567895",  # wrong check digit
        "订单号138123456789",  # twelve digits are no mobile
        "京东商城",
        "浙ABCDE",  # a plate has a digit
        "面积为1234567890123456789012平方米",
    ],
)
def test_ordinary_words_and_numbers_are_left_alone(text):
    assert findings(text) == []
    assert redacted(text) == text


@given(st.text(alphabet="0123456789", min_size=14, max_size=14), st.integers(1, 9))
def test_exactly_one_check_sign_makes_an_identity_number(digits, first):
    body = f"{first}{digits[:5]}19490131{digits[5:8]}"
    right = [sign for sign in CHECK_SIGNS if is_identity_number(body + sign)]
    total = sum(weight * int(sign) for weight, sign in zip(CODE_WEIGHTS, body, strict=True))
    assert right == [CHECK_SIGNS[total % 11]]


@given(st.text(alphabet="0123456789", min_size=15, max_size=18))
def test_exactly_one_check_digit_makes_a_card_number(digits):
    right = [digit for digit in "0123456789" if is_card_number(f"6{digits}{digit}")]
    assert len(right) == 1


@given(st.text(alphabet="0138浙A@. -x中电", max_size=60))
def test_hiding_keeps_the_length_and_is_done_once(text):
    hidden = redacted(text)
    assert len(hidden) == len(text)
    assert redacted(hidden) == hidden


def test_a_thousand_long_texts_take_less_than_half_a_second():
    chance = random.Random(5)
    words = "夜里没有分诊台等了三个小时手机13812345678请回电编号2026000123车牌浙A12345"
    texts = ["".join(chance.choice(words) for _ in range(300)) for _ in range(1000)]
    begun = time.perf_counter()
    for text in texts:
        redacted(text)
    assert time.perf_counter() - begun < 0.5


def test_a_case_shows_its_words_hidden_and_in_clear_for_a_reason_that_stays_with_it(store, now):
    desk = build_desk(store)
    with store.writing() as session:
        wanted = {"title": "请联系13812345678", "text": f"身份证{IDENTITY}，急诊等了三小时"}
        request_id = file(session, desk, now, **wanted).request_id
        shown = details.request_detail(session, request_id, actor=desk.hotline)
        assert (shown.title, shown.is_redacted) == ("请联系13*********", True)
        assert IDENTITY not in shown.text
        titles = queries.open_requests(session, actor=desk.hotline, now=now)["title"]
        assert titles.tolist() == ["请联系13*********"]
        words = own_words.reveal_text(session, request_id, "回访核对", actor=desk.hotline, now=now + HOUR)
        assert words.text == wanted["text"]
        last = details.request_detail(session, request_id, actor=desk.supervisor).steps[-1]
        assert (last.kind, last.note, last.code) == (StepKind.NOTED, "回访核对", own_words.SHOWN)
        assert version(session, desk, request_id) == 1


def test_words_are_not_revealed_without_a_reason_to_units_or_out_of_reach(store, now):
    desk = build_desk(store)
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        with pytest.raises(InvalidInput):
            own_words.reveal_text(session, request_id, "看看", actor=desk.hotline, now=now)
        for actor in (desk.leader, desk.head, desk.foreign_leader):
            with pytest.raises(NotAllowed):
                own_words.reveal_text(session, request_id, "回访核对", actor=actor, now=now)
        with pytest.raises(NotFound):
            own_words.reveal_text(session, 999, "回访核对", actor=desk.hotline, now=now)
