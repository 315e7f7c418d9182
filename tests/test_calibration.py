"""The calibration: seeded, honest about what our rules promise, and told in lines that name every way of judging."""

from __future__ import annotations

import numpy as np
import pytest

from qs import cli
from qs.calibration import (
    JUDGES,
    LOOKS,
    MONTHS,
    OURS,
    PLAIN,
    RULES,
    SERVICES,
    STEP_SIGMAS,
    TRAFFIC_LIGHTS,
    UNITS,
    calibrate,
    lines,
    penalise,
    penalty_lines,
)


@pytest.fixture(scope="module")
def result():
    return calibrate(np.random.default_rng(36), series_count=200)


def flagged(result, service: str, judge: str) -> float:
    return next(one.flagged_share for one in result.stable if (one.service, one.judge) == (service, judge))


def found(result, service: str, judge: str, sigmas: float):
    return next(one for one in result.found if (one.service, one.judge, one.step_sigmas) == (service, judge, sigmas))


def test_the_same_seed_gives_the_same_figures():
    once, again = (lines(calibrate(np.random.default_rng(1), series_count=20)) for _ in range(2))
    assert once == again


@pytest.mark.parametrize("service", SERVICES)
def test_our_rules_flag_fewer_stable_services_than_any_other_way(result, service):
    ours = flagged(result, service, OURS)
    assert ours <= flagged(result, service, PLAIN) + 0.005
    assert ours < flagged(result, service, TRAFFIC_LIGHTS)


@pytest.mark.parametrize("service", ["independent months", "seasonal"])
def test_our_rules_find_large_changes(result, service):
    large = found(result, service, OURS, 3.0)
    assert large.found_share > 0.9
    assert 1 <= large.delay_months <= 4


def test_every_drawn_service_has_the_spread_it_says():
    for name, draw in SERVICES.items():
        values = draw(np.random.default_rng(2), 3000)
        assert values.shape == (3000, MONTHS)
        assert values.mean() == pytest.approx(0, abs=0.03)
        if name != "seasonal":
            assert values.std() == pytest.approx(1, abs=0.03)


def test_every_way_of_judging_is_told_for_every_service(result):
    told = "\n".join(lines(result))
    assert all(name in told for name in (*SERVICES, *JUDGES))
    assert len(result.found) == len(SERVICES) * len(STEP_SIGMAS) * len(JUDGES)
    assert f"within {LOOKS} months" in told


def test_no_services_cannot_be_simulated():
    with pytest.raises(ValueError, match="series_count"):
        calibrate(np.random.default_rng(1), series_count=0)


@pytest.fixture(scope="module")
def penalties():
    return penalise(np.random.default_rng(36), trials=4)


def test_of_equal_units_the_bottom_tenth_hits_twenty_and_our_act_at_most_one(penalties):
    assert penalties.equal.bottom_tenth.wrong == UNITS / 10
    assert penalties.equal.plain_funnel.wrong > 2
    assert penalties.equal.act.wrong <= 1
    assert penalties.some_bad.act.wrong <= 1
    assert penalties.some_bad.act.found > 0.2


def test_every_rule_of_penalty_is_printed_with_what_was_reckoned(penalties):
    told = penalty_lines(penalties)[-len(RULES) :]
    for line, (name, record) in zip(told, RULES.items(), strict=True):
        equal, bad = record(penalties.equal), record(penalties.some_bad)
        assert line.startswith(name)
        assert line.removeprefix(name).split() == [
            f"{equal.wrong:.1f}",
            f"{bad.wrong:.1f}",
            f"{10 * bad.found:.1f}",
            "of",
            "10",
        ]


def test_the_command_prints_both_tables_from_their_seeds(monkeypatch, capsys):
    monkeypatch.setattr(cli, "CALIBRATION_SERIES", 5)
    monkeypatch.setattr(cli, "PENALTY_TRIALS", 1)
    cli.report_calibration()
    told = capsys.readouterr().out
    seed = cli.CALIBRATION_SEED
    wanted = lines(calibrate(np.random.default_rng(seed), series_count=5))
    wanted += penalty_lines(penalise(np.random.default_rng(seed), trials=1))
    assert [line.rstrip() for line in told.splitlines() if line.strip()] == [one.rstrip() for one in wanted if one]


def test_no_trial_is_no_penalty_record():
    with pytest.raises(ValueError, match="trials"):
        penalise(np.random.default_rng(1), trials=0)
