"""Signs of made ratings: each by hand, what is innocent or missing, and what planted campaigns and chance give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qs.stats.manipulation import (
    Sign,
    bursts,
    concentration,
    rating_shift,
    rhythm,
    shares_with_and_without,
    suspicions,
)

USUAL = [0.05, 0.1, 0.15, 0.3, 0.4]  # shares of the five levels


def test_thirty_on_a_day_after_ten_a_day_is_a_burst_and_ten_are_none():
    """280 in 28 days: the 29th is negative binomial with size 280.5 and probability 28/29."""
    counts = np.full((2, 29), 10.0)
    counts[1, 28] = 30
    found = bursts(counts, dispersion=[1.0, 1.0])
    assert found.expected[:, 28, 0] == pytest.approx(280.5 / 28)
    assert found.p[:, 28, 0] == pytest.approx(stats.nbinom.sf([9, 29], 280.5, 28 / 29))
    assert found.day_p[0, 28] > 0.5
    assert found.day_p[1, 28] < 0.0001


def test_the_window_of_three_days_is_held_against_the_days_before_it():
    counts = np.array([[4.0] * 28 + [12.0] * 3])
    found = bursts(counts, windows_days=(3,), dispersion=[1.0])
    assert found.counts[0, 30, 0] == 36
    assert found.expected[0, 30, 0] == pytest.approx(112.5 * 3 / 28)


def test_units_whose_days_differ_anyway_need_more_for_a_burst():
    counts = np.tile([0.0, 20.0], (1, 15))
    counts[0, -1] = 30
    calm, wild = bursts(counts, dispersion=[1.0]), bursts(counts)
    assert wild.dispersion[0, -1] > 5
    assert wild.day_p[0, -1] > 0.05 > calm.day_p[0, -1]


def test_too_few_days_before_and_days_without_report_are_no_burst():
    counts = np.full((1, 30), np.nan)
    counts[0, :13], counts[0, 20] = 5, 500
    assert np.isnan(bursts(counts).day_p).all()
    counts[0, :14] = 5
    assert bursts(counts).day_p[0, 20] < 1e-6
    assert np.isnan(bursts(counts).day_p[0, 12])


def test_a_first_rating_after_a_silent_month_is_no_burst_but_twenty_are():
    counts = np.zeros((2, 40))
    counts[:, -1] = [1, 20]
    assert bursts(counts).day_p[0, -1] > 0.01
    assert bursts(counts).day_p[1, -1] < 1e-6


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 9), min_size=40, max_size=40), st.booleans())
def test_every_window_with_enough_days_before_has_a_probability(days, silent):
    found = bursts(np.array([days, [0] * 40 if silent else days], dtype=float))
    assert np.isfinite(found.p[:, 35:]).all()
    assert ((found.p[:, 35:] >= 0) & (found.p[:, 35:] <= 1)).all()
    assert np.isfinite(found.dispersion[:, 35:]).all()


@pytest.mark.parametrize("spread", [1.0, 3.0])
def test_days_by_chance_are_called_bursts_no_more_often_than_said(spread):
    rng = np.random.default_rng(6)
    shape = (300, 80)
    counts = rng.poisson(6, shape) if spread == 1 else rng.negative_binomial(6 / (spread - 1), 1 / spread, shape)
    found = bursts(counts.astype(float)).day_p[:, 35:]
    assert (found < 0.05).mean() < 0.055
    assert (found < 0.001).mean() < 0.003


def test_wrong_counts_are_refused():
    with pytest.raises(ValueError, match=r"shape \(units, days\)"):
        bursts([1.0, 2.0])
    with pytest.raises(ValueError, match="counts are not negative"):
        bursts([[-1.0]])
    with pytest.raises(ValueError, match="one shape"):
        rating_shift([[1, 2]], [[1, 2, 3]], rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="counts are not negative"):
        rating_shift([[1, -2]], [[1, 2]], rng=np.random.default_rng(1))


def test_nothing_but_fives_after_mixed_ratings_is_a_shift():
    found = rating_shift([[10, 20, 30, 60, 80]] * 2, [[1, 3, 5, 9, 12], [0, 0, 0, 0, 30]], rng=np.random.default_rng(1))
    assert found.p[0] > 0.5
    assert found.p[1] == pytest.approx(1 / 2001)
    assert found.best_p[1] == pytest.approx(stats.hypergeom.sf(29, 230, 110, 30))
    assert found.telling_p[0] == 1
    assert found.telling_p[1] < 1e-8
    assert found.stability_index[1] > 0.25 > found.stability_index[0]


def test_the_same_ratings_as_before_are_no_shift_whatever_their_number():
    found = rating_shift([[5, 10, 85]], [[50, 100, 850]], rng=np.random.default_rng(1))
    assert found.chi_square == pytest.approx([0.0], abs=1e-9)
    assert found.p == pytest.approx([1.0])
    assert found.stability_index[0] < 0.01


def test_one_side_without_ratings_has_no_shift():
    found = rating_shift([[0, 0], [3, 4]], [[3, 4], [0, 0]], rng=np.random.default_rng(1))
    assert np.isnan(found.p).all()
    assert np.isnan(found.telling_p).all()


def test_shifts_by_chance_have_small_p_values_no_more_often_than_said():
    rng = np.random.default_rng(2)
    found = rating_shift(rng.multinomial(60, USUAL, 300), rng.multinomial(8, USUAL, 300), rng=rng, permutations=400)
    assert (found.p < 0.05).mean() < 0.08
    assert (found.best_p < 0.05).mean() < 0.07
    assert (found.telling_p < 0.05).mean() < 0.07


def test_the_same_seed_gives_the_same_p():
    tables = [[3, 4, 9]], [[5, 1, 2]]
    first, second = (rating_shift(*tables, rng=np.random.default_rng(5)).p for _ in range(2))
    assert first.tolist() == second.tolist()


def test_devices_by_hand():
    """Unit 0: a, a, a, b and one unknown; unit 1: a, c. Device a is busy in unit 0 but rated elsewhere too."""
    found = concentration([0, 0, 0, 0, 0, 1, 1], ["a", "a", "a", "b", "", "a", "c"], unit_count=3)
    assert found.ratings.tolist() == [4, 2, 0]
    assert found.busy_share[:2].tolist() == [0.75, 0.0]
    assert found.loyal_share[0] == 0
    assert found.largest_share[:2].tolist() == [0.75, 0.5]
    assert found.herfindahl[:2] == pytest.approx([(9 + 1) / 16, 0.5])
    assert np.isnan(found.herfindahl[2])
    assert not found.stands_out.any()


def test_a_busy_device_that_rates_nobody_else_is_loyal():
    found = concentration([0] * 12 + [1], [7] * 3 + list(range(20, 29)) + [8], unit_count=2)
    assert found.loyal_share[0] == 0.25
    assert found.stands_out.tolist() == [True, False]


def test_ratings_without_a_known_source_say_nothing():
    found = concentration([0, 0], [-1, -1], unit_count=1)
    assert np.isnan(found.busy_share[0])
    assert not found.stands_out.any()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), max_size=30), st.randoms(use_true_random=False))
def test_neither_the_order_of_ratings_nor_the_names_of_devices_matter(ratings, order):
    units, devices = (np.array(one, dtype=int) for one in (zip(*ratings, strict=True) if ratings else ([], [])))
    places = list(range(len(ratings)))
    order.shuffle(places)
    ours = concentration(units, devices, unit_count=3)
    theirs = concentration(units[places], [f"d{one}" for one in devices[places]], unit_count=3)
    for one, other in zip(vars(ours).values(), vars(theirs).values(), strict=True):
        assert one == pytest.approx(other, nan_ok=True)


def test_a_programme_that_sends_every_47_seconds_is_heard_among_people():
    rng = np.random.default_rng(3)
    people = np.floor(rng.exponential(300, 100).cumsum())
    made = people[-1] + 47 * np.arange(1, 16)
    found = rhythm([0] * 115 + [1] * 100, [*people, *made, *people], unit_count=3)
    assert found.gap_seconds[0] == 47
    assert found.repeats[0] >= 15
    assert found.p[0] < 1e-6
    assert found.p[1] > 0.01
    assert np.isnan(found.p[2])


@pytest.mark.parametrize("per_second", [0.001, 0.01, 0.1])
def test_people_who_come_by_chance_have_no_rhythm_however_many_they_are(per_second):
    rng = np.random.default_rng(4)
    moments = np.floor(rng.exponential(1 / per_second, (200, 150)).cumsum(axis=1)).ravel()
    found = rhythm(np.repeat(np.arange(200), 150), moments, unit_count=200)
    assert (found.p < 0.05).mean() < 0.05


def test_one_sign_is_not_enough_and_two_are():
    found = suspicions(
        {Sign.VOLUME: [1e-9, 1e-9, 0.5, np.nan], Sign.LEVELS: [0.5, 1e-9, 0.5, np.nan]},
        {Sign.DEVICES: [False, False, True, False]},
    )
    assert found.signs == (Sign.VOLUME, Sign.LEVELS, Sign.DEVICES)
    assert found.shows.sum(axis=1).tolist() == [1, 2, 1, 0]
    assert found.suspected.tolist() == [False, True, False, False]


def test_units_that_stand_out_are_judged_among_themselves():
    """A p of 0.004 drowns among 300 units and stands among the three whose devices are few."""
    volume, few = np.full(300, 0.5), np.arange(300) < 3
    volume[[0, 10]] = 0.004
    found = suspicions({Sign.VOLUME: volume}, {Sign.DEVICES: few})
    assert np.flatnonzero(found.suspected).tolist() == [0]
    assert not found.shows[10].any()


def test_signs_must_fit_together():
    with pytest.raises(ValueError, match="each sign is given once"):
        suspicions({Sign.VOLUME: [0.1]}, {Sign.VOLUME: [True]})
    with pytest.raises(ValueError, match="one entry per unit each"):
        suspicions({Sign.VOLUME: [0.1]}, {Sign.DEVICES: [True, False]})
    with pytest.raises(ValueError, match="from 0 to unit_count - 1"):
        concentration([3], ["a"], unit_count=2)
    with pytest.raises(ValueError, match="one entry per rating"):
        concentration([0], ["a", "b"], unit_count=2)
    with pytest.raises(ValueError, match="one entry per rating"):
        rhythm([0], [1.0, 2.0], unit_count=2)
    with pytest.raises(ValueError, match="one entry per rating"):
        shares_with_and_without([0], [True], [True, False], unit_count=1)


def test_the_score_is_shown_with_and_without_the_marked_ratings():
    """Ten ratings, six good, of which four are marked: 60 % with them, 2 of 6 without; unit 1 has only marked ones."""
    good, marked = [True] * 6 + [False] * 4 + [True], [True] * 4 + [False] * 6 + [True]
    found = shares_with_and_without([0] * 10 + [1], good, marked, unit_count=2)
    assert found.with_all.tolist() == [0.6, 1.0]
    assert found.without[0] == pytest.approx(1 / 3)
    assert np.isnan(found.without[1])
    assert found.around_without.lower[0] < 1 / 3 < found.around_without.upper[0]


def campaign(rng, *, times, days, devices, units=60, made_for=10, mean=8.0):
    """Ratings of 60 units over 42 days, to ten of which a campaign of the last `days` adds `times` the usual number,
    all of the best level and from so many devices; gives back who is suspected."""
    counts = rng.negative_binomial(mean, 0.5, (units, 42))  # variance twice the mean
    added = np.where(np.arange(units) < made_for, round(times * mean * days), 0)
    before = np.array([rng.multinomial(n, USUAL) for n in counts[:, :-days].sum(axis=1)])
    inside_n = counts[:, -days:].sum(axis=1)
    inside = np.array([rng.multinomial(n, USUAL) for n in inside_n])
    inside[:, -1] += added
    daily = counts.astype(float)
    daily[:, -days:] += np.array([np.bincount(rng.integers(days, size=n), minlength=days) for n in added])
    unit = np.concatenate([np.repeat(np.arange(units), inside_n), np.repeat(np.arange(units), added)])
    own = 1000 + np.arange(inside_n.sum())
    device = np.concatenate([own, rng.integers(devices, size=added.sum())])
    volume = bursts(daily).day_p[:, -days:].min(axis=1) * days
    levels = rating_shift(before, inside, rng=rng, permutations=500).telling_p
    few = concentration(unit, device, unit_count=units).stands_out
    return suspicions({Sign.VOLUME: np.minimum(volume, 1.0), Sign.LEVELS: levels}, {Sign.DEVICES: few}).suspected


@pytest.mark.parametrize(
    ("times", "days", "devices", "least"),
    [(5.0, 1, 30, 0.9), (2.0, 3, 3, 0.9), (2.0, 3, 30, 0.7), (1.0, 7, 1, 0.9), (0.5, 7, 30, 0.0)],
)
def test_campaigns_are_found_and_units_without_one_left_alone(times, days, devices, least):
    rng = np.random.default_rng(12)
    suspected = np.concatenate([campaign(rng, times=times, days=days, devices=devices) for _ in range(3)]).reshape(
        3, 60
    )
    assert suspected[:, :10].mean() >= least
    assert suspected[:, 10:].mean() <= 0.01
