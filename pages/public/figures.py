"""The published figures: what was counted, how sure it is, how it compares, and what each of them means."""

from __future__ import annotations

import streamlit as st

from pages._ui.page import reading
from pages._ui.public.cached import figures
from pages._ui.public.figures import (
    activities,
    age_text,
    definitions,
    dots,
    levels,
    nothing_published,
    outcomes,
    rate_cards,
    service_table,
    share_text,
)
from pages._ui.public.layout import BigLink, big_links, footer, heading, page_head, side_by_side
from pages._ui.public.page import open_public
from qs.i18n import gettext as _
from qs.i18n import pick

page = open_public("figures")
with reading() as session:
    found = figures(session, page)

if found.release is None:
    page_head(pick(found.verdict, found.verdict_en))
    nothing_published(found)
    footer()
    st.stop()

page_head(pick(found.verdict, found.verdict_en), pick(found.summary, found.summary_en), above=age_text(found))
rate_cards(found.headline, key="headline")
definitions(found.headline, key="headline")
left, right = side_by_side()
with left:
    heading(
        _("The districts"),
        _("Satisfaction, whole city {share}. Where the pale bars overlap, the difference may be chance.").format(
            share=share_text(found.headline[0])
        ),
        key="districts",
    )
    dots(found.districts, found.city, key="districts")
    heading(_("The five levels"), _("All valid ratings of the quarter."), key="levels")
    levels(found.levels, key="levels")
with right:
    heading(_("The sectors"), _("Satisfaction of those who rated a service of the sector."), key="sectors")
    dots(found.sectors, found.city, key="sectors")
heading(_("Requests"), _("Asked of everybody who could be called back after the answer."), key="three")
rate_cards(found.three_rates, key="three")
definitions(found.three_rates, key="three")
heading(_("What became of requests?"), _("All requests closed in the quarter."), key="outcomes")
outcomes(found.outcomes, key="outcomes")
heading(_("What the office did"), key="activities")
activities(found.activities)
heading(_("Every service"), _("Sorted by name: a score says less than its interval."), key="services")
service_table(found)
big_links([BigLink("data", _("All of it as open data, with the reports"), "dataset", is_main=True)])
footer(age_text(found))
