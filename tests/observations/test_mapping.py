"""From a file to events: every fault is named by row and column, and nothing else gets in."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from qs.errors import InvalidInput
from qs.observations.feeds import read_mapping, shipped_mappings
from qs.observations.mapping import Known, map_table
from qs.observations.measuring import working_days
from qs.observations.reference import shipped_library
from qs.observations.services import KnownService
from qs.sentences import problem_sentence
from qs.standards.terms import Aggregation, Counting, IndicatorKey
from qs.tabular import read_table

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
EXCERPTS = Path(__file__).parent.parent / "golden" / "feeds"
INDICATORS = {
    "on-time": IndicatorKey(1, None, Counting(Aggregation.SHARE)),
    "waiting": IndicatorKey(2, None, Counting(Aggregation.MEAN)),
    "per-1000": IndicatorKey(3, None, Counting(Aggregation.RATE, per=1000.0)),
    "count": IndicatorKey(4, None, Counting(Aggregation.COUNT)),
}
KNOWN = Known(
    services={"S1": KnownService(1, 10), "S2": KnownService(2, 20)},
    indicators=INDICATORS,
    areas={"north": 10},
    units={"on-time": frozenset({"%"})},
    now=NOW,
    zone=ZoneInfo("Asia/Shanghai"),
)
LAYOUT = {
    "code": "counts",
    "name": "计数",
    "header": ["day", "service", "done", "all"],
    "key": "{day}:{service}",
    "time": {"column": "day"},
    "service": {"code": "{service}"},
    "measure": [{"indicator": "on-time", "numerator": "done", "denominator": "all"}],
}


def mapped(text: str, known: Known = KNOWN, **changes):
    layout = {**LAYOUT, **changes}
    return map_table(read_table(text.encode(), file_name="f.csv"), read_mapping(layout), known)


def places(found):
    assert all(problem_sentence(problem) for problem in found.problems)
    return [(problem.code, problem.row, problem.column) for problem in found.problems]


def test_a_sound_row_becomes_an_event_with_a_stable_id():
    events = mapped("day,service,done,all\n2026-11-20,S1,3,4\n").events
    assert events.event_id.tolist() == ["counts:2026-11-20:S1:on-time"]
    assert (events.numerator.tolist(), events.denominator.tolist()) == ([3.0], [4.0])
    assert pd.to_datetime(events.happened_at, unit="us", utc=True)[0] == pd.Timestamp("2026-11-19 16:00", tz="UTC")


def test_the_same_row_makes_the_same_id_wherever_it_stands():
    first = mapped("day,service,done,all\n2026-11-20,S1,3,4\n2026-11-20,S2,3,4\n").events.event_id
    second = mapped("all,done,service,day\n4,3,S2,2026-11-20\n4,3,S1,2026-11-20\n").events.event_id
    assert set(first) == set(second)


def test_a_missing_column_is_named():
    with pytest.raises(InvalidInput) as refused:
        mapped("day,service,done\n2026-11-20,S1,3\n")
    assert [(problem.code, problem.facts["name"]) for problem in refused.value.problems] == [("header_missing", "all")]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("2026-11-20,S1,NaN,4", "number_not_finite", "done"),
        ("2026-11-20,S1,three,4", "not_a_number", "done"),
        ('2026-11-20,S1,"1,000",4', "number_with_separators", "done"),
        ("2026-11-20,S1,-1,4", "numerator_negative", "done"),
        ("2026-11-20,S1,1,-4", "denominator_negative", "all"),
        ("2026-11-20,S1,5,4", "numerator_above_denominator", "done"),
        ("2026-11-20,S1,1,0", "numerator_above_denominator", "done"),
        ("2026-11-20,S1,,4", "cell_empty", "done"),
        (",S1,1,4", "cell_empty", "day"),
        ("2026-11-20,,1,4", "cell_empty", "service"),
        ("2027-01-01,S1,1,4", "date_in_future", "day"),
        ("03/04/2026,S1,1,4", "date_ambiguous", "day"),
        ("2026-11-20,S9,1,4", "service_code_unknown", "service"),
        ("2026-11-20,S1 ,1,٤", "number_in_other_digits", "all"),
        ("2026-11-20,S1,1,4\n2026-11-20,S1,1,4", "row_repeated", "day"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column_and_makes_no_event(row, code, column):
    found = mapped(f"day,service,done,all\n2026-11-19,S1,1,4\n{row}\n")
    number = 3 + row.count("\n")
    assert (code, number, column) in places(found)
    assert number not in found.events.row


def test_no_activity_is_allowed():
    assert mapped("day,service,done,all\n2026-11-20,S1,0,0\n").problem_count == 0


def test_a_rate_out_of_nothing_is_refused():
    measure = [{"indicator": "per-1000", "numerator": "done", "denominator": "all"}]
    assert places(mapped("day,service,done,all\n2026-11-20,S1,2,0\n", measure=measure)) == [
        ("denominator_zero", 2, "all")
    ]


def test_a_single_value_has_the_base_one():
    measure = [{"indicator": "waiting", "numerator": "done", "denominator": "all"}]
    assert places(mapped("day,service,done,all\n2026-11-20,S1,2,7\n", measure=measure)) == [
        ("denominator_not_one", 2, "all")
    ]


def test_a_mean_may_lie_below_zero():
    measure = [{"indicator": "waiting", "numerator": "done"}]
    assert mapped("day,service,done,all\n2026-11-20,S1,-2,7\n", measure=measure).problem_count == 0


def test_an_indicator_named_in_a_column_must_be_known():
    layout = {"header": ["day", "service", "done", "all", "what"]}
    measure = [{"indicator": "{what}", "numerator": "done", "denominator": "all"}]
    found = mapped(
        "day,service,done,all,what\n2026-11-20,S1,1,2,on-time\n2026-11-21,S1,1,2,speed\n", measure=measure, **layout
    )
    assert places(found) == [("indicator_code_unknown", 3, "what")]
    assert found.events.indicator.tolist() == ["on-time"]


def test_a_fixed_indicator_that_is_unknown_concerns_the_whole_file():
    found = mapped("day,service,done,all\n2026-11-20,S1,1,2\n", known=replace(KNOWN, indicators={}))
    assert places(found) == [("indicator_code_unknown", None, None)]


def test_a_unit_that_is_not_the_indicators_is_refused():
    header = ["day", "service", "done", "all", "unit"]
    measure = [{"indicator": "on-time", "numerator": "done", "denominator": "all", "unit": "unit"}]
    found = mapped(
        "day,service,done,all,unit\n2026-11-20,S1,1,2,%\n2026-11-21,S1,1,2,km\n", header=header, measure=measure
    )
    assert places(found) == [("unit_unknown", 3, "unit")]


def test_two_rows_of_one_key_name_each_other():
    found = mapped("day,service,done,all\n2026-11-20,S1,1,2\n2026-11-20,S1,1,2\n")
    assert "row 2" in problem_sentence(found.problems[0])
    assert found.events.row.tolist() == [2]


def test_of_two_rows_that_contradict_each_other_none_is_taken():
    found = mapped("day,service,done,all\n2026-11-20,S1,1,2\n2026-11-20,S1,2,2\n2026-11-21,S1,1,1\n", repeats="merge")
    assert places(found) == [("row_repeated_differently", 3, "day")]
    assert found.events.row.tolist() == [4]


def test_a_row_repeated_word_for_word_counts_once_where_the_feed_says_so():
    found = mapped("day,service,done,all\n2026-11-20,S1,1,2\n2026-11-20,S1,1,2\n", repeats="merge")
    assert (found.problem_count, found.merged_row_count, len(found.events)) == (0, 1, 1)


def test_an_empty_cell_may_mean_that_nothing_was_measured():
    measure = [{"indicator": "on-time", "numerator": "done", "denominator": "all", "empty": "skip"}]
    found = mapped("day,service,done,all\n2026-11-20,S1,,4\n2026-11-21,S1,1,4\n", measure=measure)
    assert (found.problem_count, found.events.row.tolist()) == (0, [3])


def test_an_amount_may_be_a_difference_and_a_percentage_a_share():
    measure = [
        {"indicator": "on-time", "numerator": {"column": "all", "minus": "done"}, "denominator": "all"},
        {"indicator": "waiting", "numerator": {"column": "done", "scale": 0.01}},
    ]
    found = mapped("day,service,done,all\n2026-11-20,S1,70,100\n", measure=measure)
    assert found.events.numerator.tolist() == [30.0, 0.7]


def test_only_the_rows_asked_for_are_measured():
    measure = [{"indicator": "on-time", "numerator": "done", "denominator": "all", "when": {"service": ["S2"]}}]
    found = mapped("day,service,done,all\n2026-11-20,S1,1,2\n2026-11-20,S2,1,2\n", measure=measure)
    assert found.events.service.tolist() == ["S2"]


def test_a_row_with_one_fault_makes_no_event_for_any_measure():
    measure = [*LAYOUT["measure"], {"indicator": "count", "numerator": "all"}]
    found = mapped("day,service,done,all\n2026-11-20,S1,9,2\n2026-11-21,S1,1,2\n", measure=measure)
    assert found.events.row.tolist() == [3, 3]


def test_areas_and_channels_come_from_columns_and_must_be_known():
    text = "day,service,done,all\n2026-11-20,S1,1,2\n"
    assert places(mapped(text, area="{service}")) == [("area_code_unknown", 2, "service")]
    assert places(mapped(text, channel="{service}")) == [("channel_unknown", 2, "service")]
    assert mapped(text, area="north", channel="phone").events.channel.tolist() == ["phone"]


def test_an_event_id_that_is_too_long_is_refused():
    text = f"day,service,done,all\n2026-11-20,{'x' * 90},1,2\n"
    known = replace(KNOWN, services={"x" * 90: KnownService(1, 1)})
    assert places(mapped(text, known)) == [("event_id_too_long", 2, "day")]


class TestDays:
    HEADER = "id,opened,closed\n"

    def mapped(self, rows: str, **measure):
        layout = {
            "header": ["id", "opened", "closed"],
            "key": "{id}",
            "time": {"column": "opened"},
            "service": {"code": "S1"},
            "measure": [measure],
        }
        return mapped(self.HEADER + rows, **layout)

    def between(self, rows: str):
        return self.mapped(rows, indicator="waiting", days_between=["opened", "closed"], empty="skip")

    def within(self, rows: str):
        rule = {"from": "opened", "to": "closed", "days": 5}
        return self.mapped(rows, indicator="on-time", within_working_days=rule)

    def test_days_between_are_calendar_days_and_open_cases_have_none(self):
        assert self.between(
            "a,2026-11-01,2026-11-08\nb,2026-11-01,2026-11-01\nc,2026-11-01,\n"
        ).events.numerator.tolist() == [
            7.0,
            0.0,
        ]

    def test_an_end_before_the_beginning_is_refused(self):
        assert places(self.between("a,2026-11-08,2026-11-01\n")) == [("ends_before_begins", 2, "closed")]
        assert places(self.within("a,2026-11-08,2026-11-01\n")) == [("ends_before_begins", 2, "closed")]

    @pytest.mark.parametrize(
        ("opened", "closed", "share"),
        [
            ("2026-11-02", "2026-11-02", 1.0),  # Monday, the same day
            ("2026-11-02", "2026-11-09", 1.0),  # the fifth working day
            ("2026-11-02", "2026-11-10", 0.0),  # the sixth
            ("2026-11-06", "2026-11-13", 1.0),  # Friday to Friday
            ("2026-11-07", "2026-11-13", 1.0),  # Saturday to Friday: five working days
            ("2026-11-07", "2026-11-16", 0.0),
        ],
    )
    def test_five_working_days_run_from_the_day_after(self, opened, closed, share):
        assert self.within(f"a,{opened},{closed}\n").events.numerator.tolist() == [share]

    def test_an_open_case_past_its_time_is_not_within(self):
        assert self.within("a,2026-11-02,\nb,2026-11-10,2026-11-10\n").events.numerator.tolist() == [0.0, 1.0]

    def test_an_open_case_whose_time_still_runs_is_left_out(self):
        found = self.within("a,2026-11-02,\nb,2026-11-09,2026-11-09\n")
        assert (found.events.row.tolist(), found.problem_count) == ([3], 0)

    def test_working_days_are_mondays_to_fridays_after_the_first_day(self):
        days = np.array(["2026-11-06"], dtype="datetime64[D]").astype(np.int64)
        assert [int(working_days(days, days + add)[0]) for add in (0, 1, 3, 7)] == [0, 0, 1, 5]


class TestNewServices:
    CREATE = {  # noqa: RUF012 - plain data
        "code": "{service|slug}",
        "name": "{service}",
        "create": True,
        "sector": "health",
        "area": {"code": "a", "name": "A"},
        "department": {"code": "d", "name": "D"},
        "provider": {"code": "p-{service|slug}", "name": "{service}"},
    }

    def test_services_not_known_are_described_once(self):
        found = mapped(
            "day,service,done,all\n2026-11-20,City Hall,1,2\n2026-11-21,City Hall,1,2\n", service=self.CREATE
        )
        assert [(draft.row, draft.service.code, draft.provider.code) for draft in found.new_services] == [
            (2, "city-hall", "p-city-hall")
        ]

    def test_two_spellings_may_not_share_a_code(self):
        found = mapped(
            "day,service,done,all\n2026-11-20,City Hall,1,2\n2026-11-20,City-Hall,1,2\n", service=self.CREATE
        )
        assert places(found) == [("service_code_shared", 3, "service")]

    def test_a_name_the_directory_would_not_take_is_refused(self):
        found = mapped(f"day,service,done,all\n2026-11-20,{'x' * 65},1,2\n", service=self.CREATE)
        assert {place[0] for place in places(found)} == {"code_too_long"}
        assert found.new_services == ()

    def test_a_known_service_is_not_described_again(self):
        known = replace(KNOWN, services={"city-hall": KnownService(1, 1)})
        found = mapped("day,service,done,all\n2026-11-20,City Hall,1,2\n", known=known, service=self.CREATE)
        assert found.new_services == ()


class TestRealFiles:
    """Excerpts of the four real files; sources in tests/golden/feeds/README.md."""

    def load(self, code: str):
        mapping = shipped_mappings()[code]
        library = shipped_library(mapping.library)
        assert library is not None
        indicators = {one.code: IndicatorKey(0, None, one.counting) for one in library.indicators}
        table = read_table(EXCERPTS / f"{code}.csv", file_name=f"{code}.csv")
        found = map_table(table, mapping, replace(KNOWN, services={}, indicators=indicators))
        assert found.problems == ()
        return found

    def of(self, found, indicator: str):
        events = found.events
        mine = events.indicator == indicator
        return events.numerator[mine], events.denominator[mine]

    def test_england(self):
        found = self.load("england-ae")
        above, below = self.of(found, "ae-4h-within")
        assert (above[0], below[0]) == (9044 - 1195, 9044)
        assert self.of(found, "ae-breaches")[0][:3].tolist() == [1195, 1843, 1397]
        assert [draft.service.code for draft in found.new_services] == ["ae-rrk"]

    def test_new_york(self):
        found = self.load("nyc-council")
        assert found.merged_row_count == 1
        assert len(self.of(found, "nyc-opened")[0]) == 49
        assert len(self.of(found, "nyc-handling-days")[0]) == 46  # three cases are open
        assert any(draft.service.code.endswith("-not-stated") for draft in found.new_services)

    def test_french_trains(self):
        found = self.load("sncf-tgv")
        above, below = self.of(found, "tgv-late")
        assert (len(above), above[0], below[0]) == (46, 37, 432 - 2)

    def test_hospital_surveys(self):
        found = self.load("hcahps-states")
        above, below = self.of(found, "hcahps-h_clean_hsp")
        assert (above[0], set(below)) == (0.7, {1.0})
        assert not math.isnan(above.sum())
