"""The parts of the portal: the verdict, what one can do, what the public said and what was done."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._ui.public.figures import age_text
from pages._ui.public.layout import BigLink, big_links, card, kept_together
from pages._ui.widgets import note, plain
from qs.i18n import gettext as _
from qs.i18n import number, pick
from qs.publication.terms import PublicCount, PublicStory, PublishedFigures

STORIES_IN_A_ROW, ENDS_NAMED = 3, 4


def hero(found: PublishedFigures) -> None:
    """The verdict in a sentence, and the three things to do, in the first view."""
    with st.container(key="band_hero"):
        verdict, acts = st.columns([1.62, 1], gap="large", vertical_alignment="center")
        with verdict.container(key="herotext"):
            st.title(plain(kept_together(pick(found.verdict, found.verdict_en))), anchor=False)
            st.markdown(plain(pick(found.summary, found.summary_en)))
            if found.release is not None:
                st.caption(plain(age_text(found)))
        with acts, card("act"):
            st.subheader(plain(_("What would you like to do?")), anchor=False)
            big_links(
                [
                    BigLink("rate", _("Rate a service you used"), "rate_review", is_main=True),
                    BigLink("ask", _("Report a problem, ask or praise"), "edit_note"),
                    BigLink("follow", _("Follow my request"), "manage_search"),
                ]
            )


def per_hundred(ends: Sequence[PublicCount]) -> None:
    """Of every hundred closed requests, how many came to each of the most frequent ends."""
    shown = sorted((end for end in ends if end.share), key=lambda end: -(end.share or 0.0))[:ENDS_NAMED]
    with st.container(key="row_per", horizontal=True, wrap=False, gap="small"):
        for i, end in enumerate(shown):
            with st.container(key=f"per_{i}", gap="xxsmall", width="stretch"):
                words = plain(pick(end.name, end.name_en))
                st.markdown(f"**{number(round((end.share or 0.0) * 100))}**  \n{words}")


def stories(told: Sequence[PublicStory]) -> None:
    """What the public said on sand, what was done on white, three side by side."""
    for start in range(0, len(told), STORIES_IN_A_ROW):
        row = told[start : start + STORIES_IN_A_ROW]
        for i, (column, story) in enumerate(zip(st.columns(STORIES_IN_A_ROW, gap="medium"), row, strict=False)):
            key = f"{start}{i}"
            with column.container(key=f"pair_{key}", height="stretch"):
                with st.container(key=f"said_{key}"):
                    st.markdown(f":gray[:material/format_quote:] {plain(pick(story.said, story.said_en))}")
                with st.container(key=f"did_{key}", height="stretch"):
                    st.markdown(plain(pick(story.did, story.did_en)))
                    if result := pick(story.result, story.result_en):
                        st.markdown(f":blue-badge[{plain(result)}]")
                    if service := pick(story.service, story.service_en):
                        note(service)
