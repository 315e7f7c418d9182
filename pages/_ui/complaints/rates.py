"""The three rates large, each with its interval, its counts, and what it would be with excluded requests."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui.figures import NOTHING
from pages._ui.widgets import definition, note
from qs.complaints.figures.rates import Edition, Rates
from qs.complaints.figures.three_rates import interval
from qs.i18n import gettext as _
from qs.i18n import number, percent, pick
from qs.stats.comparison import wilson


def share_text(share: float | None) -> str:
    return NOTHING if share is None or pd.isna(share) else percent(share)


def interval_text(found: tuple[float, float] | None) -> str:
    if found is None:
        return _("no data")
    return _("{low} to {high}").format(low=percent(found[0]), high=percent(found[1]))


def rate_tiles(assessed: Rates, every: Rates, frame: pd.DataFrame, edition: Edition) -> None:
    """Response, resolution and satisfaction, their composite, and completion in time."""
    names = {
        "response": _("Response rate"),
        "resolution": _("Resolution rate"),
        "satisfaction": _("Satisfaction rate"),
    }
    with st.container(horizontal=True, gap="small"):
        for name, title in names.items():
            share, with_all = getattr(assessed, name), getattr(every, name)
            facts = [
                number_of(assessed.valid),
                interval_text(interval((share or 0.0) * assessed.valid, assessed.valid)),
            ]
            if name == "satisfaction":
                facts.append(_("unweighted {share}").format(share=share_text(assessed.unweighted_satisfaction)))
            tile(title, share_text(share), [*facts, included(share_text(with_all), assessed, every)])
        composite, with_all = (
            NOTHING if one.composite is None else number(one.composite, 2) for one in (assessed, every)
        )
        weights = (percent(one, 0) for one in (edition.response, edition.resolution, edition.satisfaction))
        facts = [number_of(assessed.valid), " + ".join(weights), included(with_all, assessed, every)]
        tile(_("Composite"), composite, facts)
        on_time, base = (int(frame[name].sum()) for name in ("on_time", "on_time_base"))
        found = wilson(on_time, base) if base else None
        facts = [
            _("{numerator} / {denominator}").format(numerator=number(on_time), denominator=number(base)),
            interval_text(None if found is None else (float(found.lower), float(found.upper))),
        ]
        tile(_("Closed in time"), share_text(on_time / base if base else None), facts)


def number_of(valid: int) -> str:
    return _("n = {n}").format(n=number(valid))


def included(text: str, assessed: Rates, every: Rates) -> str:
    """The same figure with excluded requests and spam, where there are any."""
    if every.valid == assessed.valid:
        return _("nothing excluded")
    return _("with excluded ones {share}, n = {n}").format(share=text, n=number(every.valid))


def tile(title: str, value: str, facts: list[str]) -> None:
    """One large figure, and what it rests on below, line by line."""
    with st.container(border=True, gap=None, width="stretch"):
        st.metric(title, value)
        for fact in facts:
            note(fact)


def rate_definitions(edition: Edition) -> None:
    """What every figure of the page means, in words: above the line / below the line, and where the rule comes from."""
    points = number(edition.basic_points, 2)
    weights = {
        "response": percent(edition.response, 0),
        "resolution": percent(edition.resolution, 0),
        "satisfaction": percent(edition.satisfaction, 0),
    }
    with st.container(horizontal=True, gap="small"):
        definition(
            _("What these figures mean"),
            [
                (_("Response rate"), _("Call-backs in which the unit had been in contact / valid call-backs")),
                (_("Resolution rate"), _("Call-backs in which the matter was solved / valid call-backs")),
                (
                    _("Satisfaction rate"),
                    _("(Satisfied + {points} × basically satisfied) / valid call-backs").format(points=points),
                ),
                (
                    _("Composite"),
                    _("{response} response, {resolution} resolution, {satisfaction} satisfaction").format(**weights),
                ),
                (_("Valid call-backs"), _("Those that reached the requester of a request neither excluded nor spam")),
                (
                    _("Closed in time"),
                    _("Closed in time / (closed in the period + still open and past the limit at its end)"),
                ),
                (_("Interval"), _("95 % Wilson score interval; no data where the denominator is zero")),
                (_("Source"), pick(edition.source, edition.source_en)),
            ],
        )
