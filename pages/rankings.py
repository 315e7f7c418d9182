"""Rankings: who is really different, where to help first, and why; frozen for good once a quarter is over."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import choice, view, words_by_code
from pages._ui.page import open_page, reading
from pages._ui.rankings import disparities, lists, why
from pages._ui.rankings.freezing import freezing_card, scheme_popover
from pages._ui.rankings.shown import chosen_period, filtered, finding, period_words, shown_ranking
from pages._ui.widgets import empty_state, head
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.rankings.terms import Level
from qs.sentences import label

RANKING, DISPARITIES = "ranking", "disparities"

page = open_page("rankings", needs=Permission.RANKINGS_READ)
with reading() as session:
    periods = period_words(session, page)

top = st.container()
bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
with bar:
    looked_at = view(_("What is shown"), {RANKING: _("Ranking"), DISPARITIES: _("Disparities")})
if looked_at == DISPARITIES:
    disparities.room(page, periods, top, bar)
else:
    with bar:
        level = Level(view(_("Who is compared"), {one.value: label(one) for one in Level}, key="level"))
        st.space("stretch")
        name = chosen_period(periods)
        with reading() as session:
            shown = shown_ranking(session, name, level, page)
        if level is Level.SERVICE and shown is not None:
            choice(_("Every sector"), words_by_code(shown.scores, code="sector_code", name="sector"), key="sector")
            choice(_("Every area"), words_by_code(shown.scores, code="area_code", name="area"), key="area", width=150)

    with top:
        title, facts, buttons = finding(shown, page)
        pressed = head(title, facts, actions=buttons)
    if shown is None or shown.scores.empty:
        with bar:
            scheme_popover(page)
        empty_state(
            _("Nothing to compare here yet"),
            _(
                "Scores appear once services send figures. A complete quarter is frozen by a supervisor; "
                "from then on everybody sees the same ranking."
            ),
            icon="leaderboard",
        )
    else:
        freezing_card(page, shown, pressed)
        listed = filtered(shown)
        left, right = st.columns([2.1, 1], gap="medium")
        with left:
            if level is Level.SERVICE:
                lists.league(shown, listed)
            else:
                lists.units(shown)
            with st.container(horizontal=True, gap="small"):
                lists.export_button(page, shown)
                scheme_popover(page)
        with right:
            if level is Level.SERVICE:
                why.why_card(page, shown, listed)
            else:
                lists.gap_card(shown)
            lists.unranked_card(shown, listed)
