"""What the screens say of a figure in words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pages._ui import figures
from qs.monitoring.terms import Standing
from qs.stats.control_charts import Assurance


@pytest.mark.parametrize(
    ("standing", "expected"), [(Standing.STEADY, Assurance.PASSES), (Standing.SILENT, Assurance.NONE)]
)
def test_nothing_is_promised_of_a_target_while_the_data_are_silent(standing, expected):
    series = SimpleNamespace(standing=standing, assurance=Assurance.PASSES)
    assert figures.assurance(series) is expected
