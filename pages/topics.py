"""Hot topics: what people write about, what is more than usual, mass and repeat requests, problems of the month."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep, kept_id, view
from pages._ui.page import open_page, reading
from pages._ui.topics.card import topic_card
from pages._ui.topics.forms import propose_form
from pages._ui.topics.list import emerging_words, finding, mass_list, repeat_list, topic_list
from pages._ui.topics.problem import problem_page
from pages._ui.topics.problems import problem_cards
from pages._ui.widgets import Action, empty_state, head
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.topics import details, queries

page = open_page("topics", needs=Permission.COMPLAINTS_READ)
may_decide = page.actor.has_everywhere(Permission.SIGNALS_DECIDE)
chosen_id, problem_id = kept_id("topic"), kept_id("problem")
if problem_id is not None:
    problem_page(page, problem_id)
    st.stop()

with reading() as session:
    scan = queries.last_scan(session, actor=page.actor)
    topics = queries.topics(session, actor=page.actor)
    problems = details.problems(session, actor=page.actor)

offered = [Action("propose", _("Propose a problem"), icon="add")] if may_decide else []
if head(*finding(page, scan, topics), actions=offered) == "propose":
    keep("do", "propose")
part = view(
    _("Part of hot topics"),
    {
        "topics": _("Topics"),
        "mass": _("Mass and repeat requests"),
        "problems": _("Problems of the month {n}").format(n=len(problems)),
    },
)
if st.query_params.get("do") == "propose" and may_decide:
    propose_form(page, chosen_id)

if part == "problems":
    problem_cards(page, problems)
elif scan is None:
    empty_state(
        _("Nobody has looked for topics yet"),
        _(
            "The office's machine does it every day: python -m qs run daily. Requests that speak of the same matter "
            "appear here together, with what is more than usual first."
        ),
        icon="local_fire_department",
    )
elif part == "mass":
    mass_list(page)
    repeat_list(page)
elif topics.empty:
    empty_state(
        _("No topic yet"),
        _("A topic appears once at least five requests speak of the same matter within two years."),
        icon="local_fire_department",
    )
else:
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        picked = topic_list(topics)
        emerging_words(page)
    with right:
        if picked is not None and str(picked["topic_id"]) != st.query_params.get("topic"):
            keep("topic", str(picked["topic_id"]))
            chosen_id = int(picked["topic_id"])
        topic_card(page, chosen_id or int(topics["topic_id"].iloc[0]))
