"""The card of one proposal: why, who signed, what happened, and what this person may do about it now."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages._ui.due import due_day
from pages._ui.facts import fact_list
from pages._ui.incentives.certificate import certificate_button
from pages._ui.incentives.forms import duty_form, revoke_form
from pages._ui.incentives.rules import read_aloud
from pages._ui.incentives.words import ICONS, day_of, kind_colour, outcome_text, person_text, quarter_text
from pages._ui.page import Page, reading
from pages._ui.tables import offer_download, rows
from pages._ui.widgets import note, plain, section, show_error, show_text
from qs.errors import NotFound
from qs.i18n import gettext as _
from qs.i18n import moment, number, pick
from qs.incentives import details
from qs.incentives.details import AppealDetail, ProposalDetail
from qs.incentives.rule_sentences import Words, figure_name, figure_words, rule_sentence, value_words
from qs.incentives.terms import LADDERS, Comparison, Condition, Kind, Stage, Vote
from qs.sentences import label


def proposal_card(page: Page, proposal_id: int, duty: str, words: Words) -> None:
    """Everything about one proposal, and the one thing to do first."""
    try:
        with reading() as session:
            shown = details.proposal(session, proposal_id, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    with st.container(border=True, gap="small"):
        heading(shown)
        reasons(shown, words)
        signatures(shown)
        if shown.appeal is not None:
            appeal_part(page, shown, shown.appeal)
        for objection in shown.objections:
            objection_part(objection.text, objection.answer, objection.is_upheld)
        duty_form(page, shown, duty)
        certificate_button(page, shown)
        revoke_form(page, shown)
        course(shown)


def heading(shown: ProposalDetail) -> None:
    st.markdown(f"### {plain(pick(shown.service, shown.service_en))}", anchors=False)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.badge(outcome_text(shown.consequence), color=kind_colour(shown.consequence.kind))
        st.badge(label(shown.stage), icon=f":material/{ICONS[shown.stage]}:", color="gray")
        note(f"{quarter_text(shown.period)} · {pick(shown.department, shown.department_en)}")
    ladder(shown)
    for veto in shown.vetoes:
        st.badge(label(veto), icon=":material/block:", color="orange")


def ladder(shown: ProposalDetail) -> None:
    """The rungs of the ladder, the one that stands in bold; after an appeal, the one it came from struck through."""
    rungs = []
    for rung in LADDERS[shown.consequence.kind]:
        word = plain(label(rung))
        if rung is shown.consequence:
            word = f"**{word}**"
        elif rung is shown.proposed:
            word = f"~~{word}~~"
        rungs.append(word)
    st.markdown(f":small[{' → '.join(rungs)}]", anchors=False)


def reasons(shown: ProposalDetail, words: Words) -> None:
    """What the proposal rests on: the sentence of its rule and the frozen figures, or the grounds of a nomination."""
    if shown.content is None:
        section(_("Grounds"), _("nominated by hand"))
        show_text(pick(shown.grounds, shown.grounds_en))
        return
    section(_("Why"), rule_words(shown))
    read_aloud(rule_sentence(shown.content, words))
    frame = pd.DataFrame(
        [
            {
                "figure": figure_name(one.condition.key, words),
                "quarter": one.period,
                "wanted": wanted_text(one.condition, words),
                "found": figure_words(one.condition.key, one.figure, words),
                "n": "—" if one.figure.n is None else number(one.figure.n),
            }
            for one in shown.inputs
        ]
    )
    columns = {
        "figure": st.column_config.TextColumn(_("Figure"), width=112),
        "quarter": st.column_config.TextColumn(_("Quarter"), width=60),
        "wanted": st.column_config.TextColumn(_("Wanted"), width=62),
        "found": st.column_config.TextColumn(_("Found (95 % interval)"), width=136),
        "n": st.column_config.TextColumn(_("Cases"), width=60),
    }
    rows(frame, columns, key=f"inputs_{shown.proposal_id}", is_selectable=False)


def rule_words(shown: ProposalDetail) -> str:
    return _("{rule}, version {number}").format(
        rule=pick(shown.rule, shown.rule_en), number=number(shown.rule_version or 0)
    )


def wanted_text(condition: Condition, words: Words) -> str:
    value = value_words(condition.key, condition.threshold, words, is_threshold=True)
    signs = {
        Comparison.AT_LEAST: _("≥ {value}"),
        Comparison.ABOVE: _("> {value}"),
        Comparison.AT_MOST: _("≤ {value}"),
        Comparison.BELOW: _("< {value}"),
    }
    return signs[condition.comparison].format(value=value)


def signatures(shown: ProposalDetail) -> None:
    """Who proposed and who signed, each with the words given."""
    facts = [(_("Proposed by"), f"{person_text(shown.proposer)} · {day_of(shown.proposed_at)}")]
    for made in shown.signatures:
        word = _("Approved by") if made.vote is Vote.APPROVE else _("Declined by")
        facts.append((word, f"{person_text(made.person)} · {day_of(made.decided_at)}\n{made.reason}"))
    if shown.notice_due is not None:
        facts.append((_("Public notice until"), due_day(shown.notice_due)))
    if shown.appeal_due is not None and shown.appeal is None:
        facts.append((_("Appeal possible until"), due_day(shown.appeal_due)))
    if shown.certificate:
        facts.append((_("Certificate"), shown.certificate))
    if shown.approval_number:
        facts.append((_("Number of the approval"), shown.approval_number))
    facts.append((_("Frozen quarter"), _("fingerprint {hash}").format(hash=shown.period_sha256[:12])))
    fact_list(facts)


def appeal_part(page: Page, shown: ProposalDetail, appeal: AppealDetail) -> None:
    section(_("Appeal"), f"{person_text(appeal.filed_by)} · {day_of(appeal.filed_at)}")
    show_text(appeal.grounds)
    for file in appeal.files:
        offer_download(
            page, file.file_name, file.file_name, lambda one=file: content_of(page, shown, one.file_id), file.media_type
        )
    if appeal.outcome is None:
        note(_("to be decided until {day}; the decision is not suspended meanwhile").format(day=due_day(appeal.due)))
        return
    decided = f"{person_text(appeal.decided_by)} · {day_of(appeal.decided_at)}"
    fact_list([(_("Decided"), label(appeal.outcome)), (_("Decided by"), decided), (_("Reason"), appeal.reason or "")])


def content_of(page: Page, shown: ProposalDetail, file_id: int) -> bytes:
    with reading() as session:
        return details.appeal_file(session, shown.proposal_id, file_id, actor=page.actor)


def objection_part(text: str, answer: str | None, is_upheld: bool | None) -> None:
    section(_("Objection"), "" if is_upheld is None else _("upheld") if is_upheld else _("not upheld"))
    show_text(text)
    if answer:
        fact_list([(_("Answer"), answer)])


def course(shown: ProposalDetail) -> None:
    """Every step, the latest first."""
    with st.expander(_("What happened so far"), icon=":material/history:"):
        for step in reversed(shown.steps):
            who = pick(step.person, step.person_en) or _("the rules, by programme")
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.markdown(f":material/{ICONS[step.to_stage]}: **{plain(stage_words(shown, step.to_stage))}**")
                note(f"{moment(step.at)} · {who}")
            if step.note:
                show_text(step.note)


def stage_words(shown: ProposalDetail, stage: Stage) -> str:
    if stage is Stage.EFFECTIVE and shown.consequence.kind is Kind.PENALTY:
        return _("Told, in effect")
    return _("Proposed") if stage is Stage.PROPOSED else label(stage)
