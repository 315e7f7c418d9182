"""Files for everybody: the reports and tables of a release, the feed, and how to check what one has fetched."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._ui.figures import day_text
from pages._ui.public.figures import period_text
from pages._ui.public.layout import card, heading, site_address, strong
from pages._ui.widgets import note, plain
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.publication.terms import Format, ReleaseInfo

DICTIONARY, FEED = "/open/dictionary.json", "/open/feed.atom"
REPORTS = (
    ("zh", Format.HTML, "中文 · HTML"),
    ("zh", Format.DOCX, "中文 · Word"),
    ("en", Format.HTML, "English · HTML"),
    ("en", Format.DOCX, "English · Word"),
)


def release_card(release: ReleaseInfo, tables: Sequence[str], *, is_newest: bool) -> None:
    """The reports and tables of one release as links, with its hash."""
    with card(f"release_{release.release_id}"):
        strong(_("Report of {period}").format(period=period_text(release)))
        note(_("published on {day}").format(day=day_text(release.published_at)))
        if words := pick(release.note, release.note_en):
            note(words)
        with st.container(horizontal=True, gap="small"):
            for language, kind, words in REPORTS:
                address = site_address(release.report_path(language, kind))
                st.link_button(words, address, icon=":material/description:")
        strong(_("Tables (CSV)"))
        with st.container(horizontal=True, gap="small"):
            for table in tables:
                st.link_button(f"{table}.csv", site_address(release.data_path(table)), icon=":material/table:")
            if is_newest:
                st.link_button(_("Dictionary (JSON)"), site_address(DICTIONARY), icon=":material/menu_book:")
        note("SHA-256")
        st.code(release.sha256, language=None, wrap_lines=True)


def feed_card() -> None:
    """The address that tells a feed reader of every new release."""
    heading(_("Hear of new figures"))
    with card("feed"):
        st.markdown(plain(_("A feed reader shows every new report and every revision:")))
        st.code(site_address(FEED), language=None, wrap_lines=True)


def how_to_check(release: ReleaseInfo) -> None:
    """How anybody finds out whether a file is the published one."""
    heading(_("Is my file the published one?"))
    with card("check"):
        st.markdown(
            plain(
                _(
                    "Each file comes with its SHA-256 in the dictionary. Work out that of your copy: when the two are "
                    "the same, not one sign was changed. The figures of a quarter rest on frozen counts, whose hash is "
                    "below; a later correction appears as a revision and never replaces a file."
                )
            )
        )
        st.code("sha256sum services.csv\ncertutil -hashfile services.csv SHA256", language=None)
        note(_("Hash of the frozen quarter {period}").format(period=release.name))
        st.code(release.period_sha256, language=None, wrap_lines=True)
