"""Expected false alarms: the table says what a new simulation finds."""

import numpy as np
import pytest

from qs.stats.control_charts import Direction, Rule, expected_false_alarms, xmr


@pytest.mark.parametrize("points", [12, 27, 50, 150])
@pytest.mark.parametrize("rules", ["four rules", "four rules, shift of 8", "four rules, guarded", "outside limits"])
def test_a_new_simulation_finds_as_many_as_the_table_says(points, rules):
    values = np.random.default_rng(points).normal(size=(5000, points))
    shift, guard = 8 if "8" in rules else 7, "guarded" in rules
    found = xmr(values, direction=Direction.UP, shift_length=shift, guard=guard)
    flagged = found.rule == Rule.OUTSIDE_LIMITS if rules == "outside limits" else (found.rule > 0) & ~found.weak
    expected = expected_false_alarms([points] * 5000, rules=rules)
    assert flagged[:, -1].mean() == pytest.approx(expected.latest_share[0], abs=0.006)
    assert flagged.any(axis=1).mean() == pytest.approx(expected.any_share[0], abs=0.025)


def test_a_thousand_stable_series_of_three_years_show_seventeen_false_icons():
    found = expected_false_alarms([36] * 1000)
    assert found.latest_count == pytest.approx(17.3, abs=0.1)
    assert found.any_count == pytest.approx(293, abs=1)


def test_series_without_limits_give_no_alarm():
    found = expected_false_alarms([0, 6, 7])
    assert found.latest_share[:2].tolist() == found.any_share[:2].tolist() == [0, 0]
    assert found.latest_share[2] > 0
    assert expected_false_alarms([]).latest_count == 0


def test_longer_series_are_flagged_somewhere_more_often():
    shares = expected_false_alarms(np.arange(7, 400)).any_share
    assert (np.diff(shares) > 0).all()
    assert shares[-1] < 1


@pytest.mark.parametrize(("points", "options"), [([[7]], {}), ([-1], {}), ([7], {"rules": "five rules"})])
def test_a_mistake_in_the_arguments_is_refused(points, options):
    with pytest.raises(ValueError, match=r"points|rules"):
        expected_false_alarms(points, **options)
