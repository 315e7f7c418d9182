"""Which requests speak of the same matter: groups of texts that share their telling words; pure and repeatable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer

from qs.topics.terms import LEAST_CASES

# Chosen on planted topics among a third of noise (tests/topics/planted.py): average linkage agreed with the truth at
# 0.87 to 0.96 (adjusted Rand index), factors and density clusters at 0.54 to 0.91 by what they must be told before.
FARTHEST = 0.88  # cosine distance at which groups are no longer joined
CLOSE_ENOUGH = 0.3  # cosine to the middle of a topic at which a single request belongs to it
HEAD_SHARE, HEAD_WORDS = 0.4, 2  # so many words must stand in this share of a group, or it holds together by chance
COMMON_SHARE = 0.8  # a word in more of all texts tells no matter apart
MOST_COMPARED = 4000  # texts compared each with each, 64 MB; the others join the nearest group
LABEL_WORDS, CENTRE_WORDS, TYPICAL = 6, 40, 5

Document = Mapping[str, int]  # how often each word stands in a text
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Cluster:
    """Texts about one matter: places of its members in the given order, and what they have in common.

    `words`: the most telling ones, each with the number of members that use it. `centre`: the weights of its words, to
    know it again. `typical`: the members nearest to the middle, nearest first. `closeness`: cosine to the middle, one
    for each member.
    """

    members: tuple[int, ...]
    closeness: tuple[float, ...]
    words: tuple[tuple[str, int], ...]
    centre: dict[str, float]
    typical: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Space:
    """Texts as unit vectors of the weights of their words."""

    vectors: sparse.csr_matrix
    vocabulary: NDArray[np.object_]


def space_of(documents: Sequence[Document]) -> Space:
    """Texts by term frequency (damped) and inverse document frequency, each of length one.

    Words of a single text and words in more than COMMON_SHARE of all (when there are enough) tell nothing and are left
    out. Source: Manning, Raghavan & Schütze, Introduction to Information Retrieval, 6.2 to 6.4.
    """
    if not documents:
        return Space(sparse.csr_matrix((0, 0)), np.array([], dtype=object))
    vectorizer = DictVectorizer(dtype=np.float64)
    counts = sparse.csr_matrix(vectorizer.fit_transform([dict(one) for one in documents]))
    names = np.array(vectorizer.get_feature_names_out(), dtype=object)
    used = np.asarray((counts > 0).sum(axis=0)).ravel()
    kept = (used >= 2) & (used <= max(COMMON_SHARE * len(documents), 2 * LEAST_CASES))
    if not kept.any():
        return Space(sparse.csr_matrix((len(documents), 0)), names[:0])
    return Space(TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, kept]), names[kept])


def clusters(documents: Sequence[Document]) -> list[Cluster]:
    """The groups of at least LEAST_CASES texts about one matter, the largest first; a text is in one or none.

    The order of the texts does not matter. Average linkage of cosine distances: Kaufman & Rousseeuw (1990), Finding
    Groups in Data, chapter 5.
    """
    if len(documents) < LEAST_CASES:
        return []
    order = sorted(range(len(documents)), key=lambda place: sorted(documents[place].items()))
    space = space_of([documents[place] for place in order])
    if space.vectors.shape[1] == 0:
        return []
    labels = labels_of(space.vectors)
    found = [described(space, np.flatnonzero(labels == label)) for label in np.unique(labels[labels >= 0])]
    placed = [in_order(one, order) for one in found if one is not None]
    return sorted(placed, key=lambda one: (-len(one.members), one.words))


def labels_of(vectors: sparse.csr_matrix) -> NDArray[np.int64]:
    """The number of each text's group, -1 for none. Beyond MOST_COMPARED texts, evenly chosen ones make the groups."""
    count = vectors.shape[0]
    chosen = np.unique(np.linspace(0, count - 1, min(count, MOST_COMPARED)).astype(np.int64))
    part = vectors[chosen]
    distances = 1.0 - (part @ part.T).toarray()
    np.fill_diagonal(distances, 0.0)
    condensed = np.maximum(squareform(distances, checks=False), 0.0)
    joined = fcluster(linkage(condensed, "average"), FARTHEST, "distance")
    labels = np.full(count, -1, dtype=np.int64)
    labels[chosen] = joined
    labels = large(labels)
    return labels if chosen.size == count else large(nearest(vectors, labels))


