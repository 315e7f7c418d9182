"""Control charts: which changes of an indicator are signals, and which are the noise it always has.

All charts take many series at once, (series, periods), oldest first, NaN where missing, and answer for each point.
"""

from qs.stats.control_charts.changes import Steps, best_steps, change_points
from qs.stats.control_charts.guards import Autocorrelation, autocorrelation
from qs.stats.control_charts.individuals import XmrChart, XmrCharts, xmr
from qs.stats.control_charts.runs import Runs, anhoej_runs
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
    "Autocorrelation",
    "Direction",
    "Gap",
    "PointType",
    "Ranges",
    "Rule",
    "Runs",
    "Steps",
    "Ties",
    "Variation",
    "XmrChart",
    "XmrCharts",
    "anhoej_runs",
    "autocorrelation",
    "best_steps",
    "change_points",
    "xmr",
]
