"""Which words tell a matter, and that nobody's name or number is among them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.topics.words import matter_words, request_words, words


def test_a_chinese_request_is_known_by_the_words_of_its_matter():
    assert matter_words("38路公交车早高峰不准点，请尽快解决") == ["公交车", "早高峰", "不准点"]


def test_an_english_request_is_known_by_the_words_of_its_matter_in_the_singular():
    assert matter_words("Please repair the broken street lights.") == ["repair", "broken", "light"]


def test_a_request_in_both_languages_gives_the_words_of_both():
    assert matter_words("电梯坏了 the elevator is broken") == ["电梯", "elevator", "broken"]


@pytest.mark.parametrize(
    "text",
    [
        "王建国说暖气不热",
        "李医生说暖气不热",
        "找张某说暖气不热",
        "电话13812345678，暖气不热",
        "身份证11010119900101123X，暖气不热",
        "写信到zhang.san@example.com，暖气不热",
        "车牌京A12345，暖气不热",
        "银行卡6222 0212 3456 7890，暖气不热",
    ],
)
def test_names_and_numbers_of_people_are_never_words_of_a_matter(text):
    found = matter_words(text)
    assert "暖气" in found
    assert not any(part in "".join(found) for part in ("王", "李", "张", "zhang", "san", "example", "1", "京"))


def test_english_names_inside_a_sentence_are_left_out():
    assert "smith" not in matter_words("The heating failed and Mr John Smith did not come, nor did Anna.")
    assert "anna" not in matter_words("The heating failed and Mr John Smith did not come, nor did Anna.")


def test_the_title_counts_twice_because_it_names_the_matter():
    assert request_words("电梯故障", "电梯停了")["电梯"] == 3


def test_words_of_public_service_stay_whole():
    assert "不动产登记" in matter_words("不动产登记要排队")
    assert "课后服务" in matter_words("学校取消了课后服务")


def test_the_list_of_words_does_not_contradict_itself():
    assert not words().protected & words().dropped


@given(st.text(max_size=200))
def test_any_text_gives_words_without_digits_or_signs(text):
    assert all(word.isalpha() and not any(sign.isdigit() for sign in word) for word in matter_words(text))
