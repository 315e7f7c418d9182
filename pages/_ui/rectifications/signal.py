"""From a signal to an order: the button below a chart that got worse, or the link to the order that it raised."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages._ui import figures
from pages._ui.page import Page, reading
from pages._ui.rectifications.forms import signal_order_form
from pages._ui.run import go
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.monitoring.signals import signals_of_series
from qs.monitoring.terms import Standing
from qs.periods import from_microseconds, local_day
from qs.rectifications import queries
from qs.rectifications.terms import Source
from qs.settings import settings

Series = Any  # Any: one row of Board.series


def signal_order(series: Series, page: Page) -> None:
    """Order a rectification for a series that got worse; open the one that is running already, whoever ordered it."""
    if not page.actor.has(Permission.RECTIFICATIONS_READ):
        return
    service_id, indicator_id = int(series.service_id), int(series.indicator_id)
    starts_on = local_day(from_microseconds(int(series.shown_starts_at)), settings().zone)
    source_ref = f"{service_id}:{indicator_id}:{starts_on.isoformat()}"
    with reading() as session:
        running = queries.open_signal_order(session, service_id, indicator_id, actor=page.actor)
        same = queries.rectification_of(session, Source.SIGNAL, source_ref, actor=page.actor)
        rights = queries.rights_over(session, service_id, actor=page.actor)
        signals = signals_of_series(session, service_id, indicator_id, actor=page.actor)
    order_id = running or (same.id if same is not None else None)
    if order_id is not None:
        if st.button(_("Open the rectification"), icon=":material/build_circle:", width="stretch", key="open_order"):
            go("rectifications", rectification=str(order_id))
    elif series.standing is Standing.CONCERN and Permission.RECTIFICATIONS_ORDER in rights:
        with st.popover(_("Order rectification"), icon=":material/build_circle:", type="primary", width="stretch"):
            signal_order_form(
                page,
                service_id=service_id,
                indicator_id=indicator_id,
                source_ref=source_ref,
                signal=next((one for one in signals if one.can_be_put_right), None),
                title=_("{indicator}: {finding}").format(
                    indicator=figures.indicator_name(series), finding=figures.finding(series)
                ),
                demand=demand_words(series),
            )


def demand_words(series: Series) -> str:
    """What is demanded, filled in from the figure; the person puts it into better words."""
    text = _("{indicator} stands at {value} ({period}; target {target}). Find the cause, put it right, and prove it.")
    return text.format(
        indicator=figures.indicator_name(series),
        value=figures.value_text(series, series.value, with_unit=True),
        period=figures.shown_period(series),
        target=figures.target_text(series),
    )
