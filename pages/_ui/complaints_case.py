"""One request on the desk: what it is, its clocks, who is concerned, what happened, and what was said."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from pages._ui.complaints_lists import due_words, left_words
from pages._ui.complaints_steps import next_steps
from pages._ui.facts import fact_list
from pages._ui.page import Page, go, reading
from pages._ui.personal import masked_contact
from pages._ui.tables import offer_download
from pages._ui.widgets import note, plain, section, show_error, show_text
from qs import chart_style
from qs.actor import Permission
from qs.complaints import charts, details, queries
from qs.complaints.details import RequestDetail
from qs.complaints.rules import clocks
from qs.complaints.terms import RequestState, Running
from qs.deadlines.rules import working_days_between
from qs.deadlines.terms import Calendar, Trace
from qs.errors import NotFound
from qs.i18n import Language, age, clock, day, language, moment, ngettext, number, pick
from qs.i18n import gettext as _
from qs.periods import local_day, start_of
from qs.sentences import label
from qs.settings import settings

SHOWN_STEPS = 6
NOT_COUNTED = "—"


def request_card(page: Page, request_id: int) -> None:
    """The whole case in a card; an unknown one is said to be unknown."""
    try:
        with reading() as session:
            detail = details.request_detail(session, request_id, actor=page.actor)
            trace = details.limit_trace(session, request_id, actor=page.actor)
            known = queries.working_calendar(session, actor=page.actor)
    except NotFound as error:
        show_error(error)
        return
    with st.container(border=True, gap="small"):
        heading(detail)
        words(detail)
        if detail.state is not RequestState.CLOSED:
            clock_part(detail, trace, known, page.now)
        next_steps(page, detail)
        facts(detail, page)
        contact_part(page, detail)
        history(detail)
        files(page, detail)
        if trace is not None:
            counting(trace)


def heading(detail: RequestDetail) -> None:
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.badge(label(detail.kind), color="gray")
            st.badge(label(detail.state), color="blue" if detail.state is RequestState.CLOSED else "gray")
            for text, icon in marks(detail):
                st.badge(text, icon=f":material/{icon}:", color="orange")
            st.space("stretch")
            note(detail.number)
        title = detail.title or _("Confidential: {kind}").format(kind=label(detail.kind))
        st.markdown(f"## {plain(title)}", anchors=False)
        said = [moment(detail.registered_at), label(detail.channel)]
        if detail.place:
            said.append(detail.place)
        note(" · ".join(said))


def marks(detail: RequestDetail) -> list[tuple[str, str]]:
    """What makes this case one to look at, as badges."""
    found = []
    if detail.overdue_at is not None:
        found.append((_("Late"), "alarm"))
    if detail.returned_count:
        words = ngettext("Returned {n} time", "Returned {n} times", detail.returned_count)
        found.append((words.format(n=detail.returned_count), "reply_all"))
    if detail.rework_count:
        words = ngettext("Reworked {n} time", "Reworked {n} times", detail.rework_count)
        found.append((words.format(n=detail.rework_count), "replay"))
    if detail.supervised_at is not None:
        found.append((_("With supervision"), "supervisor_account"))
    if detail.is_confidential:
        found.append((_("Confidential"), "lock"))
    return found


def words(detail: RequestDetail) -> None:
    """The requester's own words, or the brief where these are withheld."""
    if detail.is_withheld:
        note(_("The requester's own words and identity are withheld from the unit. Handle what the brief says:"))
        show_text(detail.brief or _("No brief yet."))
        return
    show_text(detail.text)
    if detail.brief:
        note(_("Brief to the unit"))
        show_text(detail.brief)


def facts(detail: RequestDetail, page: Page) -> None:
    lines = [
        (_("Service"), pick(detail.service, detail.service_en) or _("Not yet known")),
        (_("Handling unit"), unit_words(detail)),
        (_("Area"), pick(detail.area, detail.area_en)),
        (_("Handler"), pick(detail.handler, detail.handler_en)),
        (_("Limit"), limit_words(detail, page.now)),
    ]
    if detail.outcome is not None:
        lines.append((_("Outcome"), label(detail.outcome)))
    if detail.refusal is not None:
        lines.append((_("Reason"), label(detail.refusal)))
    fact_list(lines)
    if detail.rectification_id is not None and st.button(
        _("Open the rectification"), icon=":material/build_circle:", type="tertiary", key="open_rectification"
    ):
        go("rectifications", rectification=str(detail.rectification_id))


def unit_words(detail: RequestDetail) -> str:
    unit = pick(detail.unit, detail.unit_en)
    if not detail.unit_id:
        return ""
    return _("{unit}, ruled as lead").format(unit=unit) if detail.lead_unit_id else unit


def limit_words(detail: RequestDetail, now: datetime) -> str:
    if detail.due_at is None:
        return ""
    text = due_words(detail.due_at, now)
    if detail.is_extended:
        text = _("{moment}, extended").format(moment=text)
    if detail.is_provisional:
        text = _("{moment}, provisional: the calendar of that year is not published yet").format(moment=text)
    return text


