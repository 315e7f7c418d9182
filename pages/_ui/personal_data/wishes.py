"""Wishes to be erased and holds for procedures: what was asked and why, decided by a second person, never whose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from pages._ui.choices import keep
from pages._ui.page import Page, saving
from pages._ui.tables import rows, table
from pages._ui.widgets import empty_state, note, section, show_text
from qs.i18n import day, moment, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.retention import grant_erasure, person_by_number
from qs.sentences import label
from qs.settings import settings
from qs.vault import erasures, holds
from qs.vault.terms import Erasure, ErasureRefusal, Hold, HoldReason

USUAL_HOLD = timedelta(days=180)


def wish_list(page: Page, wishes: Sequence[Erasure], *, may_decide: bool) -> None:
    """Those to be decided as cards, the decided ones as a table."""
    if not wishes:
        empty_state(
            _("Nobody has asked to be erased"),
            _("Requesters ask on their status page, or the desk passes it on. Here somebody else decides."),
            icon="person_off",
        )
        return
    waiting = [one for one in wishes if one.decided_at is None]
    for one in waiting:
        wish_card(page, one, may_decide=may_decide)
    decided = [one for one in wishes if one.decided_at is not None]
    if not decided:
        return
    section(_("Decided wishes"))
    frame = pd.DataFrame(
        [
            {
                "reference": one.reference,
                "asked": moment(one.asked_at),
                "ground": label(one.ground),
                "decided": moment(one.decided_at) if one.decided_at else "",
                "decision": _("Erased") if one.is_granted else refused_words(one),
            }
            for one in decided
        ]
    )
    heads = {
        "reference": _("Case"),
        "asked": _("Asked on"),
        "ground": _("Ground"),
        "decided": _("Decided on"),
        "decision": _("Decision"),
    }
    table(frame, heads, key="wishes")


def refused_words(one: Erasure) -> str:
    return _("Refused: {why}").format(why=label(one.refusal)) if one.refusal is not None else _("Refused")


def wish_card(page: Page, one: Erasure, *, may_decide: bool) -> None:
    with st.container(border=True, gap="small"):
        section(
            _("Case {number}").format(number=one.reference), _("asked on {moment}").format(moment=moment(one.asked_at))
        )
        note(_("{ground} · identity: {proof}").format(ground=label(one.ground), proof=label(one.proof)))
        if one.checked_by_id is not None and one.checked_by_id == page.actor.person_id:
            note(_("You made sure of the identity, so another administrator decides."))
            return
        if not may_decide:
            return
        if st.query_params.get("do") == f"grant_{one.erasure_id}":
            confirm(page, one)
            return
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            if st.button(_("Erase"), icon=":material/delete_forever:", type="primary", key=f"grant_{one.erasure_id}"):
                keep("do", f"grant_{one.erasure_id}")
                st.rerun()
            refusal = st.selectbox(
                _("Reason for refusing"),
                list(ErasureRefusal),
                index=None,
                format_func=label,
                placeholder=_("Reason for refusing"),
                label_visibility="collapsed",
                key=f"refusal_{one.erasure_id}",
                width=320,
            )
            refused = st.button(_("Refuse"), disabled=refusal is None, key=f"refuse_{one.erasure_id}")
    if refused and refusal is not None:
        with saving(page, done=_("Refused; the requester sees the reason on the status page.")) as session:
            erasures.refuse_erasure(session, one.erasure_id, refusal=refusal, actor=page.actor, now=page.now)


def confirm(page: Page, one: Erasure) -> None:
    """What will happen, before it does."""
    show_text(
        _(
            "The key is destroyed, names and numbers in the words of the case are blotted out, and files that the "
            "requester sent are deleted. Nobody can bring them back."
        )
    )
    note(_("Steps, figures and the trail stay as they are."))
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Erase for good"), type="primary", key=f"grant_confirm_{one.erasure_id}"):
            keep("do", None)
            with saving(page, done=_("Erased. A tombstone says when and on what ground.")) as session:
                grant_erasure(session, one.erasure_id, actor=page.actor, now=page.now)
        if st.button(_("Cancel"), key=f"grant_cancel_{one.erasure_id}"):
            keep("do", None)
            st.rerun()


def hold_list(page: Page, held: Sequence[Hold], *, may_hold: bool) -> None:
    """Every hold, those that stand first, with the form for a new one."""
    left, right = st.columns([2, 1], gap="medium")
    today = local_day(page.now, settings().zone)
    with left:
        if not held:
            empty_state(
                _("Nothing is held"),
                _("During a lawsuit or an inquiry data are kept beyond their time, and nothing else is done to them."),
                icon="gavel",
            )
        else:
            picked = rows(hold_frame(held, today), hold_heads(), key="holds", is_selectable=may_hold)
            if picked is not None and picked["stands"] and st.button(_("Release this hold"), key="release"):
                with saving(page, done=_("Released. The usual time of keeping counts again.")) as session:
                    holds.release_hold(session, int(picked["hold_id"]), actor=page.actor, now=page.now)
    with right:
        if may_hold:
            hold_form(page, today)


def hold_heads() -> dict[str, str]:
    return {
        "reason": _("For which procedure"),
        "reference": _("File number"),
        "until": _("Until"),
        "placed": _("Held since"),
        "who": _("Placed by"),
        "state": _("State"),
    }


def hold_frame(held: Sequence[Hold], today: date) -> pd.DataFrame:
    listed = [
        {
            "hold_id": one.hold_id,
            "stands": one.released_at is None and one.until >= today,
            "reason": label(one.reason),
            "reference": one.reference,
            "until": day(one.until),
            "placed": moment(one.placed_at),
            "who": pick(one.placed_by, one.placed_by_en),
            "state": state_words(one, today),
        }
        for one in held
    ]
    return pd.DataFrame(sorted(listed, key=lambda row: not row["stands"]))


def state_words(one: Hold, today: date) -> str:
    if one.released_at is not None:
        return _("Released on {day}").format(day=day(local_day(one.released_at, settings().zone)))
    return _("In force") if one.until >= today else _("Ran out")


def hold_form(page: Page, today: date) -> None:
    section(_("Hold for a procedure"))
    with st.form("hold_form"):
        number = st.text_input(_("Number of the case"), max_chars=20, placeholder="2026-000123", key="hold_number")
        reason = st.selectbox(_("For which procedure"), list(HoldReason), format_func=label, key="hold_reason")
        reference = st.text_input(
            _("File number"),
            max_chars=holds.REFERENCE_LENGTH,
            help=_("Of the procedure; no names."),
            key="hold_reference",
        )
        until = st.date_input(
            _("Until"), value=today + USUAL_HOLD, min_value=today + timedelta(days=1), key="hold_until"
        )
        pressed = st.form_submit_button(_("Hold"), type="primary", key="hold_press")
    if pressed and isinstance(until, date):
        with saving(page, done=_("Held. Nothing of it is erased until then.")) as session:
            vault_id = person_by_number(session, number, actor=page.actor)
            holds.hold_person(
                session, vault_id, until, reason=reason, reference=reference, actor=page.actor, now=page.now
            )
