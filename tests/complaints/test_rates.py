"""The three rates by their weights, which are data with a date; assessment months begin where the office says."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.complaints.figures.assessment import day_span, month_begins, month_of, months_between, months_span, moved
from qs.complaints.figures.rates import Boundary, Edition, edition_on, on_time_share, rates
from qs.complaints.figures.weights import WEIGHTS_FILE, editions, in_force, read_editions
from qs.complaints.terms import Satisfaction
from qs.errors import InvalidInput
from qs.sentences import problem_sentence

ZONE = ZoneInfo("Asia/Shanghai")
USUAL = Edition("usual", date(2025, 1, 1))
NINETEENTH = Boundary(19, time(12))


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


class TestRates:
    def test_the_three_rates_of_two_hundred_call_backs(self):
        found = rates(200, 196, 170, 150, 30, USUAL)
        assert (found.response, found.resolution, found.satisfaction) == (0.98, 0.85, 0.885)
        assert found.composite == pytest.approx(87.70, abs=1e-12)
        assert found.unweighted_satisfaction == 0.9

    def test_without_a_valid_call_back_there_is_no_rate(self):
        found = rates(0, 0, 0, 0, 0, USUAL)
        assert (found.response, found.resolution, found.satisfaction, found.composite) == (None,) * 4
        assert found.unweighted_satisfaction is None

    def test_other_weights_make_another_composite(self):
        other = Edition("other", date(2025, 1, 1), basic_points=0.5, response=0.2, resolution=0.4, satisfaction=0.4)
        found = rates(200, 196, 170, 150, 30, other)
        assert found.satisfaction == 0.825
        assert found.composite == pytest.approx(100 * (0.2 * 0.98 + 0.4 * 0.85 + 0.4 * 0.825))

    @pytest.mark.parametrize("counts", [(2, 3, 0, 0, 0), (2, 0, 3, 0, 0), (2, 0, 0, 2, 1), (2, -1, -1, -1, 0)])
    def test_more_answers_than_call_backs_are_a_mistake_of_the_program(self, counts):
        with pytest.raises(ValueError, match="more answers"):
            rates(*counts, USUAL)

    @given(st.integers(1, 1000), st.data())
    def test_every_rate_lies_between_none_and_all(self, valid, data):
        contacted, solved, satisfied = (data.draw(st.integers(0, valid)) for _ in range(3))
        basically = data.draw(st.integers(0, valid - satisfied))
        found = rates(valid, contacted, solved, satisfied, basically, USUAL)
        assert 0 <= found.satisfaction <= found.unweighted_satisfaction <= 1
        assert 0 <= found.composite <= 100 + 1e-9

    def test_levels_count_one_nine_tenths_or_nothing(self):
        assert [USUAL.points(level) for level in Satisfaction] == [1.0, 1.0, 0.9, 0.0, 0.0]
        assert USUAL.points(None) == 0.0


class TestOnTime:
    def test_open_overdue_requests_stand_below_the_line(self):
        assert on_time_share(90, 10, 20) == 0.75

    def test_nothing_to_count_is_no_share(self):
        assert on_time_share(0, 0, 0) is None


class TestEditions:
    def test_the_shipped_edition_is_the_local_rule(self):
        found = in_force(date(2026, 11, 23))
        assert editions() == read_editions(WEIGHTS_FILE)
        assert (found.basic_points, found.response, found.resolution, found.satisfaction) == (0.9, 0.1, 0.5, 0.4)
        assert found.boundary == Boundary()
        assert found.source
        assert found.source_en

    def test_a_day_has_the_newest_edition_that_had_begun(self):
        later = Edition("later", date(2026, 7, 1), basic_points=0.8)
        known = (USUAL, later)
        days = (date(2024, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
        assert [edition_on(known, day).code for day in days] == ["usual", "usual", "later"]

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("resolution = 0.6", "rate_weights_not_whole"),
            ("basic_points = 1.2", "rate_weights_not_whole"),
            ("month_begins_on = 31", "rate_month_begin_implausible"),
            ('effective_on = "soon"', "value_of_wrong_kind"),
        ],
    )
    def test_a_faulty_file_is_refused_in_words(self, tmp_path, line, code):
        name = line.split()[0]
        lines = [line if one.startswith(f"{name} =") else one for one in WEIGHTS_FILE.read_text("utf-8").splitlines()]
        path = tmp_path / f"{code}{name}.toml"
        path.write_text("\n".join(lines), "utf-8")
        with pytest.raises(InvalidInput) as refused:
            read_editions(path)
        assert code in [problem.code for problem in refused.value.problems]
        assert all(problem_sentence(problem) for problem in refused.value.problems)

    def test_two_editions_of_one_day_are_refused(self, tmp_path):
        path = tmp_path / "twice.toml"
        path.write_text(WEIGHTS_FILE.read_text("utf-8") * 2, "utf-8")
        with pytest.raises(InvalidInput) as refused:
            read_editions(path)
        assert refused.value.problems[0].code == "rate_editions_unclear"


class TestAssessmentMonths:
    def test_from_the_nineteenth_at_noon_to_the_nineteenth_at_noon(self):
        span = months_span((2026, 3), 1, NINETEENTH, ZONE)
        assert span == (local("2026-02-19 12:00"), local("2026-03-19 12:00"))

    def test_calendar_months_are_those_of_the_calendar(self):
        assert months_span((2026, 12), 3, Boundary(), ZONE) == (local("2026-12-01 00:00"), local("2027-03-01 00:00"))

    @pytest.mark.parametrize(
        ("moment", "month"),
        [
            ("2026-02-19 11:59", (2026, 2)),
            ("2026-02-19 12:00", (2026, 3)),
            ("2026-12-31 23:00", (2027, 1)),
            ("2026-01-01 00:00", (2026, 1)),
        ],
    )
    def test_the_first_moment_belongs_to_a_month_and_the_last_to_the_next(self, moment, month):
        assert month_of(local(moment), NINETEENTH, ZONE) == month

    def test_a_month_that_begins_at_noon_of_the_first_has_no_morning(self):
        noon = Boundary(1, time(12))
        assert month_of(local("2026-03-01 11:59"), noon, ZONE) == (2026, 2)
        assert month_of(local("2026-03-01 12:00"), noon, ZONE) == (2026, 3)

    def test_a_day_runs_from_noon_to_noon(self):
        assert day_span(local("2026-03-02 11:59"), NINETEENTH, ZONE) == (
            local("2026-03-01 12:00"),
            local("2026-03-02 12:00"),
        )
        assert day_span(local("2026-03-02 12:00"), NINETEENTH, ZONE) == (
            local("2026-03-02 12:00"),
            local("2026-03-03 12:00"),
        )

    @given(st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)), st.integers(1, 28), st.times())  # noqa: DTZ001 - local times
    def test_every_moment_lies_in_its_month_and_in_its_day(self, moment, day, at):
        boundary, moment = Boundary(day, at.replace(microsecond=0)), moment.replace(tzinfo=ZONE)
        found = month_of(moment, boundary, ZONE)
        assert month_begins(found, boundary, ZONE) <= moment < month_begins(moved(found, 1), boundary, ZONE)
        begins, ends = day_span(moment, boundary, ZONE)
        assert begins <= moment.astimezone(UTC) < ends

    def test_months_between_are_all_that_are_touched(self):
        found = months_between(local("2026-11-19 12:00"), local("2027-01-19 12:00"), NINETEENTH, ZONE)
        assert found == [(2026, 12), (2027, 1)]
