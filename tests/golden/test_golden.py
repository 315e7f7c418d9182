"""Every published case comes out within its tolerance; and the command that says so says it when one does not."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.golden.cases import differences, read_case
from tests.golden.check import adapters, main, verdict

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "golden"  # beside the project, on some machines
KEPT = sorted(HERE.glob("*.json"))
AHP = HERE / "comp_02_ahp_saaty_drinks.json"


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_published_case_comes_out_within_its_tolerance(path):
    assert verdict(path, adapters()).differences == []


def test_there_are_all_27_cases():
    assert len(KEPT) == 27


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared cases are not on this machine")
def test_all_shared_cases_come_out():
    assert main([str(SHARED)]) == 0


def altered(folder: Path, **changes: object) -> Path:
    """The AHP case with some of its facts changed, alone in a folder."""
    facts = json.loads(AHP.read_text(encoding="utf-8")) | changes
    (folder / "case.json").write_text(json.dumps(facts), encoding="utf-8")
    return folder


def test_a_case_that_comes_out_lets_the_command_pass(tmp_path, capsys):
    assert main([str(altered(tmp_path))]) == 0
    assert "1 cases: 1 passed, 0 failed, 0 unknown" in capsys.readouterr().out


def test_a_wrong_figure_is_named_and_fails_the_command(tmp_path, capsys):
    assert main([str(altered(tmp_path, expected={"consistency_ratio": 0.5, "weights": {"tea": 0.042}}))]) == 1
    told = capsys.readouterr().out
    assert "failed  case (ahp)" in told
    assert "consistency ratio: 1 of 1 differ" in told
    assert "weights" not in told


def test_a_method_without_adapter_is_unknown_and_fails_the_command(tmp_path, capsys):
    assert main([str(altered(tmp_path, method="augury"))]) == 1
    assert "0 passed, 0 failed, 1 unknown" in capsys.readouterr().out


def test_a_case_that_lacks_what_its_method_needs_has_failed(tmp_path, capsys):
    assert main([str(altered(tmp_path, input={}))]) == 1
    assert "KeyError: 'matrix'" in capsys.readouterr().out


def test_a_file_that_is_no_case_has_failed(tmp_path):
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    assert main([str(tmp_path)]) == 1


def test_nothing_to_check_is_no_success(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert main([str(tmp_path / "nowhere")]) == 2
    assert main([]) == 2
    assert "usage" in capsys.readouterr().out


def test_a_case_is_made_of_its_parts():
    several = read_case(HERE / "rank_01_traveltime_joint_region.json")
    assert [name for name, _ in several.parts()] == ["one_decimal_as_in_paper", "two_decimal_strict"]
    assert [name for name, _ in read_case(HERE / "comp_03_entropy_weights.json").parts()] == ["case 1", "case 2"]
    assert [name for name, _ in read_case(AHP).parts()] == ["comp_02_ahp_saaty_drinks"]


def test_what_agrees_is_not_told():
    assert differences("x", np.array([1.0, np.nan]), [1, None]) == []
    assert differences("x", 0.2649, 0.265, within=0.0006) == []
    assert differences("x", ["a", "b"], ["a", "b"]) == []
    assert differences("x", np.array([True, False]), [True, False]) == []
    assert differences("x", 1_000_001.0, 1_000_000.0, rel=1e-5) == []


def test_what_differs_is_told_with_its_place():
    assert differences("x", [1.0, 5.0], [1.0, 2.0]) == ["x: 1 of 2 differ, at 1: 5.0 instead of 2.0"]
    assert differences("x", [1.0, 2.0], [1.0, None]) == ["x: 1 of 2 differ, at 1: 2.0 instead of nan"]
    assert differences("x", [1.0], [1.0, 2.0]) == ["x: shape (1,) instead of (2,)"]
    assert differences("x", ["a"], ["b"]) == ["x: 1 of 1 differ, at 0: a instead of b"]
