"""What can be done about a signal, for the person who may: note, dismiss, have it put right, new limits, end."""

from __future__ import annotations

import streamlit as st

from pages._ui.page import Page, reading, saving
from pages._ui.run import go
from pages._ui.seen import note_seen, seen_version
from pages._ui.widgets import note, plain, section
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.monitoring import actions, wording
from qs.monitoring.signals import SignalDetail, rights_over, told_of
from qs.monitoring.terms import FIELDS, Side, SignalKind, SignalStatus
from qs.rectifications.terms import FIELDS as ORDER_FIELDS
from qs.rectifications.terms import Status
from qs.sentences import label
from qs.texts import LONG, SHORT


def next_step(page: Page, detail: SignalDetail) -> None:
    """What can be done now, and what is under way."""
    row = detail.row
    signal_id, version = int(row["signal_id"]), int(row["version"])
    seen = seen_version(signal_id, version)
    with reading() as session:
        rights = rights_over(session, int(row["service_id"]), actor=page.actor)
    with st.container(border=True, gap="small"):
        section(_("Next step"))
        under_way(page, detail)
        if row["ended_at"] is None:
            steps(page, detail, seen, rights)
        elif detail.order is None:
            note(_("Nothing: this signal is over."))
    note_seen(signal_id, version)


def under_way(page: Page, detail: SignalDetail) -> None:
    """The rectification, and the room where ratings and feeds are dealt with."""
    order, kind = detail.order, detail.row["kind"]
    if order is not None:
        text = _("{number} {title}: {status}").format(
            number=order.number, title=pick(order.title, order.title_en), status=label(order.status)
        )
        st.markdown(plain(text))
        if order.status is Status.CLOSED and detail.row["ended_at"] is None and detail.row["is_present"]:
            note(
                _("It was closed, but the figures have not recovered. Look at it again, and open it again if need be.")
            )
        if page.actor.has(Permission.RECTIFICATIONS_READ) and st.button(
            _("Open the rectification"), icon=":material/build_circle:", width="stretch", key="open_order"
        ):
            go("rectifications", rectification=str(order.rectification_id))
    rooms = {
        SignalKind.FEED_SILENT: ("feeds", _("Open Data feeds"), Permission.FEEDS_READ),
        SignalKind.MANIPULATION_SUSPECTED: ("participation", _("Open Participation"), Permission.PARTICIPATION_READ),
    }
    if kind in rooms and page.actor.has(rooms[kind][2]):
        screen, words, _right = rooms[kind]
        if st.button(words, icon=":material/open_in_new:", width="stretch", key="open_room"):
            go(screen)


def steps(page: Page, detail: SignalDetail, seen: int, rights: frozenset[Permission]) -> None:
    """The forms of a running signal."""
    row = detail.row
    decides = Permission.SIGNALS_DECIDE in rights
    can_order = row["side"] is not Side.IMPROVEMENT and detail.status is not SignalStatus.IN_RECTIFICATION
    if decides and can_order:
        if Permission.RECTIFICATIONS_ORDER in rights and row["indicator_id"] is not None:
            with st.popover(_("Order rectification"), icon=":material/build_circle:", type="primary", width="stretch"):
                order_form(page, detail, seen)
        if detail.open_orders:
            with st.popover(_("Link a running rectification"), icon=":material/link:", width="stretch"):
                link_form(page, detail, seen)
    if detail.status is SignalStatus.NEW and Permission.SIGNALS_ACKNOWLEDGE in rights:
        with st.popover(_("Acknowledge"), icon=":material/visibility:", width="stretch"):
            note(_("Says that you know of it. It stays in the list until it is decided on or over."))
            words_form(page, detail, seen, "acknowledge")
    if decides and row["kind"].is_change and row["onset_at"] is not None and Permission.LIVE_REBASE in rights:
        with st.popover(_("Propose new limits"), icon=":material/start:", width="stretch"):
            rebase_form(page, detail)
    if decides and detail.status.waits:
        with st.popover(_("Set it aside"), icon=":material/do_not_disturb_on:", width="stretch"):
            note(_("Nothing needs doing, and you say why. It comes back only if it grows stronger."))
            words_form(page, detail, seen, "dismiss")
    if decides and not row["is_present"]:
        with st.popover(_("End the signal"), icon=":material/task_alt:", width="stretch"):
            note(_("The newest figures do not show it any more; you need not wait for the next period."))
            words_form(page, detail, seen, "end")
    if not rights & {Permission.SIGNALS_DECIDE, Permission.SIGNALS_ACKNOWLEDGE}:
        note(_("A supervisor decides on it."))