def large(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same numbers, without the groups of fewer than LEAST_CASES."""
    names, sizes = np.unique(labels[labels >= 0], return_counts=True)
    return np.where(np.isin(labels, names[sizes >= LEAST_CASES]), labels, -1)


def nearest(vectors: sparse.csr_matrix, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Texts without a group join the nearest one, when it is close enough."""
    names = np.unique(labels[labels >= 0])
    if names.size == 0:
        return labels
    middles = sparse.vstack([unit(vectors[labels == name].mean(axis=0)) for name in names])
    free = np.flatnonzero(labels < 0)
    closeness = (vectors[free] @ middles.T).toarray()
    best = closeness.argmax(axis=1)
    is_close = closeness[np.arange(free.size), best] >= CLOSE_ENOUGH
    found = labels.copy()
    found[free[is_close]] = names[best[is_close]]
    return found


def unit(row: NDArray[np.float64]) -> sparse.csr_matrix:
    values = np.asarray(row, dtype=np.float64).reshape(1, -1)
    return sparse.csr_matrix(values / max(float(np.linalg.norm(values)), 1e-12))


def described(space: Space, members: NDArray[np.int64], *, needs_head: bool = True) -> Cluster | None:
    """A group with its words and its middle; None without a word to tell it by, or when it needs a head and has none:
    HEAD_WORDS words that HEAD_SHARE of its members use.
    """
    own = space.vectors[members]
    used = np.asarray((own > 0).sum(axis=0)).ravel()
    everywhere = np.asarray((space.vectors > 0).sum(axis=0)).ravel()
    if needs_head and (used >= HEAD_SHARE * members.size).sum() < HEAD_WORDS:
        return None
    share = used / members.size
    lift = share / (everywhere / space.vectors.shape[0])
    telling = np.where(used >= LEAST_CASES, share * np.log1p(lift), 0.0)
    words = [place for place in first_by(telling, space.vocabulary, LABEL_WORDS) if telling[place] > 0]
    if not words:
        return None
    middle = np.asarray(unit(own.mean(axis=0)).toarray()).ravel()
    closeness = np.asarray(own @ middle).ravel()
    kept = [place for place in first_by(middle, space.vocabulary, CENTRE_WORDS) if used[place] >= 2]
    by_closeness = sorted(range(members.size), key=lambda place: (-round(float(closeness[place]), 9), place))
    return Cluster(
        members=tuple(int(one) for one in members),
        closeness=tuple(round(float(one), 6) for one in closeness),
        words=tuple((str(space.vocabulary[place]), int(used[place])) for place in words),
        centre={str(space.vocabulary[place]): round(float(middle[place]), 4) for place in kept},
        typical=tuple(int(members[place]) for place in by_closeness[:TYPICAL]),
    )


def first_by(weights: FloatArray, names: NDArray[np.object_], count: int) -> list[int]:
    """The places of the greatest weights, equal ones by name."""
    order = sorted(np.flatnonzero(weights > 0), key=lambda place: (-round(float(weights[place]), 9), names[place]))
    return [int(place) for place in order[:count]]


def in_order(found: Cluster, order: Sequence[int]) -> Cluster:
    """The group with the places of its members as the texts were given."""
    pairs = sorted((order[place], near) for place, near in zip(found.members, found.closeness, strict=True))
    return Cluster(
        members=tuple(place for place, _ in pairs),
        closeness=tuple(near for _, near in pairs),
        words=found.words,
        centre=found.centre,
        typical=tuple(order[place] for place in found.typical),
    )


def closest(document: Document, centres: Mapping[int, Mapping[str, float]]) -> tuple[int, float] | None:
    """The topic in whose middle a text stands, with the cosine; None when none is close enough. Words count equally."""
    known = {word: 1.0 + float(np.log(count)) for word, count in document.items() if count > 0}
    length = float(np.sqrt(sum(weight**2 for weight in known.values())))
    best: tuple[int, float] | None = None
    for topic, centre in sorted(centres.items()):
        size = float(np.sqrt(sum(weight**2 for weight in centre.values())))
        shared = sum(weight * centre.get(word, 0.0) for word, weight in known.items())
        near = shared / (length * size) if length and size else 0.0
        if near >= CLOSE_ENOUGH and (best is None or near > best[1]):
            best = topic, round(near, 6)
    return best


def likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The cosine of two middles, 0 to 1."""
    sizes = [float(np.sqrt(sum(weight**2 for weight in centre.values()))) for centre in (one, other)]
    shared = sum(weight * other.get(word, 0.0) for word, weight in one.items())
    return shared / (sizes[0] * sizes[1]) if all(sizes) else 0.0
