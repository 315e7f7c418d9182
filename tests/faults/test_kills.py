"""R1: whatever is acknowledged survives the death of the process, once, in events, rollups and trail alike.

`QS_TEST_KILLS` sets how often the writer is killed (20). No loss in n kills is evidence to about 3/n for each kill.
"""

import os

import pytest

from tests.faults.harness import findings_after_kills, findings_of_planted
from tests.faults.writer import Planted

KILLS = int(os.environ.get("QS_TEST_KILLS", "20"))
AT_MOST = 100  # kills in which a planted fault must show itself

pytestmark = pytest.mark.faults


def test_what_was_acknowledged_is_there_exactly_once_however_often_the_writer_is_killed(nursery, store):
    found = findings_after_kills(nursery, store, kills=KILLS)
    assert found.acknowledged_batches > KILLS // 4
    assert found.is_clean, found


@pytest.mark.parametrize(
    ("planted", "fact"),
    [
        (Planted.EARLY_ANSWER, "lost_events"),
        (Planted.LATER_ROLLUPS, "rollup_differences"),
        (Planted.NEW_IDS, "duplicated_events"),
        (Planted.LATER_TRACE, "untraced_events"),
    ],
    ids=lambda value: value.name.lower() if isinstance(value, Planted) else "",
)
def test_the_same_harness_finds_a_planted_fault(nursery, store, planted, fact):
    found = findings_of_planted(nursery, store, planted, kills=AT_MOST)
    assert getattr(found, fact) > 0, found
