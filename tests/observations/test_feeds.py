"""Feeds: a layout is read from TOML with every fault named; feeds are entered, changed and listed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.errors import InvalidInput, NotAllowed, NotFound
from qs.observations.actions import FeedCodeTaken, add_feed, change_feed, load_feeds, save_mapping
from qs.observations.feeds import Empty, Repeats, mapping_from_toml, read_mapping, shipped_mappings
from qs.observations.ingest import ingest
from qs.observations.models import Feed
from qs.observations.queries import FEED_COLUMNS, feed_detail, feeds
from qs.observations.templates import filled, slug, template_columns
from qs.sentences import error_sentence, problem_sentence
from qs.settings import ROOT
from tests import world
from tests.world import AUDITOR, CLERK, STRANGER, SUPERVISOR

LAYOUT = {
    "code": "counts",
    "name": "计数",
    "header": ["day", "service", "done", "all"],
    "key": "{day}:{service}",
    "time": {"column": "day"},
    "service": {"code": "{service}"},
    "measure": [{"indicator": "on-time", "numerator": "done", "denominator": "all"}],
}


def faults(**changes):
    raw = {name: value for name, value in {**LAYOUT, **changes}.items() if value is not None}
    with pytest.raises(InvalidInput) as refused:
        read_mapping(raw)
    assert all(problem_sentence(problem) for problem in refused.value.problems)
    return {(problem.code, problem.column) for problem in refused.value.problems}


def measure(**fields):
    return [{"indicator": "on-time", **fields}]


class TestLayouts:
    def test_a_small_layout_is_understood(self):
        mapping = read_mapping(LAYOUT)
        assert (mapping.time.column, mapping.repeats) == ("day", Repeats.REFUSE)
        assert mapping.measures[0].denominator.column == "all"
        assert mapping.measures[0].empty is Empty.REFUSE

    @pytest.mark.parametrize("code", ["england-ae", "nyc-council", "sncf-tgv", "hcahps-states", "general"])
    def test_the_shipped_layouts_are_sound(self, code):
        mapping = shipped_mappings()[code]
        assert mapping.name_en
        assert mapping.library is None or (ROOT / "data" / "standards" / f"{mapping.library}.toml").exists()

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"time": None}, ("mapping_value_missing", "time")),
            ({"name": ""}, ("mapping_needs_text", "name")),
            ({"header": "day"}, ("mapping_needs_texts", "header")),
            ({"repeat": "merge"}, ("mapping_key_unknown", "repeat")),
            ({"repeats": "some"}, ("mapping_not_a_choice", "repeats")),
            ({"time": {"column": "when"}}, ("mapping_column_unknown", "time")),
            ({"time": {"column": "day", "format": "%H"}}, ("mapping_date_format", "time.format")),
            ({"service": {"code": "{unit"}}, ("mapping_braces", "service.code")),
            ({"service": {"code": "{service|upper}"}}, ("mapping_filter_unknown", "service.code")),
            ({"service": {"code": "x", "create": True}}, ("mapping_value_missing", "service.area")),
            ({"service": {"code": "x", "create": "yes"}}, ("mapping_needs_flag", "service.create")),
            ({"service": "x"}, ("mapping_needs_table", "service")),
            ({"measure": []}, ("mapping_value_missing", "measure")),
            ({"measure": measure()}, ("mapping_one_way_to_count", "measure 1.numerator")),
            ({"measure": measure(days_between=["day"])}, ("mapping_two_columns", "measure 1.days_between")),
            (
                {"measure": measure(numerator={"column": "done", "scale": 0})},
                ("mapping_needs_number", "measure 1.numerator.scale"),
            ),
            ({"measure": measure(numerator="none")}, ("mapping_column_unknown", "measure 1")),
            ({"measure": [*LAYOUT["measure"], *LAYOUT["measure"]]}, ("mapping_indicator_repeated", "measure 2")),
            ({"silent_after_hours": float("nan")}, ("mapping_needs_number", "silent_after_hours")),
            ({"measure": measure(numerator="done", when={"day": 3})}, ("mapping_needs_table", "measure 1.when")),
        ],
    )
    def test_each_fault_of_a_layout_is_named_by_its_place(self, changes, fault):
        assert fault in faults(**changes)

    def test_text_that_is_no_toml_is_refused_with_the_reason(self):
        with pytest.raises(InvalidInput) as refused:
            mapping_from_toml(b"code = ")
        assert "cannot be read" in error_sentence(refused.value)

    @pytest.mark.parametrize("text", [b"\xff", b"a = " + b"[" * 5000, b"x" * 300_000])
    def test_hostile_text_is_refused_in_words(self, text):
        with pytest.raises(InvalidInput) as refused:
            mapping_from_toml(text)
        assert error_sentence(refused.value)


class TestTemplates:
    def test_a_template_is_filled_for_every_row(self):
        assert filled("{a}-{b|lower}!", {"a": ["1", "2"], "b": [" X ", "Y"]}, 2) == ["1-x!", "2-y!"]

    def test_a_template_without_columns_is_the_same_for_every_row(self):
        assert filled("S1", {}, 2) == ["S1", "S1"]

    def test_columns_are_found_in_order(self):
        assert template_columns("{b}{a|slug} {b}") == ["b", "a", "b"]

    @pytest.mark.parametrize(
        ("text", "code"),
        [("Housing and Buildings", "housing-and-buildings"), ("ＡＢ/C…", "ab-c"), ("服务 大厅", "服务-大厅")],
    )
    def test_a_slug_keeps_letters_and_digits(self, text, code):
        assert slug(text) == code


class TestActions:
    def test_a_feed_is_entered_with_its_layout(self, store, now):
        with store.writing() as session:
            feed_id = add_feed(session, code="counts", name="计数", mapping=LAYOUT, actor=CLERK, now=now).id
        with store.reading() as session:
            assert feed_detail(session, feed_id, actor=CLERK).mapping == LAYOUT

    def test_a_supervisor_may_not_enter_feeds(self, store, now):
        with pytest.raises(NotAllowed), store.writing() as session:
            add_feed(session, code="counts", name="计数", actor=SUPERVISOR, now=now)

    @pytest.mark.parametrize("code", ["", "Upper", "has space", "-dash", "x" * 65, "中文"])
    def test_a_code_must_be_plain(self, store, now, code):
        with pytest.raises(InvalidInput), store.writing() as session:
            add_feed(session, code=code, name="计数", actor=CLERK, now=now)

    def test_a_code_is_given_once_and_the_refusal_leaves_nothing(self, store, now):
        world.add_feed(store, "counts")
        with pytest.raises(FeedCodeTaken), store.writing() as session:
            add_feed(session, code="counts", name="计数", actor=CLERK, now=now)
        with store.reading() as session:
            assert session.scalar(sa.select(sa.func.count(Feed.id))) == 1

    def test_a_faulty_layout_is_not_saved(self, store, now):
        feed_id = world.add_feed(store)
        with pytest.raises(InvalidInput), store.writing() as session:
            save_mapping(session, feed_id, {"code": "x"}, actor=CLERK, now=now)
        with store.reading() as session:
            assert feed_detail(session, feed_id, actor=CLERK).mapping is None

    def test_a_saved_layout_carries_the_feeds_own_code(self, store, now):
        feed_id = world.add_feed(store, "own")
        with store.writing() as session:
            save_mapping(session, feed_id, LAYOUT, actor=CLERK, now=now)
        with store.reading() as session:
            assert feed_detail(session, feed_id, actor=CLERK).mapping["code"] == "own"

    def test_a_feed_is_renamed_and_taken_out_of_use(self, store, now):
        feed_id = world.add_feed(store)
        with store.writing() as session:
            change_feed(session, feed_id, name="新名", silent_after_hours=2, is_active=False, actor=CLERK, now=now)
        with store.reading() as session:
            feed = feed_detail(session, feed_id, actor=CLERK)
        assert (feed.name, feed.name_en, feed.silent_after_hours, feed.is_active) == ("新名", "", 2.0, False)

    @pytest.mark.parametrize("hours", [0.0, -1.0, float("nan"), float("inf")])
    def test_the_silence_limit_is_a_number_above_zero(self, store, now, hours):
        feed_id = world.add_feed(store)
        with pytest.raises(InvalidInput), store.writing() as session:
            change_feed(session, feed_id, name="n", silent_after_hours=hours, actor=CLERK, now=now)

    def test_an_unknown_feed_cannot_be_changed(self, store, now):
        with pytest.raises(NotFound), store.writing() as session:
            change_feed(session, 99, name="n", actor=CLERK, now=now)

    def test_the_shipped_feeds_are_added_once_and_changes_stay(self, store, now):
        with store.writing() as session:
            assert load_feeds(session, actor=CLERK, now=now) == len(shipped_mappings())
        with store.writing() as session:
            feed_id = session.scalar(sa.select(Feed.id).where(Feed.code == "general"))
            change_feed(session, feed_id, name="本市通用表", actor=CLERK, now=now)
        with store.writing() as session:
            assert load_feeds(session, actor=CLERK, now=now) == 0
            assert feed_detail(session, feed_id, actor=CLERK).name == "本市通用表"


class TestList:
    def arrive(self, store, ids, feed_id, now, *, event_id="e1"):
        event = {
            "happened_at": now,
            "event_id": event_id,
            "service_id": ids.surgery,
            "indicator_id": ids.on_time,
            "area_id": ids.north,
            "numerator": 1.0,
        }
        with store.writing() as session:
            ingest(session, world.batch_of(event), feed_id=feed_id, actor=SUPERVISOR, now=now)

    def listed(self, store, now):
        with store.reading() as session:
            return feeds(session, actor=AUDITOR, now=now).set_index("code")

    def test_a_figure_from_elsewhere_does_not_speak_for_a_silent_feed(self, store, now):
        ids = world.build_world(store)
        quiet, other = world.add_feed(store, "quiet", silent_after_hours=1), world.add_feed(store, "other")
        self.arrive(store, ids, quiet, now - timedelta(hours=5))
        self.arrive(store, ids, other, now, event_id="e2")
        rows = self.listed(store, now)
        assert bool(rows.loc["quiet", "is_silent"])
        assert rows["event_count"].to_dict() == {"quiet": 1, "other": 1}

    def test_a_batch_without_news_is_a_sign_of_life(self, store, now):
        ids = world.build_world(store)
        feed_id = world.add_feed(store)
        self.arrive(store, ids, feed_id, now)
        with store.writing() as session:
            event = {"happened_at": now, "event_id": "e1", "service_id": ids.surgery, "indicator_id": ids.on_time}
            batch = world.batch_of({**event, "area_id": ids.north, "numerator": 1.0})
            ingest(session, batch, feed_id=feed_id, actor=SUPERVISOR, now=now + timedelta(hours=3))
        row = self.listed(store, now).iloc[0]
        assert row["last_received_at"].to_pydatetime() == now + timedelta(hours=3)
        assert row["event_count"] == 1

    def test_the_marks_of_a_feed_never_move_back(self, store, now):
        ids = world.build_world(store)
        feed_id = world.add_feed(store)
        self.arrive(store, ids, feed_id, now)
        self.arrive(store, ids, feed_id, now - timedelta(days=9), event_id="late")
        row = self.listed(store, now).iloc[0]
        assert row["last_happened_at"].to_pydatetime() == row["last_received_at"].to_pydatetime() == now

    def test_there_are_the_same_columns_when_there_is_no_feed(self, store, now):
        with store.reading() as session:
            assert list(feeds(session, actor=AUDITOR, now=now).columns) == list(FEED_COLUMNS)

    def test_a_feed_takes_files_once_it_has_a_layout(self, store, now):
        feed_id = world.add_feed(store)
        assert not self.listed(store, now).iloc[0]["takes_files"]
        with store.writing() as session:
            save_mapping(session, feed_id, LAYOUT, actor=CLERK, now=now)
        assert self.listed(store, now).iloc[0]["takes_files"]

    def test_a_stranger_sees_no_feeds(self, store, now):
        with pytest.raises(NotAllowed), store.reading() as session:
            feeds(session, actor=STRANGER, now=now)

    def test_a_feed_that_never_sent_anything_is_not_silent(self, store, now):
        world.add_feed(store, silent_after_hours=1)
        with store.reading() as session:
            row = feeds(session, actor=AUDITOR, now=now).iloc[0]
        assert (row["event_count"], bool(row["is_silent"])) == (0, False)

    @pytest.mark.parametrize(("hours", "is_silent"), [(24.0, False), (24.1, True)])
    def test_a_feed_is_silent_once_its_limit_has_passed(self, store, now, hours, is_silent):
        ids = world.build_world(store)
        feed_id = world.add_feed(store, silent_after_hours=24)
        self.arrive(store, ids, feed_id, now)
        with store.reading() as session:
            row = feeds(session, actor=AUDITOR, now=now + timedelta(hours=hours)).iloc[0]
        assert (row["event_count"], row["service_count"], bool(row["is_silent"])) == (1, 1, is_silent)
        assert row["last_happened_at"].to_pydatetime() == now
