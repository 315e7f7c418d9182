"""How topics and words stood in the last week: counted, tested against the weeks before, and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qs.topics.emerging import Standing, standing
from qs.topics.models import EmergingWord, TopicRequest, TopicScan, TopicWeek
from qs.topics.terms import WEEKS_BEFORE

WEEK, DAY = timedelta(days=7), timedelta(days=1)
MOST_WORDS = 30  # emerging words kept of one search

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Texts:
    """What a search reads: the requests, and the id, the local day and the words of each, in the same order."""

    requests: pd.DataFrame
    ids: list[int]
    days: list[date]
    documents: list[Counter[str]]


@dataclass(frozen=True, eq=False)
class Times:
    """Which texts fall into the week, and which into the weeks before; whoever asks again is counted once."""

    here: BoolArray
    there: BoolArray


def times_of(texts: Texts, ends_on: date) -> Times:
    starts_on = ends_on - WEEK + DAY
    first_time = texts.requests["repeats_id"].isna().to_numpy(dtype=bool)
    here = [starts_on <= day <= ends_on for day in texts.days]
    there = [starts_on - WEEKS_BEFORE * WEEK <= day < starts_on for day in texts.days]
    return Times(np.array(here, dtype=bool) & first_time, np.array(there, dtype=bool) & first_time)


def keep_week(
    session: Session, texts: Texts, rows: Mapping[int, TopicRequest], ends_on: date, now: datetime
) -> tuple[TopicScan, int]:
    """Keep how every topic and word stood this week; returns the search, and how many topics stood out.

    Topics and words are tested together, so that at most one in twenty of all that stand out may be chance.
    """
    times = times_of(texts, ends_on)
    topics = [rows[one].topic_id for one in texts.ids]
    now_topics, before_topics = counted(topics, times.here), counted(topics, times.there)
    used = [set(document) for document in texts.documents]
    now_words, before_words = word_counts(used, times.here), word_counts(used, times.there)
    topic_ids, words = sorted(now_topics.keys() | before_topics.keys()), sorted(now_words)
    now_total, before_total = int(times.here.sum()), int(times.there.sum())
    stood = standing(
        [now_topics[one] for one in topic_ids] + [now_words[one] for one in words],
        [before_topics[one] for one in topic_ids] + [before_words[one] for one in words],
        now_total=now_total,
        before_total=before_total,
    )
    scan = TopicScan(
        ends_on=ends_on,
        scanned_at=now,
        text_count=now_total,
        before_count=before_total,
        read_count=len(texts.ids),
        tested_count=int(np.isfinite(stood.p).sum()),
    )
    session.add(scan)
    session.flush()
    for place, topic_id in enumerate(topic_ids):
        session.add(
            TopicWeek(
                topic_id=topic_id,
                scan_id=scan.id,
                count=now_topics[topic_id],
                before_count=before_topics[topic_id],
                adjusted=None if np.isnan(stood.adjusted[place]) else float(stood.adjusted[place]),
                trend=stood.trends[place],
            )
        )
    for word, adjusted in high_words(words, stood, first=len(topic_ids)):
        speaking = [
            topic for topic, one, is_here in zip(topics, used, times.here, strict=True) if is_here and word in one
        ]
        session.add(
            EmergingWord(
                scan_id=scan.id,
                word=word,
                count=now_words[word],
                before_count=before_words[word],
                adjusted=adjusted,
                topic_id=most_common(speaking),
            )
        )
    session.flush()
    return scan, int(stood.is_high[: len(topic_ids)].sum())


def high_words(words: Sequence[str], stood: Standing, *, first: int) -> list[tuple[str, float]]:
    """The words that stand out, the clearest first, at most MOST_WORDS."""
    high = [
        (float(stood.adjusted[first + place]), word) for place, word in enumerate(words) if stood.is_high[first + place]
    ]
    return [(word, adjusted) for adjusted, word in sorted(high)[:MOST_WORDS]]


def most_common(topics: Sequence[int | None]) -> int | None:
    """The topic that at least half of some requests speak of."""
    topic, most = Counter(topics).most_common(1)[0]
    return topic if most * 2 >= len(topics) else None


def counted(topics: Sequence[int | None], chosen: BoolArray) -> Counter[int]:
    return Counter(topic for topic, is_chosen in zip(topics, chosen, strict=True) if is_chosen and topic is not None)


def word_counts(used: Sequence[set[str]], chosen: BoolArray) -> Counter[str]:
    """In how many of the chosen texts each word stands."""
    return Counter(word for words, is_chosen in zip(used, chosen, strict=True) if is_chosen for word in words)
