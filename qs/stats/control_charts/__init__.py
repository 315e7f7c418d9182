"""Control charts: which changes of an indicator are signals, and which are the noise it always has.

All charts take many series at once, (series, periods), oldest first, NaN where missing, and answer for each point.
`xmr` for any figure, the attribute charts where it is made of counts, `ewma` and `cusum` for small drifts. Before:
`without_season`; beside: `expected_false_alarms`; after a signal: `best_steps` and `change_points` date it.
"""

from qs.stats.control_charts.attributes import (
    AttributeCharts,
    AttributeOptions,
    c_chart,
    laney_p,
    laney_u,
    p_chart,
    u_chart,
)
from qs.stats.control_charts.changes import Steps, best_steps, change_points
from qs.stats.control_charts.drifts import (
    Cusum,
    CusumPlan,
    Ewma,
    EwmaPlan,
    count_cusum,
    count_reference,
    cusum,
    ewma,
)
from qs.stats.control_charts.false_alarms import FalseAlarms, RuleSet, expected_false_alarms
from qs.stats.control_charts.guards import Autocorrelation, autocorrelation
from qs.stats.control_charts.individuals import XmrChart, XmrCharts, xmr
from qs.stats.control_charts.run_lengths import average_run_length
from qs.stats.control_charts.runs import Runs, anhoej_runs
from qs.stats.control_charts.seasons import Seasons, without_season
from qs.stats.control_charts.terms import (
    MIN_CHART_POINTS,
    MIN_FIRM_POINTS,
    Assurance,
    Direction,
    Gap,
    PointType,
    Ranges,
    Rule,
    Ties,
    Variation,
)

__all__ = [
    "MIN_CHART_POINTS",
    "MIN_FIRM_POINTS",
    "Assurance",
    "AttributeCharts",
    "AttributeOptions",
    "Autocorrelation",
    "Cusum",
    "CusumPlan",
    "Direction",
    "Ewma",
    "EwmaPlan",
    "FalseAlarms",
    "Gap",
    "PointType",
    "Ranges",
    "Rule",
    "RuleSet",
    "Runs",
    "Seasons",
    "Steps",
    "Ties",
    "Variation",
    "XmrChart",
    "XmrCharts",
    "anhoej_runs",
    "autocorrelation",
    "average_run_length",
    "best_steps",
    "c_chart",
    "change_points",
    "count_cusum",
    "count_reference",
    "cusum",
    "ewma",
    "expected_false_alarms",
    "laney_p",
    "laney_u",
    "p_chart",
    "u_chart",
    "without_season",
    "xmr",
]
