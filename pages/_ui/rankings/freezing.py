"""Freezing a quarter, after one question; and how scores are made, in words and as a dated scheme."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from pages._ui.choices import keep
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading, saving
from pages._ui.rankings.shown import Shown, buttons, quarter_text
from pages._ui.widgets import note, plain, section
from qs.actor import Permission
from qs.i18n import day, number, percent
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.rankings import actions, queries
from qs.rankings.reading import StoredScheme
from qs.rankings.terms import SCHEME_FIELDS, Group, Scheme
from qs.sentences import label
from qs.settings import settings

N_MIN, LIMIT = SCHEME_FIELDS["n_min"], SCHEME_FIELDS["missing_limit"]


def freezing_card(page: Page, shown: Shown, pressed: str | None) -> None:
    """Ask once, in words that say what will happen, when one of the buttons was pressed."""
    if pressed is not None:
        keep("do", pressed)
    wanted = st.query_params.get("do")
    if wanted not in [button.key for button in buttons(shown, page)]:
        return
    with st.container(border=True, gap="small"):
        if wanted == "freeze":
            ask_to_freeze(page, shown)
        else:
            ask_to_revise(page, shown)
        if st.button(_("Leave it as it is"), key="freeze_not"):
            keep("do", None)
            st.rerun()


def ask_to_freeze(page: Page, shown: Shown) -> None:
    section(_("Freeze {quarter}").format(quarter=quarter_text(shown.name)))
    st.markdown(
        plain(
            _(
                "All counts, values, scores and ranks of this quarter are written down for good, with a fingerprint. "
                "Nobody can change them afterwards. Reports, rewards and penalties rest on them."
            )
        )
    )
    if st.button(_("Freeze for good"), type="primary", icon=":material/ac_unit:", key="freeze_now"):
        with saving(page, done=_("The quarter is frozen.")) as session:
            actions.freeze_period(session, shown.name, actor=page.actor, now=page.now)
            keep("do", None)


def ask_to_revise(page: Page, shown: Shown) -> None:
    section(_("Freeze {quarter} again").format(quarter=quarter_text(shown.name)))
    st.markdown(
        plain(
            _(
                "The earlier revision stays as it is and remains visible. The new one takes account of what was "
                "corrected since, and everything from now on rests on it."
            )
        )
    )
    with reading() as session:
        known = queries.revisions(session, shown.name, actor=page.actor)
    for row in known.itertuples(index=False):
        words = _("Revision {n}: {fingerprint}").format(n=number(row.revision), fingerprint=row.sha256[:16])
        note(words if not row.reason else _("{words} · {reason}").format(words=words, reason=row.reason))
    with st.form("revise", border=False):
        reason = st.text_area(_("What was corrected since"), max_chars=actions.REASON_LENGTH, key="revise_reason")
        if st.form_submit_button(_("Freeze the new revision"), type="primary", key="revise_now"):
            with saving(page, done=_("The new revision is frozen.")) as session:
                actions.revise_period(session, shown.name, reason=reason, actor=page.actor, now=page.now)
                keep("do", None)


def scheme_popover(page: Page) -> None:
    """How scores are made; supervisors add a scheme for a day to come."""
    with reading() as session:
        schemes = queries.schemes(session, actor=page.actor)
    today = local_day(page.now, settings().zone)
    with st.popover("", icon=":material/info:", help=_("How scores are made"), width="content"):
        st.markdown(f"**{plain(_('How scores are made'))}**")
        for words in explained():
            st.markdown(f":small[{plain(words)}]")
        current = next((one for one in schemes if one.effective_on <= today), None)
        if current is not None:
            note(_("Scheme in force since {day} (local rule)").format(day=day(current.effective_on)))
            fact_list(scheme_facts(current.content))
        for coming in (one for one in schemes if one.effective_on > today):
            note(_("From {day} another scheme is in force").format(day=day(coming.effective_on)))
            fact_list(scheme_facts(coming.content))
        if schemes and page.actor.has_everywhere(Permission.RANKINGS_FREEZE):
            scheme_form(page, schemes[0])


def explained() -> list[str]:
    return [
        _(
            "Each figure is held against the target of its edition: 80 points are exactly on target, 100 a quarter "
            "better, 0 nothing of it. Points are averaged by weight."
        ),
        _(
            "Every figure is uncertain because it rests on so many cases. That is carried through the score by "
            "{n} draws, and gives the interval of the score and of the rank."
        ).format(n=number(queries.DRAW_COUNT)),
        _(
            "Small samples are drawn towards services with the same measure, so that three lucky answers do not lead. "
            "Below the fewest cases there is no rank."
        ),
        _(
            "Services whose score interval reaches that of the best of a tier share the tier. Without requests or "
            "inspections that part falls away; other missing parts count as missing."
        ),
    ]


def scheme_facts(scheme: Scheme) -> list[tuple[str, str]]:
    facts = [(label(group), percent(scheme.weight(group), 0)) for group in Group]
    return [
        *facts,
        (_(N_MIN), number(scheme.n_min)),
        (_(LIMIT), percent(scheme.missing_limit, 0)),
    ]


def scheme_form(page: Page, newest: StoredScheme) -> None:
    """A new scheme from a day to come; the fields hold the newest one."""
    with st.form("scheme", border=True):
        weights = {
            group.value: st.number_input(
                label(group), 0.0, 1.0, newest.content.weight(group), 0.01, key=f"scheme_{group.value}"
            )
            for group in Group
        }
        n_min = st.number_input(_(N_MIN), 1, None, newest.content.n_min, key="scheme_n_min")
        limit = st.number_input(_(LIMIT), 0.0, 0.5, newest.content.missing_limit, 0.01, key="scheme_missing_limit")
        tomorrow = local_day(page.now, settings().zone) + timedelta(days=1)
        effective_on = st.date_input(_("In force from"), tomorrow, min_value=tomorrow, key="scheme_day")
        if st.form_submit_button(_("Add the scheme"), key="scheme_save"):
            with saving(page, done=_("The scheme was added; frozen quarters stay as they are.")) as session:
                actions.add_scheme(
                    session,
                    Scheme(**weights, n_min=int(n_min), missing_limit=limit),
                    effective_on=effective_on,
                    actor=page.actor,
                    now=page.now,
                )
