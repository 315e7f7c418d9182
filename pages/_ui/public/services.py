"""Services for citizens: finding one, and the sheet of one with its published figures."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import choice, keep, words_by_code
from pages._ui.public.figures import age_text, change_text, n_text, points_text, share_text
from pages._ui.public.layout import BigLink, big_links, card, heading, page_head, strong
from pages._ui.public.portal import stories
from pages._ui.registry import public_screen
from pages._ui.widgets import note, plain
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, pick
from qs.publication.terms import Change, PublicService, PublishedFigures
from qs.sentences import label

Row = Any  # Any: one row of directory.queries.services
LISTED = 20
SEARCHED = ("name", "name_en", "provider", "provider_en", "area", "area_en", "sector", "sector_en", "code")
BADGES = {Change.IMPROVED: ("blue", "trending_up"), Change.WORSE: ("orange", "trending_down")}


def finder(services: pd.DataFrame, found: PublishedFigures) -> None:
    """Search, two filters, and the services that match with their satisfaction."""
    typed = st.text_input(
        _("Name, place or district"), value=st.query_params.get("q", ""), max_chars=60, key="service_search"
    )
    keep("q", typed.strip() or None)
    with st.container(key="row_filters", horizontal=True, gap="small"):
        sector = choice(_("Sector"), words_by_code(services, code="sector_code", name="sector"), key="sector")
        area = choice(_("District"), words_by_code(services, code="area_code", name="area"), key="area")
    shown = matching(services, typed, sector, area)
    if not len(shown):
        st.info(plain(_("No service matches. Use fewer words, or take a filter away.")))
    by_code = {service.code: service for service in found.services}
    for row in shown.head(LISTED).itertuples():
        line(row, by_code.get(row.code))
    if len(shown) > LISTED:
        more = len(shown) - LISTED
        note(ngettext("{n} more: narrow the search", "{n} more: narrow the search", more).format(n=number(more)))


def matching(services: pd.DataFrame, typed: str, sector: str | None, area: str | None) -> pd.DataFrame:
    """The services of a sector and district in which every typed word occurs, in either language."""
    kept = pd.Series(True, index=services.index)
    if sector:
        kept &= services["sector_code"] == sector
    if area:
        kept &= services["area_code"] == area
    text = services[list(SEARCHED)].agg(" ".join, axis=1).str.casefold()
    for word in typed.casefold().split():
        kept &= text.str.contains(word, regex=False)
    return services[kept]


def line(row: Row, published: PublicService | None) -> None:
    """One service in the list, with its satisfaction when it is published."""
    with card(f"found_{row.service_id}", gap="xsmall"):
        st.page_link(
            public_screen("service").link,
            label=f"**{plain(pick(row.name, row.name_en))}**",
            icon=":material/chevron_right:",
            icon_position="right",
            width="stretch",
            query_params={"service": str(row.service_id)},
        )
        places = [pick(row.provider, row.provider_en), pick(row.area, row.area_en), pick(row.sector, row.sector_en)]
        figure = ""
        if published is not None and published.satisfaction.share is not None:
            rate = published.satisfaction
            words = _("satisfaction {share}").format(share=share_text(rate))
            figure = f" · {words} ({n_text(rate)})"
        note(" · ".join(places) + figure)


def service_sheet(row: Row, found: PublishedFigures) -> None:
    """One service: where it is, how it is rated, whether its score can be ranked, what was done, what one can do."""
    published = next((service for service in found.services if service.code == row.code), None)
    above = " › ".join(
        [pick(row.sector, row.sector_en), pick(row.area, row.area_en), pick(row.provider, row.provider_en)]
    )
    page_head(pick(row.name, row.name_en), above=above)
    if published is None:
        with card("unpublished"):
            strong(_("Nothing is published about this service yet"))
            note(_("Its figures come with the next quarterly report. You can rate it or make a request today."))
    else:
        published_part(published)
        note(age_text(found))
    names = {row.name, row.name_en} - {""}
    told = [story for story in found.stories if names & {story.service, story.service_en}]
    if told:
        heading(_("You said, we did"))
        stories(told)
    big_links(
        [
            BigLink("rate", _("Rate this service"), "rate_review", is_main=True),
            BigLink("ask", _("Make a request about it"), "edit_note", query={"service": str(row.service_id)}),
            BigLink("take_part", _("Suggest an improvement"), "lightbulb", query={"service": str(row.service_id)}),
        ]
    )


def published_part(published: PublicService) -> None:
    rate = published.satisfaction
    colour, icon = BADGES.get(rate.change, ("gray", "trending_flat"))
    if rate.change is not Change.UNKNOWN:
        st.markdown(f":{colour}-badge[:material/{icon}: {plain(label(rate.change))}]")
    with st.container(key="kpis_service", horizontal=True, gap="small"):
        with st.container(key="kpi_satisfaction", gap="xxsmall", width="stretch"):
            points = points_text(rate)
            st.metric(
                plain(_("Satisfaction")),
                share_text(rate),
                points,
                delta_color=colour,  # type: ignore[arg-type]  # one of its words
                delta_description=change_text(rate) if points else None,
            )
            st.caption(plain(n_text(rate)))
        with st.container(key="kpi_score", gap="xxsmall", width="stretch"):
            has_score = published.score is not None
            st.metric(plain(_("Quality score")), number(published.score, 1) if has_score else "—")
            st.caption(plain(score_note(published)))


def score_note(published: PublicService) -> str:
    """The interval of the score, or why there is no rank."""
    if published.score is None or published.lower is None or published.upper is None:
        return _("no score: too little evidence")
    interval = _("of 100; 95 % interval {lower} to {upper}").format(
        lower=number(published.lower, 1), upper=number(published.upper, 1)
    )
    return interval if published.is_ranked else " · ".join([interval, _("not ranked: too few cases")])
