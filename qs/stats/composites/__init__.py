"""Scores made of figures, step by step: a common scale, weights, means on several levels, and how sure all that is.

points        a figure against its target, in points
normalising   figures of any unit on one scale: min-max, z, percentile rank, goalposts
weights       weights from judgements (AHP) or from the figures (entropy), and draws of uncertain weights
aggregating   weighted means, arithmetic or geometric, of one level or of a tree of groups; what is missing
topsis        closeness to the ideal
sensitivity   what other weights would do to the ranks
uncertainty   the sampling error of every figure carried into the score
stars         scores cut into star bands, and how probable each star is
"""

from qs.stats.composites.aggregating import (
    Composite,
    Group,
    Mean,
    Means,
    Nested,
    Part,
    composite,
    nested,
    weighted_means,
)
from qs.stats.composites.normalising import (
    Normalised,
    distance_to_target,
    goalposts,
    min_max,
    percentile_ranks,
    z_scores,
)
from qs.stats.composites.points import points_band, points_down, points_up
from qs.stats.composites.sensitivity import WeightSensitivity, weight_sensitivity
from qs.stats.composites.stars import Stars, star_bands, star_probabilities, stars_of
from qs.stats.composites.topsis import Closeness, topsis
from qs.stats.composites.uncertainty import ScoreDraws, carried, figure_draws
from qs.stats.composites.weights import (
    Criterion,
    InconsistentJudgements,
    Priorities,
    ahp,
    ahp_hierarchy,
    combined_judgements,
    dirichlet_draws,
    entropy_weights,
    weight_draws,
)

__all__ = [
    "Closeness",
    "Composite",
    "Criterion",
    "Group",
    "InconsistentJudgements",
    "Mean",
    "Means",
    "Nested",
    "Normalised",
    "Part",
    "Priorities",
    "ScoreDraws",
    "Stars",
    "WeightSensitivity",
    "ahp",
    "ahp_hierarchy",
    "carried",
    "combined_judgements",
    "composite",
    "dirichlet_draws",
    "distance_to_target",
    "entropy_weights",
    "figure_draws",
    "goalposts",
    "min_max",
    "nested",
    "percentile_ranks",
    "points_band",
    "points_down",
    "points_up",
    "star_bands",
    "star_probabilities",
    "stars_of",
    "topsis",
    "weight_draws",
    "weight_sensitivity",
    "weighted_means",
    "z_scores",
]
