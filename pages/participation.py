"""Participation: what people say of the services, what is done about it, and how they are heard before decisions."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep, view
from pages._ui.page import open_page, reading
from pages._ui.participation.consultations import consultations_view, is_editor
from pages._ui.participation.exclusions import exclusions_view
from pages._ui.participation.heading import finding
from pages._ui.participation.hearings import hearings_view
from pages._ui.participation.negatives import negatives_view
from pages._ui.participation.points import points_view
from pages._ui.participation.ratings import figures_view
from pages._ui.participation.suggestions import suggestions_view
from pages._ui.widgets import Action, head
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.participation import queries

page = open_page("participation", needs=Permission.PARTICIPATION_READ)
with reading() as session:
    negatives = queries.negatives(session, actor=page.actor, now=page.now)
    proposals = queries.exclusions(session, actor=page.actor)
    open_counts = queries.counts(session, actor=page.actor)

top = st.container()
part = view(
    _("Part of participation"),
    {
        "ratings": _("Negative ratings"),
        "figures": _("Figures"),
        "exclusions": _("Exclusions"),
        "suggestions": _("Suggestions"),
        "consultations": _("Consultations"),
        "hearings": _("Hearings"),
        "points": _("Rating points"),
    },
)
additions = {
    "consultations": Action("consultation", _("Draft a consultation"), icon="add"),
    "hearings": Action("hearing", _("Draft a hearing"), icon="add"),
    "points": Action("point", _("Add a rating point"), icon="add"),
}
with top:
    offered = [additions[part]] if part in additions and is_editor(page) else []
    pressed = head(*finding(part, negatives, proposals, open_counts), actions=offered)
    if pressed is not None:
        keep("do", pressed)

if part == "figures":
    figures_view(page)
elif part == "exclusions":
    exclusions_view(page)
elif part == "suggestions":
    suggestions_view(page)
elif part == "consultations":
    consultations_view(page)
elif part == "hearings":
    hearings_view(page)
elif part == "points":
    points_view(page)
else:
    negatives_view(page)
