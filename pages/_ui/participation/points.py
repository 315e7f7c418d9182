"""Rating points on screen: the list, a new one, its QR code to print, and receipts for finished matters."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import keep, kept_id, localised, words_by_code
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading, saving
from pages._ui.participation.steps import first_of, labels_of
from pages._ui.tables import offer_download, table
from pages._ui.widgets import Action, empty_state, note, plain, section, show_text
from qs.actor import Permission
from qs.directory.queries import services
from qs.i18n import gettext as _
from qs.i18n import number, pick
from qs.observations.terms import Channel
from qs.participation import actions, queries, rules
from qs.participation.print_sheets import point_address, point_sheet, qr_picture
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

Row = Any  # Any: one row of queries.points, whose columns are named there

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EDIT = Permission.PARTICIPATION_EDIT
MOST_PRINTED = 200


def points_view(page: Page) -> None:
    with reading() as session:
        found = queries.points(session, actor=page.actor)
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        picked = point_list(page, found)
    with right:
        if picked is not None and str(picked["point_id"]) != st.query_params.get("point"):
            keep("point", str(picked["point_id"]))
            keep("do", None)
        rows = found[found["point_id"] == (kept_id("point") or first_of(found, "point_id"))]
        if page.actor.has(EDIT) and st.query_params.get("do") == "point":
            point_form(page)
        elif rows.empty:
            empty_state(
                _("Choose a rating point"),
                _("Its card shows the QR code to print, and issues receipts for finished matters."),
                icon="qr_code_2",
            )
        else:
            point_card(page, next(rows.itertuples()))


def point_list(page: Page, found: pd.DataFrame) -> dict[str, Any] | None:  # Any: values of a row
    if found.empty:
        begin = Action("new_point", _("Add a rating point"), icon="add")
        if empty_state(
            _("No rating point yet"),
            _("A rating point is a counter, window or page with a QR code on it, at which people rate."),
            action=begin if page.actor.has(EDIT) else None,
            icon="qr_code_2",
        ):
            keep("do", "point")
            st.rerun()
        return None
    shown = localised(found, "service", "counter")
    shown = shown.assign(
        channel_words=labels_of(found["channel"], Channel),
        state=[_("in use") if one else _("closed") for one in found["is_open"]],
    )
    columns = {
        "service": st.column_config.TextColumn(_("Service"), width=165),
        "counter": st.column_config.TextColumn(_("Counter or window"), width=115),
        "channel_words": _("Channel"),
        "code": _("Public code"),
        "ratings": st.column_config.NumberColumn(_("Unverified ratings"), format="localized"),
        "state": _("State"),
    }
    return table(
        shown,
        columns,
        key="points",
        search=("service", "service_en", "counter", "counter_en", "code"),
        rows_per_page=14,
        is_selectable=True,
    )


def point_card(page: Page, row: Row) -> None:
    address = point_address(settings().public_url, row.code)
    picture = qr_picture(address)
    with st.container(border=True, gap="small"):
        st.markdown(f"### {plain(pick(row.counter, row.counter_en))}", anchors=False)
        note(pick(row.service, row.service_en))
        st.image(picture, width=220)
        fact_list([(_("Leads to"), address), (_("Public code"), row.code), (_("Channel"), label(Channel(row.channel)))])
        note(
            _("The code says where, never who. Ratings with it alone are shown apart; a receipt makes a rating count.")
        )
        with st.container(horizontal=True, gap="small"):
            offer_download(
                page, _("QR code (PNG)"), f"rate_{row.code}.png", lambda: picture, "image/png", key="point_png"
            )
            offer_download(
                page,
                _("Sheet to print (DOCX)"),
                f"rate_{row.code}.docx",
                lambda: point_sheet(
                    address,
                    service=row.service,
                    service_en=row.service_en,
                    counter=row.counter,
                    counter_en=row.counter_en,
                    code=row.code,
                ),
                DOCX,
                key="point_docx",
            )
        if page.actor.has(EDIT) and row.is_open:
            receipts_part(page, row)
            with st.popover(_("Close this point"), icon=":material/block:"):
                note(_("Its code can no longer be used. What was rated with it stays."))
                if st.button(_("Close it for good"), key="close_point"):
                    with saving(page, done=_("Closed.")) as session:
                        actions.close_point(session, row.point_id, version=row.version, actor=page.actor, now=page.now)


def receipts_part(page: Page, row: Row) -> None:
    """Receipts are printed by the counter's system through the API; here they are made by hand, shown this once."""
    section(_("Receipts for finished matters"))
    note(_("Each code rates once, within 30 days. They are shown now and never again: only their hashes are kept."))
    today = local_day(page.now, settings().zone)
    with st.form(f"receipts_{row.point_id}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            count = st.number_input(_("How many"), min_value=1, max_value=MOST_PRINTED, value=10, key="receipts_count")
            finished_on = st.date_input(_("Finished on"), value=today, max_value=today, key="receipts_day")
        pressed = st.form_submit_button(_("Make receipts"), key="receipts_save")
    if pressed:
        codes: list[str] = []
        with saving(page, stays=True) as session:
            codes = actions.issue_receipts(
                session,
                row.service_id,
                count=int(count),
                finished_on=finished_on,
                channel=Channel(row.channel),
                actor=page.actor,
                now=page.now,
            )
        if codes:
            note(_("{n} receipts made:").format(n=number(len(codes))))
            show_text("\n".join(rules.shown_code(code) for code in codes))


def point_form(page: Page) -> None:
    with reading() as session:
        found = services(session, actor=page.actor, permission=EDIT)
    words = words_by_code(found[found["is_open"]])
    ids = dict(zip(found["code"], found["service_id"].tolist(), strict=True))
    section(_("Add a rating point"))
    with st.form("new_point"):
        code = st.selectbox(
            _("Service"), list(words), index=None, format_func=words.__getitem__, key="new_point_service"
        )
        counter = st.text_input(_("Counter or window"), max_chars=120, key="new_point_counter")
        counter_en = st.text_input(_("The same in English"), max_chars=120, key="new_point_counter_en")
        channels = [one for one in Channel if one is not Channel.UNKNOWN]
        channel = st.selectbox(_("Channel"), channels, format_func=label, key="new_point_channel")
        pressed = st.form_submit_button(_("Add the point"), type="primary", key="new_point_save")
    if st.button(_("Cancel"), type="tertiary", key="new_point_cancel"):
        keep("do", None)
        st.rerun()
    if pressed and code is None:
        st.error(_("Choose the service."), icon=":material/error:")
    elif pressed and code is not None:
        with saving(page, done=_("Added: print its code.")) as session:
            made = actions.add_point(
                session,
                ids[code],
                counter=counter,
                counter_en=counter_en,
                channel=Channel(channel),
                actor=page.actor,
                now=page.now,
            )
            keep("do", None)
            keep("point", str(made))
