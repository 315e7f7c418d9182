"""The daily search: reads new requests, groups them, knows topics again, and keeps what stands out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.complaints.spoken import spoken_requests
from qs.frames import named_rows
from qs.periods import local_day, start_of
from qs.settings import settings
from qs.topics import clusters
from qs.topics.echoes import echo_groups
from qs.topics.emerging import HIGH
from qs.topics.models import Topic, TopicRequest, TopicScan, TopicWeek
from qs.topics.terms import LEAST_CASES, WEEKS_SHOWN, Searched
from qs.topics.weeks import Texts, keep_week
from qs.topics.words import request_words

DECIDE = Permission.SIGNALS_DECIDE
WEEK = timedelta(days=7)
WINDOW, HISTORY = WEEKS_SHOWN * WEEK, 104 * WEEK  # read every day; read by the first search
SAME_VOTES = 0.5  # of the members whose topic is known, so many must agree
KNOWN_SHARE = 0.3  # so many members must be known for their votes to decide by themselves
SAME_WORDS = 0.5  # cosine of the middles from which a group is a topic seen before


def find_topics(session: Session, *, actor: Actor, now: datetime) -> Searched:
    """Look for topics in the requests up to yesterday, and for what more people write about than usual.

    The week ends yesterday and is compared with the WEEKS_BEFORE weeks before it. A topic keeps its identity: a group
    of requests most of which belonged to one topic, or whose words are those of one, is that topic. A day is looked at
    once; asking again changes nothing. Reports of wrongdoing, confidential requests and spam are not read.
    """
    actor.check_everywhere(DECIDE)
    ends_on = local_day(now, settings().zone) - timedelta(days=1)
    last = session.scalar(sa.select(TopicScan).order_by(TopicScan.ends_on.desc()).limit(1))
    if last is not None and last.ends_on >= ends_on:
        return found_before(session, last)
    reach = HISTORY if last is None else max(WINDOW, ends_on - last.ends_on + WEEK)
    texts = texts_between(session, ends_on - reach + timedelta(days=1), ends_on, actor=actor)
    rows = kept_rows(session, texts)
    fresh = keep_topics(session, texts, rows, ends_on)
    keep_echoes(texts, rows)
    scan, emerging_count = keep_week(session, texts, rows, ends_on, now)
    topic_count = session.scalar(sa.select(sa.func.count()).where(TopicWeek.scan_id == scan.id)) or 0
    found = Searched(ends_on, len(texts.ids), topic_count, fresh, emerging_count)
    record(
        session,
        "topics.searched",
        "topics:all",
        actor=actor,
        now=now,
        texts=len(texts.ids),
        topics=topic_count,
        emerging=emerging_count,
        ends_on=ends_on.isoformat(),
    )
    return found


def found_before(session: Session, scan: TopicScan) -> Searched:
    weeks = session.scalars(sa.select(TopicWeek).where(TopicWeek.scan_id == scan.id)).all()
    high = sum(one.trend in HIGH for one in weeks)
    return Searched(scan.ends_on, scan.read_count, len(weeks), 0, high, is_fresh=False)


def texts_between(session: Session, first: date, last: date, *, actor: Actor) -> Texts:
    zone = settings().zone
    since, until = start_of(first, zone), start_of(last + timedelta(days=1), zone)
    found = spoken_requests(session, since, until, with_texts=True, actor=actor)
    rows = named_rows(found)
    documents = [request_words(row.title, row.text) for row in rows]
    days = [local_day(row.registered_at.to_pydatetime(), zone) for row in rows]
    return Texts(found, [row.request_id for row in rows], days, documents)


def kept_rows(session: Session, texts: Texts) -> dict[int, TopicRequest]:
    """What is kept of each request that was read, new where nothing was."""
    if not texts.ids:
        return {}
    is_read = TopicRequest.request_id.between(min(texts.ids), max(texts.ids))
    rows = {one.request_id: one for one in session.scalars(sa.select(TopicRequest).where(is_read))}
    for request_id in texts.ids:
        if request_id not in rows:
            rows[request_id] = TopicRequest(request_id=request_id, is_typical=False)
            session.add(rows[request_id])
    return rows


def keep_topics(session: Session, texts: Texts, rows: Mapping[int, TopicRequest], ends_on: date) -> int:
    """Group the requests, know their topics again or make new ones, and keep who belongs where; returns how many are
    new.
    """
    known = {one.id: one for one in session.scalars(sa.select(Topic))}
    count_before = len(known)
    for cluster in clusters.clusters(texts.documents):
        own = [rows[texts.ids[place]] for place in cluster.members]
        centres = {key: one.centre for key, one in known.items()}
        topic_id = topic_again(cluster, [row.topic_id for row in own], centres)
        if topic_id is None:
            topic_id = new_topic(session, cluster, known, ends_on)
        typical = {texts.ids[place] for place in cluster.typical}
        for row, closeness in zip(own, cluster.closeness, strict=True):
            row.topic_id, row.closeness, row.is_typical = topic_id, closeness, row.request_id in typical
    centres = {key: one.centre for key, one in known.items()}
    for document, request_id in zip(texts.documents, texts.ids, strict=True):
        row = rows[request_id]
        near = clusters.closest(document, centres) if row.topic_id is None else None
        if near is not None:
            row.topic_id, row.closeness = near
    describe(known, rows, texts)
    session.flush()
    return len(known) - count_before


def new_topic(session: Session, cluster: clusters.Cluster, known: dict[int, Topic], ends_on: date) -> int:
    topic = Topic(
        words=[list(pair) for pair in cluster.words],
        centre=cluster.centre,
        first_on=ends_on,
        found_on=ends_on,
        last_on=ends_on,
    )
    session.add(topic)
    session.flush()
    known[topic.id] = topic
    return topic.id


def topic_again(
    cluster: clusters.Cluster, known: Sequence[int | None], centres: Mapping[int, Mapping[str, float]]
) -> int | None:
    """The topic that a group is: by the members that belonged to one, else by its words. None for a new one."""
    votes = Counter(topic for topic in known if topic is not None)
    if votes:
        topic, count = min(votes.items(), key=lambda pair: (-pair[1], pair[0]))
        voted = sum(votes.values())
        is_same = clusters.likeness(cluster.centre, centres[topic]) >= SAME_WORDS
        if count >= SAME_VOTES * voted and (voted >= KNOWN_SHARE * len(known) or is_same):
            return topic
    near = {topic: clusters.likeness(cluster.centre, centre) for topic, centre in centres.items()}
    best = min(near, key=lambda topic: (-near[topic], topic), default=None)
    return best if best is not None and near[best] >= SAME_WORDS else None


def describe(known: Mapping[int, Topic], rows: Mapping[int, TopicRequest], texts: Texts) -> None:
    """Give each topic that was written about its days, and its words and middle, from the requests that were read."""
    places: dict[int, list[int]] = {}
    for place, request_id in enumerate(texts.ids):
        topic_id = rows[request_id].topic_id
        if topic_id is not None:
            places.setdefault(topic_id, []).append(place)
    space = clusters.space_of(texts.documents)
    for topic_id, own in places.items():
        topic, days = known[topic_id], [texts.days[place] for place in own]
        is_new = topic.first_on == topic.found_on == topic.last_on
        topic.first_on = min(days) if is_new else min(topic.first_on, *days)
        topic.last_on = max(days) if is_new else max(topic.last_on, *days)
        found = clusters.described(space, np.array(own), needs_head=False) if len(own) >= LEAST_CASES else None
        if found is not None:
            topic.words, topic.centre = [list(pair) for pair in found.words], found.centre


def keep_echoes(texts: Texts, rows: Mapping[int, TopicRequest]) -> None:
    """Keep whose words a request repeats, among those that were read."""
    said = [f"{row.title} {row.text}" for row in named_rows(texts.requests)]
    for place, first in enumerate(echo_groups(said)):
        row = rows[texts.ids[place]]
        if row.echoes_id is None and first != place:
            row.echoes_id = rows[texts.ids[first]].echoes_id or texts.ids[first]
