"""Many people with one text are found; texts about one matter in other words are not one text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qs.topics.echoes import ALIKE, echo_groups, likeness, shingles

PETITION = "我是海棠苑{n}号楼业主，小区三年没有供上暖气，室温只有十四度，请督促供热公司接通管网，让大家过一个暖冬。"


def test_a_text_that_many_people_send_in_is_one_text():
    texts = [PETITION.format(n=one) for one in range(1, 9)]
    assert echo_groups(["公交车晚点很多。", *texts, "垃圾没有人清运。"]) == [0, *[1] * 8, 9]


def test_an_english_petition_with_own_additions_is_one_text():
    said = "The library must not close on Saturdays: many families can only come at the weekend. {name}"
    groups = echo_groups([said.format(name=name) for name in ("Kind regards", "Signed, a reader", "")])
    assert groups == [0, 0, 0]


def test_the_same_matter_in_other_words_is_another_text():
    assert echo_groups(["暖气不热，室温只有十四度。", "供热公司一直不来测温，家里很冷。"]) == [0, 1]


def test_texts_without_any_words_are_not_alike():
    assert echo_groups(["", "", "12 34"]) == [0, 1, 2]
    assert likeness(shingles(""), shingles("")) == 0.0


@given(st.lists(st.text(alphabet="暖气不热公交晚点垃圾桶", min_size=6, max_size=12), max_size=12))
def test_a_group_is_known_by_its_first_text_and_nearly_the_same_ones_share_one(texts):
    groups = echo_groups(texts)
    for place, first in enumerate(groups):
        assert first <= place
        assert groups[first] == first
    for place, text in enumerate(texts):
        if text in texts[:place]:
            assert groups[place] == groups[texts.index(text)]


def test_pairs_well_above_the_likeness_are_found():
    base = "小区三年没有供上暖气室温只有十四度请督促供热公司接通管网让大家过一个暖冬"
    changed = base.replace("十四", "十二")
    assert likeness(shingles(base), shingles(changed)) > ALIKE
    assert echo_groups([base, changed]) == [0, 0]
