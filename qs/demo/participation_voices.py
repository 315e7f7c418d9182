"""How the invented city is heard: suggestions with answers, consultations with opinions, hearings with applicants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from docx import Document
from sqlalchemy.orm import Session

from qs.actor import PUBLIC
from qs.attachments.terms import Upload
from qs.demo.office import Office
from qs.directory.models import Area
from qs.participation import actions
from qs.participation.models import Consultation, ConsultationOpinion, Hearing, HearingRegistration, Suggestion
from qs.participation.terms import (
    Capacity,
    HearingKind,
    HearingRecord,
    NewConsultation,
    NewHearing,
    Side,
    Stage,
    SuggestionStatus,
    Verdict,
)
from qs.settings import settings

Text = Mapping[str, Any]  # Any: what TOML holds


def in_hours(office: Office, moment: datetime) -> datetime:
    """The moment, moved into the working hours of its day or of the Monday after; never after today."""
    local = moment.astimezone(settings().zone)
    if not 9 <= local.hour < 17:
        local = local.replace(hour=10)
    while local.weekday() >= 5:
        local += timedelta(days=1)
    return min(local.astimezone(moment.tzinfo), office.now)


def play_suggestions(session: Session, office: Office, texts: Sequence[Text]) -> None:
    """Each suggestion as far as its text says."""
    boss = office.people["chen.jing"]
    for text in sorted(texts, key=lambda one: -float(one["days"])):
        received_at = office.day(text["days"])
        service_id = office.services[text["service"]] if "service" in text else None
        kept = actions.suggest(
            session, title=text["title"], text=text["text"], service_id=service_id, actor=PUBLIC, now=received_at
        )
        state = SuggestionStatus(text["state"])
        if state is SuggestionStatus.RECEIVED:
            continue
        assigned_at = in_hours(office, received_at + timedelta(hours=20))
        actions.assign_suggestion(
            session,
            kept.id,
            service_id,
            is_shown=True,
            title_en=text["title_en"],
            version=1,
            actor=boss,
            now=assigned_at,
        )
        for supporter in range(text.get("supporters", 0)):
            when = assigned_at + (office.now - assigned_at) * ((supporter + 1) / (text["supporters"] + 2))
            actions.support_suggestion(session, kept.id, device=f"supporter-{supporter}", actor=PUBLIC, now=when)
        if state is not SuggestionStatus.ASSIGNED and service_id is not None:
            answer(session, office, kept.id, service_id, text, received_at)


def answer(
    session: Session, office: Office, suggestion_id: int, service_id: int, text: Text, received_at: datetime
) -> None:
    leader = office.leaders[service_id]
    actions.answer_suggestion(
        session,
        suggestion_id,
        Verdict(text["verdict"]),
        answer=text["answer"],
        answer_en=text["answer_en"],
        version=2,
        actor=leader,
        now=in_hours(office, received_at + timedelta(days=8)),
    )
    if text["state"] == SuggestionStatus.IMPLEMENTED:
        version = session.get_one(Suggestion, suggestion_id).version
        actions.implement_suggestion(
            session,
            suggestion_id,
            proof=text["proof"],
            proof_en=text["proof_en"],
            version=version,
            actor=leader,
            now=in_hours(office, received_at + timedelta(days=100)),
        )


def paper(title: str, *texts: str) -> Upload:
    """A document to read, as the office would attach it."""
    document = Document()
    document.add_heading(title, level=1)
    for text in texts:
        document.add_paragraph(text)
    kept = BytesIO()
    document.save(kept)
    return Upload(f"{title}.docx", kept.getvalue())


def area_id(session: Session, code: str | None) -> int | None:
    return None if code is None else session.scalars(sa.select(Area.id).where(Area.code == code)).one()


def play_consultations(session: Session, office: Office, texts: Sequence[Text]) -> list[int]:
    """Draft, publish, opinions, answers, summary: each as far as its days have come. Returns their ids."""
    return [play_consultation(session, office, text) for text in texts]


def play_consultation(session: Session, office: Office, text: Text) -> int:
    editor = office.people["zhang.lin"]
    published_at = in_hours(office, office.day(4 - text["opens"]))
    wanted = NewConsultation(
        title=text["title"],
        title_en=text["title_en"],
        explanation=text["explanation"],
        explanation_en=text["explanation_en"],
        stage=Stage(text["stage"]),
        opens_on=office.local(-text["opens"]),
        closes_on=office.local(-text["closes"]),
        service_id=office.services[text["service"]],
        area_id=area_id(session, text.get("area")),
    )
    file = paper(text["title"], text["explanation"], text["explanation_en"])
    consultation_id = actions.draft_consultation(session, wanted, files=[file], actor=editor, now=published_at)
    actions.publish_consultation(session, consultation_id, version=1, actor=editor, now=published_at)
    treated, waiting = text.get("treated", []), text.get("waiting", [])
    said = [one["text"] for one in [*treated, *waiting]] + list(text.get("opinions", []))
    last = min(office.now, office.day(-text["closes"]))
    opened = office.day(-text["opens"]) + timedelta(hours=1)
    for place, words in enumerate(said):
        when = opened + (last - opened) * ((place + 1) / (len(said) + 1))
        actions.comment_on_consultation(session, consultation_id, text=words, actor=PUBLIC, now=when)
    opinions = list(
        session.scalars(
            sa.select(ConsultationOpinion)
            .where(ConsultationOpinion.consultation_id == consultation_id)
            .order_by(ConsultationOpinion.id)
        )
    )
    for opinion, one in zip(opinions, treated, strict=False):
        actions.answer_opinion(
            session,
            opinion.id,
            Verdict(one["verdict"]),
            gist=one["gist"],
            gist_en=one["gist_en"],
            reason=one["reason"],
            reason_en=one["reason_en"],
            version=1,
            actor=editor,
            now=in_hours(office, office.day(-text["closes"] - 5)),
        )
    if "summary" in text:
        version = session.get_one(Consultation, consultation_id).version
        actions.summarise_consultation(
            session,
            consultation_id,
            summary=text["summary"],
            summary_en=text["summary_en"],
            version=version,
            actor=editor,
            now=in_hours(office, office.day(text["summary_days"])),
        )
    return consultation_id


def play_hearings(session: Session, office: Office, texts: Sequence[Text], consultations: Sequence[int]) -> None:
    for text in texts:
        play_hearing(session, office, text, consultations)


def play_hearing(session: Session, office: Office, text: Text, consultations: Sequence[int]) -> None:
    """Notice and registrations; for the finished one also list, record, answers and report."""
    editor = office.people["zhang.lin"]
    noticed_at = in_hours(office, office.day(-text["noticed"]))
    holds_at = datetime.combine(office.local(-text["holds"]), time(9, 30), settings().zone)
    wanted = NewHearing(
        kind=HearingKind(text["kind"]),
        title=text["title"],
        title_en=text["title_en"],
        matter=text["matter"],
        matter_en=text["matter_en"],
        place=text["place"],
        place_en=text["place_en"],
        holds_at=holds_at,
        registration_closes_on=office.local(-text["registration_closes"]),
        seats=text["seats"],
        selection_rule=text["selection_rule"],
        selection_rule_en=text["selection_rule_en"],
        service_id=office.services[text["service"]],
        area_id=area_id(session, text["area"]),
        consultation_id=consultations[text["consultation"]] if "consultation" in text else None,
    )
    file = paper(text["title"], text["matter"], text["matter_en"])
    hearing_id = actions.draft_hearing(session, wanted, files=[file], actor=editor, now=noticed_at)
    actions.publish_notice(session, hearing_id, version=1, actor=editor, now=noticed_at)
    for place, one in enumerate(text["applicant"]):
        actions.register_for_hearing(
            session,
            hearing_id,
            side=Side(one["side"]),
            capacity=Capacity(one["capacity"]),
            main_points=one["points"],
            actor=PUBLIC,
            now=noticed_at + timedelta(hours=20 * (place + 1)),
        )
    if "record" in text:
        finish_hearing(session, office, hearing_id, text)


def finish_hearing(session: Session, office: Office, hearing_id: int, text: Text) -> None:
    editor = office.people["zhang.lin"]
    hearing = session.get_one(Hearing, hearing_id)
    found = sa.select(HearingRegistration).where(HearingRegistration.hearing_id == hearing_id)
    rows = list(session.scalars(found.order_by(HearingRegistration.id)))
    chosen = [row.id for row, one in zip(rows, text["applicant"], strict=True) if not one.get("is_left_out", False)]
    listed_at = in_hours(office, office.day(-text["registration_closes"] - 3))
    actions.choose_participants(session, hearing_id, chosen, version=hearing.version, actor=editor, now=listed_at)
    kept = HearingRecord(
        presider=text["presider"],
        is_presider_independent=True,
        attended=frozenset(chosen[:-1]),
        text=text["record"],
        text_en=text["record_en"],
    )
    recorded_at = hearing.holds_at + timedelta(hours=4)
    actions.record_hearing(session, hearing_id, kept, version=hearing.version, actor=editor, now=recorded_at)
    for row, one in zip(rows, text["applicant"], strict=True):
        actions.answer_registration(
            session,
            row.id,
            Verdict(one["verdict"]),
            gist=one["gist"],
            gist_en=one["gist_en"],
            reason=one["reason"],
            reason_en=one["reason_en"],
            version=row.version,
            actor=editor,
            now=in_hours(office, recorded_at + timedelta(days=9)),
        )
    actions.publish_hearing(
        session,
        hearing_id,
        report=text["report"],
        report_en=text["report_en"],
        version=hearing.version,
        actor=editor,
        now=in_hours(office, office.day(text["published"])),
    )
