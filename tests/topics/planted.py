"""Requests with planted topics, in Chinese and English, and noise around them; seeded."""

from __future__ import annotations

from collections import Counter

import numpy as np

CHINESE = {
    "暖气": (
        ["暖气不热", "室温不到十六度", "供热管道冰凉", "暖气片不热", "供暖温度不够", "供热站不来测室温"],
        "供热公司一直推脱",
    ),
    "公交": (["公交车晚点", "站牌时刻不准", "公交车长时间不来", "早高峰公交车太挤", "末班车提前收车"], "司机态度冷淡"),
    "垃圾": (["垃圾桶满溢", "垃圾清运不及时", "垃圾桶旁异味重", "垃圾清运车不来", "垃圾堆在单元楼道"], "夏天苍蝇很多"),
}
ENGLISH = {
    "lights": [
        "street lights broken",
        "lamp post dark",
        "lights broken outside the school",
        "dark lamp and broken lights",
    ],
    "water": [
        "brown tap water",
        "low water pressure",
        "tap water smells",
        "brown water with low pressure from the tap",
    ],
    "library": [
        "library closed early",
        "library books missing",
        "borrowing desk closed",
        "missing books at the library desk",
    ],
}


def requests(per_topic: int = 12, *, seed: int = 0) -> tuple[list[tuple[str, str]], list[str]]:
    """Titles and texts of `per_topic` requests about each of six matters, and the matter of each, shuffled."""
    rng = np.random.default_rng(seed)
    found = []
    for name, (phrases, ending) in CHINESE.items():
        for _ in range(per_topic):
            said = list(rng.choice(phrases, size=3, replace=False))
            found.append(((said[0], "，".join(said[1:]) + f"，{ending}，电话1700000{rng.integers(10000):04d}。"), name))
    for name, sentences in ENGLISH.items():
        for _ in range(per_topic):
            said = list(rng.choice(sentences, size=3, replace=False))
            found.append(((said[0], ". ".join(said[1:]) + f". Call {rng.integers(10**9)}."), name))
    order = rng.permutation(len(found))
    return [found[place][0] for place in order], [found[place][1] for place in order]


def planted_documents(
    count: int, *, topics: int = 25, noise: float = 0.3, seed: int = 0
) -> tuple[list[Counter[str]], np.ndarray]:
    """Documents with a few words of one topic among words of everything, and the topic of each, -1 for noise.

    Topics differ in size by a log-normal factor; a topic has twelve words of its own, 300 words belong to everything.
    """
    rng = np.random.default_rng(seed)
    everything = 1 / np.arange(5, 305)
    own = 1 / np.arange(2, 14)
    sizes = np.exp(rng.normal(0, 0.7, topics))
    documents, labels = [], []
    for _ in range(count):
        words = [f"b{one}" for one in rng.choice(300, size=rng.integers(4, 10), p=everything / everything.sum())]
        topic = -1 if rng.random() < noise else int(rng.choice(topics, p=sizes / sizes.sum()))
        if topic >= 0:
            words += [f"t{topic}_{one}" for one in rng.choice(12, size=rng.integers(3, 7), p=own / own.sum())]
        documents.append(Counter(words))
        labels.append(topic)
    return documents, np.array(labels)
