"""The checklist on site, one item in each row, and the findings as everybody reads them afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._ui.page import Page, reading, saving
from pages._ui.tables import offer_download
from pages._ui.widgets import note, plain, section, show_text
from qs.attachments.terms import KeptFile, Upload
from qs.i18n import gettext as _
from qs.i18n import moment, number, pick
from qs.inspections import actions, details
from qs.inspections.details import InspectionDetail, ItemDetail
from qs.inspections.terms import Judgement, Verdict
from qs.sentences import label

COLOURS = {
    Judgement.CONFORM: "blue",
    Judgement.MINOR: "orange",
    Judgement.MAJOR: "orange",
    Judgement.NOT_APPLICABLE: "gray",
}
ICONS = {
    Judgement.CONFORM: "check_circle",
    Judgement.MINOR: "error",
    Judgement.MAJOR: "report",
    Judgement.NOT_APPLICABLE: "do_not_disturb_on",
}
PHOTO_WIDTH = 220
FILE_TYPES = ["png", "jpg", "jpeg", "pdf", "docx", "xlsx"]


def checklist_entry(page: Page, shown: InspectionDetail) -> None:
    """Judge on site: a tap saves; a finding asks for a note and takes photos. Then send what was found."""
    open_count = sum(item.judgement is None for item in shown.items)
    done = len(shown.items) - open_count
    section(
        _("Checklist"),
        _("{done} of {all} judged; each tap is saved at once").format(done=number(done), all=number(len(shown.items))),
    )
    st.progress(done / max(len(shown.items), 1))
    for item in shown.items:
        entry_row(page, item)
    is_ready = open_count == 0
    if not is_ready:
        note(_("Findings can be sent when every item is judged."))
    if st.button(
        _("Send the findings to the unit"),
        type="primary" if is_ready else "secondary",
        icon=":material/send:",
        disabled=not is_ready,
        key="send_findings",
    ):
        with saving(page, done=_("The unit has the findings; its time for a defence runs.")) as session:
            actions.send_findings(session, shown.inspection_id, version=shown.version, actor=page.actor, now=page.now)


def entry_row(page: Page, item: ItemDetail) -> None:
    """One item: what the clause asks, four answers to tap, and below a finding its note and photos."""
    key = f"item_{item.item_id}_{item.version}"
    with st.container(border=True, gap="small"):
        left, right = st.columns([1.5, 1.6], vertical_alignment="center", gap="small")
        with left:
            item_words(item)
        with right:
            chosen = st.segmented_control(
                _("Judgement of item {n}").format(n=item.position),
                list(Judgement),
                default=item.judgement,
                format_func=label,
                label_visibility="collapsed",
                key=key,
            )
        if chosen is None:
            return
        if chosen.is_finding:
            finding_form(page, item, chosen, key)
        elif chosen is not item.judgement:
            judge(page, item, chosen, item.note, [])


def item_words(item: ItemDetail) -> None:
    title = pick(item.title, item.title_en)
    weight = _("weight {n}").format(n=number(item.weight, 1))
    st.markdown(f"**{item.position}. {plain(title)}**  \n:small[:gray[{plain(item.code)} · {plain(weight)}]]")
    if item.is_safety:
        st.badge(_("Safety"), icon=":material/health_and_safety:", color="violet")
    with st.expander(_("What the clause says")):
        show_text(pick(item.text, item.text_en))


def finding_form(page: Page, item: ItemDetail, chosen: Judgement, key: str) -> None:
    photos(page, item, item.photos)
    with st.form(f"{key}_form", border=False):
        words = st.text_area(
            _("What was seen, where, how often"), item.note, max_chars=2000, height=80, key=f"{key}_note"
        )
        taken = st.file_uploader(
            _("Photos and papers"), type=FILE_TYPES, accept_multiple_files=True, key=f"{key}_photos"
        )
        pressed = st.form_submit_button(_("Save the finding"), type="primary", key=f"{key}_save")
    if pressed:
        judge(page, item, chosen, words, [Upload(one.name, one.getvalue()) for one in taken])


def judge(page: Page, item: ItemDetail, chosen: Judgement, words: str, taken: Sequence[Upload]) -> None:
    with saving(page) as session:
        actions.judge_item(
            session,
            item.item_id,
            chosen,
            note=words,
            photos=taken,
            version=item.version,
            actor=page.actor,
            now=page.now,
        )


def photos(page: Page, item: ItemDetail, files: Sequence[KeptFile]) -> None:
    """Pictures as pictures, other files to take away."""
    pictures = [file for file in files if file.media_type.is_image]
    if pictures:
        with st.container(horizontal=True, gap="small"):
            for file in pictures:
                caption = f"{plain(file.file_name)} · {plain(moment(file.kept_at))}"
                st.image(file_bytes(page, item, file), caption=caption, width=PHOTO_WIDTH)
    for file in files:
        if not file.media_type.is_image:
            offer_download(
                page,
                plain(file.file_name),
                file.file_name,
                lambda file=file: file_bytes(page, item, file),  # type: ignore[misc]  # bound now
                file.media_type.value,
                key=f"item_file_{file.file_id}",
            )


def file_bytes(page: Page, item: ItemDetail, file: KeptFile) -> bytes:
    with reading() as session:
        return details.item_file(session, item.item_id, file.file_id, actor=page.actor)


def finding_card(page: Page, item: ItemDetail, place: int) -> None:
    """One finding with its defence and decision, to be read."""
    with st.container(border=True, gap="small"):
        finding_words(page, item, place)
        if item.defence is not None:
            note(_("Defence of the unit"))
            show_text(item.defence or _("The unit accepts this finding."))
            photos(page, item, item.proofs)
        if item.verdict is not None:
            is_upheld = item.verdict is Verdict.UPHELD
            icon = "gavel" if is_upheld else "undo"
            st.badge(label(item.verdict), icon=f":material/{icon}:", color="orange" if is_upheld else "blue")
            if item.answer:
                show_text(item.answer)
            if item.demand:
                note(_("To be put right"))
                show_text(item.demand)


def finding_words(page: Page, item: ItemDetail, place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{place}. {plain(pick(item.title, item.title_en))}** :small[:gray[{plain(item.code)}]]")
        if item.judgement is not None:
            st.badge(label(item.judgement), icon=f":material/{ICONS[item.judgement]}:", color=COLOURS[item.judgement])
        if item.is_safety:
            st.badge(_("Safety"), icon=":material/health_and_safety:", color="violet")
    show_text(item.note)
    if item.judged_at is not None:
        note(_("{name} · {moment}").format(name=pick(item.judge, item.judge_en), moment=moment(item.judged_at)))
    photos(page, item, item.photos)


def checklist_summary(shown: InspectionDetail) -> None:
    """Every item in one line, to be read."""
    if not shown.items:
        return
    with st.expander(_("The whole checklist"), icon=":material/checklist:"):
        for item in shown.items:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                title = pick(item.title, item.title_en)
                st.markdown(f"{item.position}. {plain(title)} :small[:gray[{plain(item.code)}]]", width="stretch")
                if item.judgement is not None:
                    st.badge(
                        label(item.judgement),
                        icon=f":material/{ICONS[item.judgement]}:",
                        color=COLOURS[item.judgement],
                    )
