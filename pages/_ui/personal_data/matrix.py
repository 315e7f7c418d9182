"""The retention matrix with what is past its time, the job that erases it, its reports, and setting another time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from pages._ui.choices import keep
from pages._ui.page import Page, reading, saving
from pages._ui.tables import rows
from pages._ui.widgets import note, section, show_error, show_text
from qs.errors import QualityError
from qs.i18n import day, moment, ngettext, number, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.retention import run_retention, try_run
from qs.sentences import label
from qs.settings import settings
from qs.vault import retention
from qs.vault.retention import FIXED, LONGEST
from qs.vault.terms import DueLine, Erasure, Hold, RetentionRule, RunReport

Found = Sequence[DueLine]
REPORTS_LISTED = 6
ERASE = "erase"


def finding(
    lines: Found, wishes: Sequence[Erasure], held: Sequence[Hold], reports: Sequence[RunReport], now: datetime
) -> tuple[str, str]:
    """What is most pressing, and the facts behind it."""
    past = sum(line.count for line in lines)
    open_wishes = sum(one.decided_at is None for one in wishes)
    today = local_day(now, settings().zone)
    standing = sum(one.released_at is None and one.until >= today for one in held)
    if open_wishes:
        words = ngettext(
            "{n} wish to be erased waits for a decision", "{n} wishes to be erased wait for a decision", open_wishes
        )
        title = words.format(n=number(open_wishes))
    elif past:
        words = ngettext("{n} item is past its time of keeping", "{n} items are past their time of keeping", past)
        title = words.format(n=number(past))
    else:
        title = _("Nothing is kept longer than it may be")
    facts = [
        ngettext("{n} person held for a procedure", "{n} people held for a procedure", standing).format(
            n=number(standing)
        ),
        last_words(reports),
    ]
    if open_wishes and past:
        facts.insert(0, ngettext("{n} item past its time", "{n} items past their time", past).format(n=number(past)))
    return title, " · ".join(facts)


def last_words(reports: Sequence[RunReport]) -> str:
    done = next((one for one in reports if not one.is_trial and one.ended_at is not None), None)
    if done is None:
        return _("the job has not run yet")
    words = _("last run {moment}: {n} erased")
    return words.format(moment=moment(done.started_at), n=number(done.erased_count))


def span_words(rule: RetentionRule) -> str:
    return _("{n} {unit}").format(n=number(rule.amount), unit=label(rule.span))


def matrix_table(page: Page, lines: Found) -> None:
    """One row for each kind: how long, after what, what happens then, and how much is past its time."""
    today = local_day(page.now, settings().zone)
    with reading() as session:
        rules, later = retention.matrix(session, today), retention.coming(session, today)
    counts = {line.code: line for line in lines}
    section(_("What is kept how long"), _("counts only, never whose"))
    frame = pd.DataFrame(
        [
            {
                "name": pick(rule.name, rule.name_en),
                "span": "" if rule.act in FIXED and rule.code != "audit.trail" else span_words(rule),
                "after": pick(rule.after, rule.after_en),
                "act": label(rule.act),
                "due": counts[rule.code].count if rule.code in counts else None,
                "oldest": oldest_words(counts.get(rule.code)),
                "source": pick(rule.source, rule.source_en),
            }
            for rule in rules
        ]
    )
    rows(
        frame,
        {
            "name": st.column_config.TextColumn(_("What"), width=270),
            "span": st.column_config.TextColumn(_("How long"), width=75),
            "due": st.column_config.NumberColumn(_("Past its time"), width=75),
            "oldest": st.column_config.TextColumn(_("The oldest since"), width=115),
            "act": st.column_config.TextColumn(_("What happens then"), width=150),
            "after": st.column_config.TextColumn(_("After what"), width=190),
            "source": st.column_config.TextColumn(_("Source"), width=190),
        },
        key="matrix",
        is_selectable=False,
    )
    for rule in rules:
        if rule.code in later:
            words = _("{what}: {n} {unit} from {day} on")
            one = later[rule.code]
            name = pick(rule.name, rule.name_en)
            note(words.format(what=name, n=number(one.amount), unit=label(one.span), day=day(one.effective_on)))


def oldest_words(line: DueLine | None) -> str:
    return day(line.oldest_on) if line is not None and line.oldest_on is not None else ""


def run_part(page: Page, lines: Found) -> None:
    """Count first, erase then: nothing erased comes back."""
    past = sum(line.count for line in lines)
    section(_("The retention job"), _("runs every night by itself"))
    with st.container(border=True, gap="small"):
        if st.button(_("Count, erase nothing"), icon=":material/rule:", key="retention_try", width="stretch"):
            with saving(page, done=_("Counted. The report stands below.")) as session:
                try_run(session, actor=page.actor, now=page.now)
        if past and st.query_params.get("do") == ERASE:
            confirm(page, past)
        elif past and st.button(
            _("Erase what is past its time"),
            icon=":material/delete_forever:",
            key="retention_run",
            type="primary",
            width="stretch",
        ):
            keep("do", ERASE)
            st.rerun()


def confirm(page: Page, past: int) -> None:
    """What will happen, before it does."""
    words = ngettext(
        "{n} item is erased for good: keys are destroyed, words emptied, files deleted. Nobody can bring it back.",
        "{n} items are erased for good: keys are destroyed, words emptied, files deleted. Nobody can bring them back.",
        past,
    )
    show_text(words.format(n=number(past)))
    note(_("Open and reviewed cases and what is held stay. Figures and trail do not change."))
    with st.container(horizontal=True, gap="small"):
        pressed = st.button(_("Erase for good"), type="primary", key="retention_confirm")
        if st.button(_("Cancel"), key="retention_cancel"):
            keep("do", None)
            st.rerun()
    if not pressed:
        return
    keep("do", None)
    try:
        with st.spinner(_("Erasing …")):
            run_retention(page.database, actor=page.actor, now=page.now)
    except QualityError as error:
        show_error(error)
        return
    st.rerun()


def set_part(page: Page) -> None:
    """Another time of keeping, from tomorrow on, with the reason."""
    today = local_day(page.now, settings().zone)
    with reading() as session:
        rules = {one.code: one for one in retention.matrix(session, today) if one.act not in FIXED}
    with st.expander(_("Set another time of keeping"), icon=":material/edit_calendar:"):
        code = st.selectbox(
            _("What"), list(rules), format_func=lambda code: pick(rules[code].name, rules[code].name_en), key="set_code"
        )
        rule = rules[code]
        with st.form(f"set_retention_{code}", border=False):
            amount = st.number_input(
                _("How long ({unit})").format(unit=label(rule.span)),
                min_value=rule.least,
                max_value=LONGEST[rule.span],
                value=rule.amount,
                key=f"set_amount_{code}",
            )
            reason = st.text_input(_("Reason"), max_chars=retention.REASON_LENGTH, key=f"set_reason_{code}")
            note(_("It counts from tomorrow; your name and the reason stand in the trail."))
            pressed = st.form_submit_button(_("Set it"), key=f"set_press_{code}")
    if pressed:
        with saving(page, done=_("Set. It counts from tomorrow.")) as session:
            retention.set_retention(
                session, code, int(amount), reason=reason, version=rule.version, actor=page.actor, now=page.now
            )


def report_list(reports: Sequence[RunReport]) -> None:
    """What the last runs and trials found and did."""
    section(_("Reports"))
    if not reports:
        note(_("Each run and each count leaves a report here: how much of which kind, and since when; never whose."))
    for one in reports[:REPORTS_LISTED]:
        with st.container(border=True, gap=None):
            if one.is_trial:
                words = _("Counted: {n} past their time").format(n=number(one.due_count))
            elif one.ended_at is None:
                words = _("Broken off after {n}; the next run takes up the rest").format(n=number(one.erased_count))
            else:
                words = _("Erased: {n} of {due}").format(n=number(one.erased_count), due=number(one.due_count))
            show_text(words)
            note(f"{moment(one.started_at)} · {one.username}")
            kinds = [f"{line.code} {number(line.count)}" for line in one.found if line.count]
            if kinds:
                note(" · ".join(kinds))
