"""The lists of publication: releases, open data, and the sentence that says what is due."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui.choices import keep
from pages._ui.tables import table
from pages._ui.widgets import empty_state, note, plain, section
from qs.i18n import day, moment, ngettext, number, pick
from qs.i18n import gettext as _
from qs.publication.terms import Format, ItemState, PublishedFigures, ReleaseState
from qs.sentences import label


def finding(releases: pd.DataFrame, items: pd.DataFrame, periods: pd.DataFrame) -> tuple[str, str]:
    """What is due, in a sentence, and the facts behind it."""
    states = list(releases["state"])
    late = sum(state is ItemState.LATE for state in items["state"])
    soon = sum(state is ItemState.DUE_SOON for state in items["state"])
    submitted = states.count(ReleaseState.SUBMITTED)
    if late:
        words = ngettext("{n} disclosure is late", "{n} disclosures are late", late).format(n=number(late))
    elif submitted:
        words = ngettext("{n} report waits for approval", "{n} reports wait for approval", submitted)
        words = words.format(n=number(submitted))
    elif len(periods):
        words = _("{period} is frozen and waits for its report").format(period=periods["name"].iloc[0])
    elif states:
        words = _("Everything that is due has been published")
    else:
        words = _("Nothing has been published yet")
    out = states.count(ReleaseState.PUBLISHED)
    facts = [
        ngettext("{n} report published", "{n} reports published", out).format(n=number(out)),
        ngettext("{n} item due within ten days", "{n} items due within ten days", soon).format(n=number(soon)),
    ]
    return words, " · ".join(facts)


def release_list(releases: pd.DataFrame) -> None:
    """Every release; the chosen one stands in the address."""
    section(_("Reports"))
    if releases.empty:
        empty_state(
            _("No report yet"),
            _("A report is built from a frozen quarter, approved by a second person, and then published."),
            icon="campaign",
        )
        return
    shown = releases.assign(
        state_text=[label(state) for state in releases["state"]],
        when=[moment(at) if pd.notna(at) else "" for at in releases["published_at"]],
        revised=[_("revision {n}").format(n=n) if n > 1 else "" for n in releases["revision"]],
    )
    columns = {
        "name": _("Quarter"),
        "revised": _("Revision"),
        "state_text": _("State"),
        "when": _("Published"),
    }
    picked = table(shown, columns, key="releases", is_selectable=True)
    if picked is not None:
        keep("release", str(picked["release_id"]))


def data_list(figures: PublishedFigures) -> None:
    """All published files, newest release first, with the addresses anybody can use."""
    with st.container(horizontal=True, gap="small"):
        st.link_button(_("Index of all open data"), "/open/index.json", icon=":material/data_object:")
        st.link_button(_("Feed of new releases"), "/open/feed.atom", icon=":material/rss_feed:")
    if not figures.releases:
        empty_state(
            _("No open data yet"), _("With the first published report its tables appear here."), icon="database"
        )
        return
    for info in figures.releases:
        with st.container(border=True, gap="small"):
            st.markdown(f"**{plain(info.slug)}**")
            note(
                _("Published on {day}, SHA-256 {sha256}").format(day=day(info.published_at.date()), sha256=info.sha256)
            )
            if info.note:
                note(pick(info.note, info.note_en))
            report_links(info.slug)
            with st.container(horizontal=True, gap="xsmall"):
                for name in figures.tables:
                    st.link_button(f"{name}.csv", info.data_path(name), type="tertiary", icon=":material/table:")
                st.link_button(
                    "dictionary.json",
                    f"/open/{info.slug}/dictionary.json",
                    type="tertiary",
                    icon=":material/menu_book:",
                )


def report_links(slug: str) -> None:
    """The published report in both languages and formats."""
    with st.container(horizontal=True, gap="xsmall"):
        for code, words in (("zh", "中文"), ("en", "English")):
            for kind in Format:
                st.link_button(
                    f"{words} · {kind.value.upper()}",
                    f"/reports/{slug}.{code}.{kind.value}",
                    icon=":material/description:",
                )
