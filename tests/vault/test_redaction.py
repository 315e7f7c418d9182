"""Personal data in what people write: found by their rules, and all but a hint of them hidden."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.vault.redaction import CHECK_SIGNS, CODE_WEIGHTS, findings, is_card_number, is_identity_number, redacted
from qs.vault.terms import PersonalKind

IDENTITY = "11010519491231002X"  # the example of GB 11643-1999
CARD = "6222021234567894"


def kinds(text):
    return [one.kind for one in findings(text)]


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("我的手机13812345678，请回电", PersonalKind.PHONE, "我的手机13*********，请回电"),
        ("电话 138-1234-5678", PersonalKind.PHONE, "电话 13***********"),
        ("+86 13812345678", PersonalKind.PHONE, "+8*************"),
        ("手机１３８１２３４５６７８", PersonalKind.PHONE, "手机１３*********"),
        ("座机0571-87654321", PersonalKind.PHONE, "座机05***********"),
        ("座机(010)87654321", PersonalKind.PHONE, "座机(0***********"),
        (f"身份证{IDENTITY}", PersonalKind.IDENTITY, "身份证11****************"),
        (f"身份证{IDENTITY.lower()}。", PersonalKind.IDENTITY, "身份证11****************。"),
        (f"卡号{CARD}", PersonalKind.CARD, "卡号62**************"),
        ("卡号6222 0212 3456 7894", PersonalKind.CARD, "卡号62*****************"),
        ("车牌浙A12345堵住消防通道", PersonalKind.PLATE, "车牌浙A*****堵住消防通道"),
        ("新能源车粤BD12345", PersonalKind.PLATE, "新能源车粤B******"),
        ("写信到 zhang.san@example.org 即可", PersonalKind.EMAIL, "写信到 z********@example.org 即可"),
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
