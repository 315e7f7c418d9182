"""One release: its texts and tables as the public will read them, its way so far, and the next step."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui.choices import keep
from pages._ui.page import Page, reading, saving
from pages._ui.publication.lists import report_links
from pages._ui.publication.stories import story_form
from pages._ui.tables import offer_download
from pages._ui.widgets import note, plain, section, show_error, show_text
from qs.actor import Permission
from qs.chart_style import palette
from qs.errors import NotFound
from qs.i18n import Language, moment, pick
from qs.i18n import gettext as _
from qs.publication import actions, queries
from qs.publication.queries import ReleaseDetail
from qs.publication.report import Grid, report_of
from qs.publication.report_files import MEDIA_TYPES, report_file
from qs.publication.terms import Format, ReleaseState
from qs.sentences import label

ROW_HEIGHT, HEADER_HEIGHT, MOST_HEIGHT = 35, 38, 480


def prepare_panel(page: Page, periods: pd.DataFrame, releases: pd.DataFrame) -> None:
    """Begin the report of a frozen quarter, or a revision of one that is out."""
    if len(periods):
        name = periods["name"].iloc[0]
        with st.container(border=True):
            note(_("{period} is frozen. Its report is due 20 working days after the quarter.").format(period=name))
            if st.button(
                _("Prepare the report of {period}").format(period=name),
                icon=":material/edit_document:",
                type="primary",
                key="prepare",
            ):
                with saving(page, done=_("The report is built. Look through it, then submit it.")) as session:
                    made = actions.prepare_release(session, name, actor=page.actor, now=page.now)
                    keep("release", str(made))
    elif len(releases) and releases["state"].iloc[0] is ReleaseState.PUBLISHED:
        with st.expander(_("Revise the newest report"), icon=":material/published_with_changes:"):
            revision_form(page, releases["name"].iloc[0], int(releases["release_id"].iloc[0]))


def revision_form(page: Page, period: str, release_id: int) -> None:
    with st.form("revise", border=False):
        words = _("What changes and why (Chinese)"), _("What changes and why (English)")
        changed = st.text_area(words[0], max_chars=500, key="revise_note")
        changed_en = st.text_area(words[1], max_chars=500, key="revise_note_en")
        sent = st.form_submit_button(_("Prepare a revision"), key="revise_save")
    if sent:
        with saving(page, done=_("The revision is built. The first edition stays public beside it.")) as session:
            stories = queries.release_detail(session, release_id, actor=page.actor).stories
            made = actions.prepare_release(
                session,
                period,
                note=changed,
                note_en=changed_en,
                stories=stories,
                actor=page.actor,
                now=page.now,
            )
            keep("release", str(made))


def release_card(page: Page, release_id: int) -> None:
    """The whole card: state, steps, what can be done, and the report."""
    try:
        with reading() as session:
            detail = queries.release_detail(session, release_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"### {plain(detail.slug)}", anchors=False, width="content")
            st.badge(label(detail.state), color="blue" if detail.state is ReleaseState.PUBLISHED else "gray")
        if detail.note:
            note(pick(detail.note, detail.note_en))
        for step in detail.steps:
            words = _("{moment} · {state} · {person}").format(
                moment=moment(step.at), state=label(step.to_state), person=pick(step.person, step.person_en) or "QS"
            )
            note(words)
            if step.note:
                show_text(step.note)
        next_steps(page, detail)
        files(page, detail)
    if detail.state.is_open_to_change and page.actor.has_everywhere(Permission.PUBLICATION_PREPARE):
        story_form(page, detail)
    preview(detail)


def next_steps(page: Page, detail: ReleaseDetail) -> None:
    """The buttons of this state, for those who may press them."""
    may_prepare = page.actor.has_everywhere(Permission.PUBLICATION_PREPARE)
    may_approve = page.actor.has_everywhere(Permission.PUBLICATION_APPROVE)
    circumstances = {"version": detail.version, "actor": page.actor, "now": page.now}
    if detail.state.is_open_to_change and may_prepare:
        with st.container(horizontal=True, gap="small"):
            if st.button(_("Submit for approval"), type="primary", icon=":material/send:", key="submit_release"):
                with saving(page, done=_("Submitted. A second person looks at it now.")) as session:
                    actions.submit_release(session, detail.release_id, **circumstances)
            if st.button(_("Count anew"), icon=":material/refresh:", key="rebuild_release"):
                with saving(page, done=_("Counted and built anew.")) as session:
                    actions.rebuild_release(session, detail.release_id, **circumstances)
    elif detail.state is ReleaseState.SUBMITTED and may_approve:
        if detail.prepared_by_id == page.actor.person_id:
            note(_("You prepared this report, so somebody else approves it."))
            return
        if st.button(_("Approve"), type="primary", icon=":material/verified:", key="approve_release"):
            with saving(page, done=_("Approved. It can be published.")) as session:
                actions.approve_release(session, detail.release_id, **circumstances)
        with st.form("send_back", border=False):
            reason = st.text_input(_("What has to be mended"), max_chars=500, key="send_back_reason")
            sent = st.form_submit_button(_("Send back"), key="send_back_release")
        if sent:
            with saving(page, done=_("Sent back with your reason.")) as session:
                actions.send_back_release(session, detail.release_id, reason=reason, **circumstances)
    elif detail.state is ReleaseState.APPROVED and may_prepare:
        note(_("Once published, its figures can no longer be changed, only followed by a revision."))
        if st.button(_("Publish now"), type="primary", icon=":material/campaign:", key="publish_release"):
            with saving(page, done=_("Published: everybody can read it.")) as session:
                actions.publish_release(session, detail.release_id, **circumstances)


def files(page: Page, detail: ReleaseDetail) -> None:
    """The published files for everybody, or the draft as files for this person."""
    if detail.state is ReleaseState.PUBLISHED:
        report_links(detail.slug)
        return
    with st.container(horizontal=True, gap="xsmall"):
        for wanted, code in ((Language.ZH, "zh"), (Language.EN, "en")):
            for kind in Format:
                offer_download(
                    page,
                    _("Draft {language} · {kind}").format(language=code, kind=kind.value.upper()),
                    f"{detail.slug}.{code}.{kind.value}",
                    lambda wanted=wanted, kind=kind: report_file(detail.document, wanted, kind, sha256=detail.sha256),
                    MEDIA_TYPES[kind].split(";")[0],
                    key=f"draft_{code}_{kind.value}",
                )


def preview(detail: ReleaseDetail) -> None:
    """Texts, charts and tables as they will stand in the report, in the language of the run."""
    report = report_of(detail.document, sha256=detail.sha256)
    colours = palette(dark=st.context.theme.type == "dark")
    with st.container(border=True, gap="small"):
        note(report.title)
        st.markdown(f"## {plain(report.verdict)}", anchors=False)
        show_text(report.summary)
    for part in report.sections:
        with st.expander(plain(part.title), expanded=part is report.sections[0]):
            show_text(part.finding)
            if part.chart is not None:
                st.altair_chart(part.chart(colours), theme=None, width="stretch")
            for paragraph in part.paragraphs:
                show_text(paragraph)
            for index, grid in enumerate(part.grids):
                section(grid.title, grid.note)
                shown_grid(grid, key=f"grid_{detail.release_id}_{plain(part.title)}_{index}")


def shown_grid(grid: Grid, *, key: str) -> None:
    if not grid.rows:
        note(_("None in this quarter."))
        return
    frame = pd.DataFrame(grid.rows, columns=list(grid.headings))
    config = {
        heading: st.column_config.TextColumn(heading, alignment="right" if is_figure else "left")
        for heading, is_figure in zip(grid.headings, grid.is_figure, strict=True)
    }
    height = min(HEADER_HEIGHT + ROW_HEIGHT * len(frame), MOST_HEIGHT)
    st.dataframe(frame, hide_index=True, height=height, row_height=ROW_HEIGHT, column_config=config, key=key)