def words_form(page: Page, detail: SignalDetail, seen: int, act: str) -> None:
    """A form with one text: a remark, or the reason that dismissing needs."""
    signal_id = int(detail.row["signal_id"])
    field = "reason" if act == "dismiss" else "note"
    buttons = {"acknowledge": _("Acknowledge"), "dismiss": _("Set it aside"), "end": _("End the signal")}
    done = {
        "acknowledge": _("The signal was acknowledged."),
        "dismiss": _("The signal was dismissed."),
        "end": _("The signal is over."),
    }
    with st.form(f"{act}_{signal_id}", border=False):
        words = st.text_area(_(FIELDS[field]), max_chars=LONG, key=f"{act}_words_{signal_id}")
        pressed = st.form_submit_button(buttons[act], type="primary", key=f"{act}_save_{signal_id}")
    if pressed:
        by = {"version": seen, "actor": page.actor, "now": page.now}
        with saving(page, done=done[act]) as session:
            if act == "acknowledge":
                actions.acknowledge_signal(session, signal_id, words, **by)
            elif act == "dismiss":
                actions.dismiss_signal(session, signal_id, words, **by)
            else:
                actions.close_signal(session, signal_id, words, **by)


def order_form(page: Page, detail: SignalDetail, seen: int) -> None:
    """Title and demand filled in from the figures, to be put into one's own words."""
    signal_id, told = int(detail.row["signal_id"]), told_of(detail.row)
    for_title, for_demand = (_(ORDER_FIELDS[field]) for field in ("title", "demand"))
    with st.form(f"order_{signal_id}", border=False):
        title = st.text_input(
            for_title, wording.headline(told)[:SHORT], max_chars=SHORT, key=f"order_title_{signal_id}"
        )
        usual = _("{finding} Find the cause, put it right, and prove it.").format(finding=wording.what_happened(told))
        demand = st.text_area(for_demand, usual, max_chars=LONG, key=f"order_demand_{signal_id}")
        note(_("The service's leader answers for it: plan within 3 working days, proof within 15."))
        pressed = st.form_submit_button(_("Order rectification"), type="primary", key=f"order_save_{signal_id}")
    if pressed:
        with saving(page, done=_("The rectification was ordered.")) as session:
            actions.order_for_signal(
                session, signal_id, title=title, demand=demand, version=seen, actor=page.actor, now=page.now
            )


def link_form(page: Page, detail: SignalDetail, seen: int) -> None:
    signal_id = int(detail.row["signal_id"])
    words = {one.rectification_id: f"{one.number} {pick(one.title, one.title_en)}" for one in detail.open_orders}
    with st.form(f"link_{signal_id}", border=False):
        chosen = st.selectbox(
            _("Rectification of this service"), list(words), format_func=words.__getitem__, key=f"link_to_{signal_id}"
        )
        pressed = st.form_submit_button(_("Link it"), type="primary", key=f"link_save_{signal_id}")
    if pressed and chosen is not None:
        with saving(page, done=_("The signal is linked to the rectification.")) as session:
            actions.link_signal(session, signal_id, chosen, version=seen, actor=page.actor, now=page.now)


def rebase_form(page: Page, detail: SignalDetail) -> None:
    """New limits from the beginning of the change on; on Live another period can be chosen."""
    row = detail.row
    note(_("Use this when you know that the process was changed on purpose. A second person must approve."))
    note(_("From {period} on").format(period=wording.period_words(row["onset_at"], row["grain"])))
    with st.form(f"rebase_{row['signal_id']}", border=False):
        reason = st.text_input(
            _(FIELDS["reason"]), max_chars=actions.REASON_LENGTH, key=f"rebase_why_{row['signal_id']}"
        )
        pressed = st.form_submit_button(_("Propose new limits"), type="primary", key=f"rebase_save_{row['signal_id']}")
    if pressed:
        with saving(page, done=_("Proposed. New limits apply once a colleague approves.")) as session:
            actions.propose_rebase(
                session,
                row["service_id"],
                row["indicator_id"],
                row["onset_at"],
                reason=reason,
                actor=page.actor,
                now=page.now,
            )
