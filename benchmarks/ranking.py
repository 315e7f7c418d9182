"""How fast ranks are drawn and weights are varied, beside the plain ways with pandas and with a loop."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.measuring import detail, headline, ratios, rounds, spread
from qs.stats.composites import Group, Part, weight_draws, weight_sensitivity
from qs.stats.ranks import rank_draws

UNITS, DRAWS = 500, 10_000
GROUPS, PARTS = 5, 4  # 20 indicators in five groups
ROUNDS = 5
RANK_AIM_SECONDS, WEIGHT_AIM_SECONDS = 0.25, 0.5
TAILS = (0.025, 0.975)


def main() -> None:
    ranks()
    weights()


def ranks() -> None:
    rng = np.random.default_rng(1)
    scores = rng.standard_normal((UNITS, DRAWS)) + 2 * rng.standard_normal((UNITS, 1))
    if not np.allclose(rank_draws(scores).mean, ranks_by_pandas(scores).mean(axis=1)):
        raise RuntimeError("the two ways do not give the same ranks")
    ways = {"ours": lambda: rank_draws(scores), "pandas": lambda: ranks_told_by_pandas(scores)}
    taken = rounds(ways, count=ROUNDS, runs=1)
    aim = f"at most {RANK_AIM_SECONDS} s"
    headline("rank draws", f"{spread(taken['ours']).told(' s')} for {DRAWS:,} draws of {UNITS} units", aim)
    detail(
        f"pandas rank, mean, quantiles and chances take {ratios(taken['pandas'], taken['ours']).told(' times')} as long"
    )


def ranks_by_pandas(scores: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(scores).rank(axis=0, ascending=False)


def ranks_told_by_pandas(scores: np.ndarray) -> pd.DataFrame:
    """The same five figures per unit."""
    table = ranks_by_pandas(scores)
    lower, upper = (table.quantile(level, axis=1) for level in TAILS)
    extreme = UNITS // 10
    top, bottom = (table <= extreme).mean(axis=1), (table > UNITS - extreme).mean(axis=1)
    return pd.DataFrame({"mean": table.mean(axis=1), "lower": lower, "upper": upper, "top": top, "bottom": bottom})


def weights() -> None:
    rng = np.random.default_rng(2)
    figures = {f"i{number}": rng.uniform(0, 100, UNITS) for number in range(GROUPS * PARTS)}
    tree = Group("score", tuple(Group(f"g{group}", leaves(group)) for group in range(GROUPS)))

    def ours() -> object:
        return weight_sensitivity(tree, figures, rng=np.random.default_rng(3), missing_limit=0.2, count=DRAWS)

    taken = rounds({"ours": ours, "loop": lambda: weights_by_loop(tree, figures)}, count=ROUNDS, runs=1)
    size = f"{DRAWS:,} draws of all weights of {GROUPS * PARTS} indicators, {UNITS} units"
    headline("weight draws", f"{spread(taken['ours']).told(' s')} for {size}", f"at most {WEIGHT_AIM_SECONDS} s")
    times = ratios(taken["loop"], taken["ours"]).told(" times")
    detail(f"the same by a numpy loop over the draws takes {times} as long")


def leaves(group: int) -> tuple[Part, ...]:
    return tuple(Part(f"i{number}") for number in range(group * PARTS, (group + 1) * PARTS))


def weights_by_loop(tree: Group, figures: dict[str, np.ndarray]) -> np.ndarray:
    """The ranks of every draw, one draw after another, and their quantiles."""
    rng = np.random.default_rng(3)
    table = np.stack([figures[part.name] for part in tree.leaves()], axis=1).reshape(UNITS, GROUPS, PARTS)
    found = np.empty((DRAWS, UNITS), dtype=np.int64)
    for draw in range(DRAWS):
        inner = np.stack([weight_draws(rng, np.ones(PARTS), count=1)[0] for _ in range(GROUPS)])
        scores = np.einsum("ugp,gp->ug", table, inner) @ weight_draws(rng, np.ones(GROUPS), count=1)[0]
        found[draw, np.argsort(-scores)] = np.arange(1, UNITS + 1)
    return np.quantile(found, (0.05, 0.5, 0.95), axis=0)
