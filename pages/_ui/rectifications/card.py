"""One order: what is demanded, what was planned and proved, what the figures say, and everything that happened."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import keep
from pages._ui.due import due_words, how_counted
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading
from pages._ui.rectifications.board import COLOURS, ICONS
from pages._ui.rectifications.effect import comparison, rechecked
from pages._ui.tables import offer_download
from pages._ui.widgets import note, plain, section, show_text
from qs.attachments.terms import KeptFile
from qs.i18n import day, moment, number, pick
from qs.i18n import gettext as _
from qs.rectifications import details
from qs.rectifications.details import Proof, RectificationDetail
from qs.rectifications.terms import Stage, StepKind, Verdict
from qs.sentences import label

PICTURE_WIDTH = 260


def heading(detail: RectificationDetail, page: Page) -> tuple[str, str]:
    """The title of an open order, and the facts below it."""
    row = detail.row
    facts = [
        row["number"],
        pick(row["service"], row["service_en"]),
        pick(row["provider"], row["provider_en"]),
        _("raised by: {source}").format(source=label(row["source"])),
    ]
    return pick(row["title"], row["title_en"]), " · ".join(facts)


def standing(detail: RectificationDetail, page: Page) -> None:
    """Where the order stands, how long there is, who answers, and how the time was counted."""
    row, stage = detail.row, Stage(detail.row["stage"])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = label(detail.status) if stage is Stage.OVERDUE else label(stage)
        if stage is Stage.OVERDUE:
            st.badge(label(stage), icon=f":material/{ICONS[stage]}:", color="orange")
        st.badge(words, icon=f":material/{ICONS.get(stage, 'undo')}:", color=COLOURS.get(stage, "gray"))
        if row["round"] > 1:
            st.badge(_("round {n}").format(n=number(row["round"])), color="violet")
        if row["is_provisional"]:
            st.badge(_("Provisional"), icon=":material/event_busy:", color="orange")
        if detail.status.is_with_unit:
            note(due_words(row["due_at"], page.now))
        elif detail.status.is_open:
            in_time = row["proved_at"] <= row["due_at"]
            text = _("due {moment} · proof in time") if in_time else _("due {moment} · proof late")
            note(text.format(moment=moment(row["due_at"])))
        how_counted(page, detail.due_id)


def matter(detail: RectificationDetail) -> None:
    """What is demanded, and of whom."""
    row = detail.row
    with st.container(border=True, gap="small"):
        section(_("What has to be put right"))
        show_text(pick(detail.demand, detail.demand_en))
        answering = pick(row["responsible"], row["responsible_en"]) or _("nobody: name a leader in the directory")
        fact_list(
            [
                (_("Answers for it"), answering),
                (_("Ordered on"), moment(row["ordered_at"])),
                (_("Due"), moment(row["due_at"])),
            ]
        )


def work(detail: RectificationDetail, page: Page) -> None:
    """Plans, proofs and verifications, the newest last."""
    for plan in detail.plans:
        with st.container(border=True, gap="small"):
            section(
                _("Plan of the unit"),
                _("{name} · {moment}").format(name=pick(plan.name, plan.name_en), moment=moment(plan.handed_in_at)),
            )
            fact_list(
                [
                    (_("Why it happened"), plan.cause),
                    (_("What is done about it"), plan.measures),
                    (_("Finished by"), day(plan.finish_on)),
                ]
            )
    decided = list(detail.verifications)
    for place, proof in enumerate(detail.proofs):
        with st.container(border=True, gap="small"):
            section(
                _("Proof of the unit"),
                _("{name} · {moment}").format(name=pick(proof.name, proof.name_en), moment=moment(proof.handed_in_at)),
            )
            show_text(proof.summary)
            proof_files(detail, proof, page)
            if place < len(decided):
                one = decided[place]
                is_closed = one.verdict is Verdict.CLOSED
                words = _("Verified by {name} on {moment}") if is_closed else _("Sent back by {name} on {moment}")
                told = words.format(name=pick(one.name, one.name_en), moment=moment(one.verified_at))
                icon = "task_alt" if is_closed else "undo"
                st.badge(told, icon=f":material/{icon}:", color="blue" if is_closed else "orange")
                show_text(one.note)
                if one.figures is not None:
                    comparison(detail, one.figures, page, key=f"effect_{place}", acted_at=proof.handed_in_at)
                for again in detail.rechecks:
                    if again.closed_at == one.verified_at:
                        rechecked(detail, again, page, key=f"recheck_{place}")


def proof_files(detail: RectificationDetail, proof: Proof, page: Page) -> None:
    """Pictures as pictures, other files to take away."""
    if not proof.files:
        note(_("No file was added to this proof."))
    order_id = int(detail.row["rectification_id"])
    with st.container(horizontal=True, gap="small"):
        for file in proof.files:
            if file.media_type.is_image:
                st.image(
                    file_bytes(page, order_id, proof.proof_id, file), caption=plain(file.file_name), width=PICTURE_WIDTH
                )
    for file in proof.files:
        if not file.media_type.is_image:
            offer_download(
                page,
                plain(file.file_name),
                file.file_name,
                lambda file=file: file_bytes(page, order_id, proof.proof_id, file),  # type: ignore[misc]  # bound now
                file.media_type.value,
                key=f"proof_file_{file.file_id}",
            )


def file_bytes(page: Page, order_id: int, proof_id: int, file: KeptFile) -> bytes:
    with reading() as session:
        return details.proof_file(session, order_id, proof_id, file.file_id, actor=page.actor)


def timeline(detail: RectificationDetail) -> None:
    """Everything that happened, the newest first."""
    with st.container(border=True, gap="small"):
        section(_("What happened"))
        for step in reversed(detail.steps):
            who = pick(step.name, step.name_en) or _("the office's machine")
            st.markdown(
                f"**{plain(label(step.kind))}**  \n:small[:gray[{plain(moment(step.happened_at))} · {plain(who)}]]"
            )
            if step.note:
                show_text(step.note)
            again = next((one for one in detail.rechecks if one.checked_at == step.happened_at), None)
            if again is not None and step.kind is StepKind.REOPENED:
                note(_("The figures say: {finding}").format(finding=label(again.lasting)))


def back_button() -> None:
    st.button(
        _("Back to all"),
        icon=":material/arrow_back:",
        type="tertiary",
        key="back",
        on_click=leave,
    )


def leave() -> None:
    for key in ("rectification", "do", "seen"):
        keep(key, None)
