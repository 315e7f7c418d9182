"""A rule reads as one sentence, in both languages, whatever its conditions are."""

from __future__ import annotations

from itertools import product

import pytest

from qs.i18n import Language, use_language
from qs.incentives.rule_sentences import MeasureWords, figure_words, rule_sentence, value_words
from qs.incentives.terms import SHARES, Comparison, Condition, Consequence, Figure, FigureKey, RuleContent, Subject

WORDS = {
    "on-time": MeasureWords("按时率", "On time", is_share=True),
    "waiting": MeasureWords("等候", "Waiting", "分钟", "min"),
}


def sentence(*conditions: Condition, consequence: Consequence = Consequence.PRAISE) -> str:
    return rule_sentence(RuleContent(consequence, conditions), WORDS)


def test_a_reward_names_its_evidence_its_quarters_its_cases_and_the_veto():
    condition = Condition(Subject.MEASURE, Comparison.AT_LEAST, 0.9, "on-time", at_bound=True, quarters=2, min_n=100)
    assert sentence(condition) == (
        "When, for one service, “On time” is at least 90% even at the lower end of its 95 % interval in 2 quarters "
        "in a row, with at least 100 cases in each, and no veto item stands against it in that quarter, "
        "the office proposes: Circulated praise."
    )


def test_the_same_in_chinese():
    use_language(Language.ZH)
    condition = Condition(Subject.MEASURE, Comparison.BELOW, 20.5, "waiting", at_bound=True, min_n=30)
    other = Condition(Subject.RANK, Comparison.AT_MOST, 3)
    assert sentence(condition, other, consequence=Consequence.CIRCULAR) == (
        "某项服务如果“等候”就算按 95% 区间上端也低于 20.5 分钟，样本不少于 30 件，且名次不高于 3，就建议通报批评。"
    )


@pytest.mark.parametrize("language", list(Language))
def test_every_kind_of_condition_has_its_sentence(language):
    use_language(language)
    for subject, comparison, at_bound, quarters, min_n in product(Subject, Comparison, (0, 1), (1, 3), (0, 50)):
        measure = "waiting" if subject is Subject.MEASURE else ""
        condition = Condition(subject, comparison, 0.5, measure, bool(at_bound), quarters, min_n)
        text = sentence(condition)
        assert "{" not in text
        assert ("50%" in text) == (subject in SHARES)


def test_an_empty_rule_says_that_it_is_empty():
    assert "no condition yet" in sentence()


def test_figures_carry_their_interval_and_missing_ones_a_dash():
    key = FigureKey(Subject.MEASURE, "on-time")
    assert figure_words(key, Figure(0.95, 0.92, 0.97, 400), WORDS) == "95.0% (92.0%–97.0%)"
    assert figure_words(key, Figure(0.95), WORDS) == "95.0%"
    assert figure_words(key, Figure(), WORDS) == "—"
    assert value_words(FigureKey(Subject.MEASURE, "gone"), 1.25, {}) == "1.2"