def clock_part(detail: RequestDetail, trace: Trace | None, known: Calendar, now: datetime) -> None:
    """The clocks of the case as a chart, each with what came of it in words."""
    found = clocks([(one.kind, one.at, one.due_at) for one in detail.steps], detail.due_at)
    if not found:
        return
    zone = settings().zone
    rows, results = [], []
    for one in found:
        name = label(one.clock)
        stop = one.ended_at or now
        is_late = stop > one.due_at
        kind = "late" if is_late else "spent"
        result = result_words(one, known, now)
        rows.append((name, one.starts_at, stop, kind, f"{name}: {result}"))
        if one.ended_at is None and now < one.due_at:
            pressing = one.due_at - now < timedelta(days=1)
            rows.append((name, now, one.due_at, "pressing" if pressing else "left", f"{name}: {result}"))
        results.append((name, result, is_late or (one.ended_at is None and one.due_at - now < timedelta(days=1))))
    frame = pd.DataFrame(rows, columns=list(charts.CLOCK_COLUMNS))
    for name in ("starts_at", "ends_at"):
        frame[name] = local(frame[name])
    days = [] if trace is None else [one.day for one in trace.days if not one.type.is_worked]
    off = pd.DataFrame(
        [(start_of(one, zone), start_of(one + timedelta(days=1), zone)) for one in days],
        columns=list(charts.BAND_COLUMNS),
    )
    for name in charts.BAND_COLUMNS:
        off[name] = local(off[name])
    chart = charts.clock_chart(
        frame,
        pd.DataFrame(results, columns=list(charts.RESULT_COLUMNS)),
        off,
        now=pd.Timestamp(now.astimezone(zone)).tz_localize(None),
        now_label=_("now {time}").format(time=clock(now)),
        day_format="%-m月%-d日" if language() is Language.ZH else "%-d %b",
        colours=chart_style.palette(dark=st.context.theme.type == "dark"),
    )
    st.altair_chart(chart, theme=None, width="stretch", key="clocks")


def local(moments: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    """Moments as the office's clock shows them, without zone: charts know none."""
    return pd.to_datetime(moments, utc=True).dt.tz_convert(settings().zone).dt.tz_localize(None)


def result_words(one: Running, known: Calendar, now: datetime) -> str:
    if one.ended_at is not None:
        return (
            _("in time")
            if one.ended_at <= one.due_at
            else _("late by {time}").format(time=age(one.ended_at - one.due_at))
        )
    days = working_days_between(known, local_day(now, known.zone), local_day(one.due_at, known.zone))
    left = left_words(one.due_at, days, now)
    return left if now > one.due_at else _("{time} left").format(time=left)


def contact_part(page: Page, detail: RequestDetail) -> None:
    """The masked contact for those who may call; units never see who it is."""
    if detail.vault_person_id is None:
        note(_("Anonymous: nobody can be called back."))
    elif page.actor.has(Permission.PERSONAL_REVEAL):
        section(_("Requester"))
        masked_contact(page, detail.vault_person_id, subject=f"request:{detail.request_id}")
    else:
        note(_("Who it is stands in the vault; the office calls back."))


def history(detail: RequestDetail) -> None:
    """The steps, newest first, each with who and what was said; the older ones on demand."""
    section(_("What happened"))
    steps = list(reversed(detail.steps))
    for one in steps[:SHOWN_STEPS]:
        step_line(one)
    if len(steps) > SHOWN_STEPS:
        rest = len(steps) - SHOWN_STEPS
        with st.expander(ngettext("{n} earlier step", "{n} earlier steps", rest).format(n=number(rest))):
            for one in steps[SHOWN_STEPS:]:
                step_line(one)
    for call in detail.calls:
        if call.is_reached and call.satisfaction is not None:
            said = [
                _("contacted") if call.was_contacted else _("not contacted"),
                _("solved") if call.is_solved else _("not solved"),
                label(call.satisfaction),
            ]
            note(_("Call-back on {moment}: {answers}").format(moment=moment(call.at), answers=_(", ").join(said)))


def step_line(one: details.Step) -> None:
    who = pick(one.person, one.person_en)
    head = f"**{plain(label(one.kind))}**"
    seen = "" if one.is_told else " :material/visibility_off:"
    line = " · ".join(part for part in (moment(one.at), who) if part)
    st.markdown(f"{head}{seen}  \n:small[:gray[{plain(line)}]]")
    if one.note:
        show_text(one.note)


def files(page: Page, detail: RequestDetail) -> None:
    for file in detail.files:
        if file.media_type.is_image:
            with reading() as session:
                content = details.request_file(session, detail.request_id, file.file_id, actor=page.actor)
            st.image(content, caption=plain(file.file_name), width=320)
            continue

        def content_of(file_id: int = file.file_id) -> bytes:
            with reading() as session:
                return details.request_file(session, detail.request_id, file_id, actor=page.actor)

        offer_download(
            page, plain(file.file_name), file.file_name, content_of, file.media_type.value, key=f"file_{file.file_id}"
        )


def counting(trace: Trace) -> None:
    rule = pick(trace.rule.name, trace.rule.name_en)
    with st.expander(_("How the limit was counted: {rule}").format(rule=rule)):
        note(pick(trace.rule.source, trace.rule.source_en))
        for one in trace.days:
            count = NOT_COUNTED if one.number is None else str(one.number)
            note(_("{day} · {type} · {count}").format(day=day(one.day), type=label(one.type), count=count))
