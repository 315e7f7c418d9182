"""The daily search: topics found, kept the same, what stands out, and nothing of what is withheld."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.audit.models import AuditEntry
from qs.complaints.terms import NewContact, RequestKind
from qs.errors import NotAllowed, NotFound
from qs.topics import queries
from qs.topics.models import EmergingWord, Topic, TopicRequest, TopicScan, TopicWeek
from qs.topics.scanning import find_topics
from qs.topics.terms import Trend
from tests.topics.planted import CHINESE
from tests.topics.room import DAY, build_room, file_about, searched, surge, topic_named

HEATING = ("暖气", "供热", "室温", "不热")


@pytest.fixture
def room(store):
    return build_room(store)


@pytest.fixture
def surged(store, room, now):
    desk, _ = room
    with store.writing() as session:
        surge(session, desk, now)
    searched(store, now)
    return desk


def rows(store, actor):
    with store.reading() as session:
        return queries.topics(session, actor=actor)


def counts(store, *models):
    with store.reading() as session:
        return [session.scalar(sa.select(sa.func.count()).select_from(one)) for one in models]


def test_what_more_people_write_about_stands_first_with_its_counts(store, surged):
    found = rows(store, surged.supervisor)
    first = found.iloc[0]
    assert len(found) == 3
    assert first["trend"] in (Trend.NEW, Trend.RISING)
    assert (first["count"], first["before_count"]) == (14, 8)
    assert first["expected"] == pytest.approx(8 * 20 / 55)
    assert set(found["trend"].iloc[1:]) == {Trend.STEADY}
    assert len(first["weeks"]) == 12


def test_a_day_is_searched_once(store, surged, now):
    before = counts(store, Topic, TopicRequest, TopicScan, TopicWeek, EmergingWord, AuditEntry)
    with store.writing() as session:
        assert not find_topics(session, actor=SYSTEM, now=now).is_fresh
    assert counts(store, Topic, TopicRequest, TopicScan, TopicWeek, EmergingWord, AuditEntry) == before


def test_a_topic_stays_the_same_as_weeks_go_by(store, surged, now):
    with store.reading() as session:
        known = {one.id for one in session.scalars(sa.select(Topic))}
        heating = topic_named(session, *HEATING)
    with store.writing() as session:
        for week in range(4):
            for number in range(6):
                at = now + timedelta(days=7 * week, hours=number)
                file_about(session, surged, "暖气", at, number=900 + 10 * week + number)
            find_topics(session, actor=SYSTEM, now=now + timedelta(days=7 * (week + 1)))
    with store.reading() as session:
        assert {one.id for one in session.scalars(sa.select(Topic))} == known
        of_topic = sa.select(sa.func.count()).where(TopicRequest.topic_id == heating)
        assert session.scalar(of_topic) == 22 + 24


def test_a_topic_that_was_quiet_for_long_is_known_again(store, surged, now):
    with store.reading() as session:
        heating = topic_named(session, *HEATING)
    later = now + timedelta(days=200)
    searched(store, later - 30 * DAY)
    with store.writing() as session:
        for number in range(8):
            file_about(session, surged, "暖气", later - DAY, number=700 + number)
        find_topics(session, actor=SYSTEM, now=later)
        assert topic_named(session, *HEATING) == heating


def test_a_single_request_about_a_known_matter_joins_it(store, surged, now):
    with store.writing() as session:
        heating = topic_named(session, *HEATING)
        request_id = file_about(session, surged, "暖气", now, number=800)
        find_topics(session, actor=SYSTEM, now=now + DAY)
        assert session.get(TopicRequest, request_id).topic_id == heating


@pytest.mark.parametrize("how", [{"kind": RequestKind.REPORT}, {"is_confidential": True}])
def test_reports_of_wrongdoing_and_confidential_requests_are_never_read(store, room, now, how):
    desk, _ = room
    with store.writing() as session:
        for number in range(12):
            file_about(session, desk, "暖气", now - DAY, number=number, **how)
    searched(store, now)
    assert counts(store, Topic, TopicRequest, EmergingWord) == [0, 0, 0]
    assert rows(store, desk.supervisor).empty


def test_what_becomes_confidential_later_is_shown_no_more(store, surged):
    with store.writing() as session:
        heating = topic_named(session, *HEATING)
        session.execute(sa.text("UPDATE request SET is_confidential = true"))
    with store.reading() as session:
        assert queries.topics(session, actor=surged.supervisor).empty
        with pytest.raises(NotFound):
            queries.topic_detail(session, heating, actor=surged.supervisor)


def test_a_leader_sees_the_topics_of_the_own_services_only(store, surged):
    with store.reading() as session:
        waste = topic_named(session, "垃圾", "垃圾桶", "垃圾清运", "清运")
        own = queries.topics(session, actor=surged.leader)
        assert waste not in set(own["topic_id"])
        assert len(own) == 2
        assert set(queries.topics(session, actor=surged.foreign_leader)["topic_id"]) == {waste}
        with pytest.raises(NotFound):
            queries.topic_detail(session, waste, actor=surged.leader)
        assert queries.emerging_words(session, actor=surged.leader).empty


def test_words_that_more_requests_use_are_kept_with_their_topic(store, surged):
    with store.reading() as session:
        heating = topic_named(session, *HEATING)
        found = queries.emerging_words(session, actor=surged.supervisor)
    assert not found.empty
    assert set(found["topic_id"].dropna()) == {heating}
    assert (found["count"] >= 5).all()


def test_a_topic_is_told_from_all_sides(store, surged):
    with store.reading() as session:
        heating = topic_named(session, *HEATING)
        detail = queries.topic_detail(session, heating, actor=surged.supervisor)
    assert [row for row in detail.services["count"]] == [22]
    assert detail.areas["name"].tolist() == ["南区"]
    assert detail.weeks["count"].tolist() == detail.row.weeks
    assert detail.open_count == 22
    titles = set(CHINESE["暖气"][0])
    assert set(detail.cases["title"]) <= titles


def test_many_people_with_one_text_are_a_mass_request(store, room, now):
    desk, _ = room
    said = "我是{n}号楼业主，小区三年没有供上暖气，请督促供热公司接通管网，让大家过一个暖冬。"
    with store.writing() as session:
        for number in range(6):
            about = {"title": "请接通暖气", "text": said.format(n=number + 1)}
            file_about(session, desk, "暖气", now - DAY, number=number, **about)
        file_about(session, desk, "公交", now - DAY, number=50)
    searched(store, now)
    with store.reading() as session:
        found = queries.mass_requests(session, actor=desk.supervisor)
        assert found["count"].tolist() == [6]
        assert found["title"].tolist() == ["请接通暖气"]
        assert queries.mass_requests(session, actor=desk.foreign_leader).empty


def test_somebody_who_asks_again_is_listed_and_counted_once(store, room, now):
    desk, _ = room
    same = {"contact": NewContact(phone="17000001234")}
    with store.writing() as session:
        first = file_about(session, desk, "暖气", now - 3 * DAY, **same)
        again = file_about(session, desk, "暖气", now - DAY, number=1, **same)
        for number in range(2, 8):
            file_about(session, desk, "暖气", now - DAY, number=number)
    searched(store, now)
    with store.reading() as session:
        found = queries.repeat_requests(session, actor=desk.supervisor)
        assert found[["request_id", "repeats_id"]].to_numpy().tolist() == [[again, first]]
        row = queries.topics(session, actor=desk.supervisor).iloc[0]
        assert (row["count"], row["repeat_count"]) == (7, 1)


def test_before_the_first_search_there_is_nothing(store, room):
    desk, _ = room
    with store.reading() as session:
        assert queries.last_scan(session, actor=desk.supervisor) is None
        for question in (queries.topics, queries.emerging_words, queries.mass_requests, queries.repeat_requests):
            assert question(session, actor=desk.supervisor).empty
        with pytest.raises(NotFound):
            queries.topic_detail(session, 1, actor=desk.supervisor)


def test_an_office_without_requests_can_be_searched(store, room, now):
    assert searched(store, now) == (now - DAY).date()


def test_only_who_decides_everywhere_may_search(store, room, now):
    desk, _ = room
    with store.writing() as session, pytest.raises(NotAllowed):
        find_topics(session, actor=desk.leader, now=now)
    assert counts(store, TopicScan) == [0]
