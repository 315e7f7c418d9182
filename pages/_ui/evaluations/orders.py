"""From an approved sheet to a rectification: the button beside a criterion, or the link to the order it raised."""

from __future__ import annotations

import streamlit as st

from pages._ui.page import Page, reading, saving
from pages._ui.run import go
from pages._ui.widgets import note
from qs.actor import Permission
from qs.evaluations.details import CriterionDetail, SheetDetail
from qs.evaluations.rectifying import orders_of, rectify_criterion
from qs.evaluations.terms import SheetState, Subject
from qs.i18n import gettext as _
from qs.i18n import number, pick
from qs.rectifications.queries import rights_over
from qs.texts import LONG, SHORT


def orders_on(page: Page, shown: SheetDetail) -> tuple[dict[int, int], bool]:
    """By criterion the order it raised, and whether this person may order more."""
    with reading() as session:
        ids = [one.criterion_id for one in shown.criteria]
        orders = orders_of(session, shown.sheet_id, ids, actor=page.actor)
        rights = rights_over(session, shown.service_id, actor=page.actor)
    may = (
        Permission.RECTIFICATIONS_ORDER in rights
        and page.actor.has(Permission.EVALUATIONS_REVIEW)
        and shown.state is SheetState.APPROVED
        and shown.subject is not Subject.SELF
    )
    return orders, may


def criterion_order(page: Page, shown: SheetDetail, one: CriterionDetail, order_id: int | None, *, may: bool) -> None:
    """Order that what this criterion found wanting is put right, or open the order."""
    if order_id is not None:
        if st.button(
            _("Open the rectification"),
            icon=":material/build_circle:",
            type="tertiary",
            key=f"order_{one.criterion_id}",
        ):
            go("rectifications", rectification=str(order_id))
    elif may and one.score is not None:
        with st.popover(_("Order rectification"), icon=":material/build_circle:", type="tertiary"):
            order_form(page, shown, one)


def order_form(page: Page, shown: SheetDetail, one: CriterionDetail) -> None:
    name = pick(one.name, one.name_en)
    with st.form(f"rectify_{one.criterion_id}", border=False):
        title = st.text_input(_("Title"), name, max_chars=SHORT, key=f"rectify_title_{one.criterion_id}")
        demand = st.text_area(
            _("What has to be put right"),
            _("{criterion} scored {score} of 100 in {cycle}. Find the cause, put it right, and prove it.").format(
                criterion=name, score=number(one.score or 0), cycle=shown.cycle
            ),
            max_chars=LONG,
            key=f"rectify_demand_{one.criterion_id}",
        )
        note(_("The service's leader answers for it: plan within 3 working days, proof within 15."))
        pressed = st.form_submit_button(
            _("Order rectification"), type="primary", key=f"rectify_save_{one.criterion_id}"
        )
    if pressed:
        with saving(page, done=_("The rectification was ordered.")) as session:
            rectify_criterion(
                session, shown.sheet_id, one.criterion_id, title=title, demand=demand, actor=page.actor, now=page.now
            )
