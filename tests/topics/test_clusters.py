"""Planted topics are found, chance makes none that stand out, and the order of the requests does not matter."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from qs.topics import clusters
from qs.topics.terms import LEAST_CASES
from qs.topics.words import request_words
from tests.topics.planted import planted_documents, requests


def labels_of(found: list[clusters.Cluster], count: int) -> np.ndarray:
    """The number of each document's cluster; every other document is alone."""
    labels = np.arange(count) + len(found)
    for number, cluster in enumerate(found):
        labels[list(cluster.members)] = number
    return labels


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_matters_written_about_in_chinese_and_english_are_told_apart(seed):
    texts, matters = requests(seed=seed)
    found = clusters.clusters([request_words(title, text) for title, text in texts])
    assert adjusted_rand_score(matters, labels_of(found, len(texts))) > 0.9
    for cluster in found:
        held = Counter(matters[place] for place in cluster.members)
        assert held.most_common(1)[0][1] == len(cluster.members)  # no group mixes two matters


def test_a_group_is_named_by_words_that_its_requests_use():
    texts, matters = requests()
    documents = [request_words(title, text) for title, text in texts]
    for cluster in clusters.clusters(documents):
        for word, count in cluster.words:
            assert count == sum(word in documents[place] for place in cluster.members) >= LEAST_CASES
    named = {matters[one.members[0]]: [word for word, _ in one.words] for one in clusters.clusters(documents)}
    assert "供热" in named["暖气"] or "暖气" in named["暖气"]
    assert "library" in named["library"]


@pytest.mark.parametrize("count", [300, 900])
def test_planted_topics_among_a_third_of_noise_are_found(count):
    documents, labels = planted_documents(count)
    found = clusters.clusters(documents)
    is_about = labels >= 0
    assert adjusted_rand_score(labels[is_about], labels_of(found, count)[is_about]) > 0.8


def test_fewer_requests_than_five_are_no_topic():
    alike = Counter({"电梯": 2, "故障": 1})
    assert clusters.clusters([alike] * (LEAST_CASES - 1)) == []
    assert len(clusters.clusters([alike] * LEAST_CASES)) == 1
    assert clusters.clusters([]) == []
    assert clusters.clusters([Counter()] * 20) == []


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_requests_does_not_matter(random):
    documents, _ = planted_documents(60, topics=4)
    order = list(range(60))
    random.shuffle(order)
    straight = {frozenset(one.members) for one in clusters.clusters(documents)}
    shuffled = clusters.clusters([documents[place] for place in order])
    assert {frozenset(order[place] for place in one.members) for one in shuffled} == straight


def test_beyond_the_number_compared_the_others_join_the_nearest_group(monkeypatch):
    documents, labels = planted_documents(600, topics=6, noise=0.1)
    monkeypatch.setattr(clusters, "MOST_COMPARED", 300)
    found = clusters.clusters(documents)
    is_about = labels >= 0
    assert adjusted_rand_score(labels[is_about], labels_of(found, 600)[is_about]) > 0.75


def test_a_single_request_joins_the_topic_in_whose_middle_it_stands():
    texts, matters = requests()
    documents = [request_words(title, text) for title, text in texts]
    centres = {number: one.centre for number, one in enumerate(clusters.clusters(documents))}
    named = {number: matters[one.members[0]] for number, one in enumerate(clusters.clusters(documents))}
    near = clusters.closest(request_words("家里暖气不热", "供热站说室温够了"), centres)
    assert near is not None
    assert named[near[0]] == "暖气"
    assert clusters.closest(request_words("想办营业执照", "材料清单在哪里"), centres) is None
    assert clusters.closest(Counter(), centres) is None
