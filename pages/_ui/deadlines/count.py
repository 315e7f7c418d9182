"""The diagnostic: a beginning, a limit, perhaps a pause and an extension, and every day counted until it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pandas as pd
import streamlit as st

from pages._ui.deadlines.packs import ordered_tiers, pack_words, urgency_words
from pages._ui.due import (
    counted_days,
    length_words,
    limit_words,
    provisional_words,
    running_hours,
    source_words,
    windows_words,
    working_words,
)
from pages._ui.page import Page, reading
from pages._ui.tables import table
from pages._ui.widgets import note, plain, section, show_error
from qs.deadlines import packs, queries, rules
from qs.deadlines.terms import Calendar, DayType, Extension, Ledger, LedgerDay, Limit, LimitKind, Rule
from qs.i18n import day, moment, ngettext, number, pick, weekday
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

USUAL_RULE = "request.handle"
USUAL_TIME = time(9, 0)
LONG_DAYS = 40  # above which a table of days is paged


@dataclass(frozen=True)
class Asked:
    """What was typed: from when, by which limit, with which pauses and which extension."""

    starts_at: datetime
    limit: Limit
    pauses: tuple[tuple[datetime, datetime], ...]
    extension: Limit | None
    is_strict: bool


def diagnostic(page: Page, packs_known: pd.DataFrame, in_use: str) -> None:
    """Type a beginning and a limit; see every day counted, and the sentences that say why."""
    left, right = st.columns([1, 1.6], gap="medium")
    with left, st.container(border=True, gap="small"):
        section(_("Count a time limit"))
        pack = typed_pack(packs_known, in_use)
        with reading() as session:
            usable = packs.usable_limits(session, pack=pack, actor=page.actor)
            calendar = queries.calendar(session, pack=pack, actor=page.actor)
        allowed = packs_known.set_index("code")["extension"].get(pack, Extension.ONCE)
        asked = typed(page, usable, allowed)
    story = rules.ledger(calendar, asked.starts_at, asked.limit, pauses=asked.pauses, extension=asked.extension)
    with right, st.container(border=True, gap="small"):
        if asked.is_strict:
            try:
                rules.check_known(calendar, story)
            except rules.BeyondCalendar as error:
                show_error(error)
                return
        answer(calendar, asked, story)


def typed_pack(packs_known: pd.DataFrame, in_use: str) -> str:
    titles = {row.code: pick(row.title, row.title_en) for row in packs_known.itertuples(index=False)}
    codes = list(titles)
    chosen: str = st.selectbox(
        _("Pack"),
        codes,
        index=codes.index(in_use) if in_use in codes else 0,
        format_func=lambda code: pack_words(titles[code], is_used=code == in_use),
        key="count_pack",
    )
    return chosen


def typed(page: Page, usable: list[Rule], allowed: Extension) -> Asked:
    limit, code = typed_limit(usable)
    today = local_day(page.now, settings().zone)
    starts_at = typed_moment(_("Day of the event"), today, USUAL_TIME, "count")
    pauses = typed_pause(starts_at)
    extension = typed_extension(usable, code, allowed)
    is_strict = st.toggle(
        _("Refuse beyond the loaded calendars"),
        key="count_strict",
        help=_(
            "Otherwise days of a year that is not loaded are counted by weekends only, and the date is provisional."
        ),
    )
    return Asked(starts_at, limit, pauses, extension, is_strict)


def typed_moment(words: str, on: object, at: time, key: str) -> datetime:
    with st.container(horizontal=True, gap="small"):
        chosen = st.date_input(words, on, key=f"{key}_day")
        hour = st.time_input(_("Time"), at, key=f"{key}_time", width=130)
    return datetime.combine(chosen, hour, settings().zone).astimezone(UTC)


def typed_limit(usable: list[Rule]) -> tuple[Limit, str]:
    """A limit of the pack in its urgency, or one's own; with its code, which is empty for one's own."""
    plain_rules = {packs.code_of(one.code): one for one in usable if not packs.urgency_of(one.code)}
    codes = [*plain_rules, ""]
    code: str = st.selectbox(
        _("Time limit"),
        codes,
        index=codes.index(USUAL_RULE) if USUAL_RULE in plain_rules else 0,
        format_func=lambda one: rule_words(plain_rules[one]) if one else _("One of my own"),
        key="count_rule",
    )
    if not code:
        with st.container(horizontal=True, gap="small"):
            kind = st.selectbox(_("Counted in"), list(LimitKind), format_func=label, key="count_kind")
            most = rules.LARGEST_AMOUNT[kind]
            amount = st.number_input(_("How many"), 1, most, 5, key=f"count_amount_{kind.value}")
        return Limit(kind, int(amount)), ""
    used = plain_rules[code]
    tiers = {packs.urgency_of(one.code): one for one in usable if packs.code_of(one.code) == code}
    if len(tiers) > 1:
        urgency = st.selectbox(
            _("Urgency"), ordered_tiers(tiers), format_func=urgency_words, key=f"count_urgency_{code}"
        )
        used = tiers[urgency]
    note(_("{limit} · {source}").format(limit=limit_words(used.limit), source=source_words(used)))
    if used.note:
        note(pick(used.note, used.note_en))
    return used.limit, code


def rule_words(one: Rule) -> str:
    return _("{name} · {limit}").format(name=pick(one.name, one.name_en), limit=limit_words(one.limit))


def typed_pause(starts_at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    if not st.checkbox(_("The clock stood"), key="count_paused"):
        return ()
    zone = settings().zone
    first = local_day(starts_at, zone) + timedelta(days=1)
    begins = typed_moment(_("Paused from"), first, USUAL_TIME, "pause_from")
    ends = typed_moment(_("Paused to"), first + timedelta(days=3), USUAL_TIME, "pause_to")
    if ends <= begins:
        st.warning(_("The clock runs on before it stands still. Correct one of the two."), icon=":material/warning:")
        return ()
    return ((begins, ends),)


def typed_extension(usable: list[Rule], code: str, allowed: Extension) -> Limit | None:
    """The extension that the pack has for this limit, or as many days as a law says."""
    wanted = f"{code.split('.')[0]}.extension"
    found = next((one for one in usable if one.code == wanted), None)
    by_law = allowed is Extension.BY_LAW and code == USUAL_RULE
    if found is None and not by_law:
        return None
    if not st.checkbox(_("It was extended"), key="count_extended"):
        return None
    if found is not None:
        note(_("{limit} · {source}").format(limit=limit_words(found.limit), source=source_words(found)))
        return found.limit
    kinds = [LimitKind.WORKING_DAYS, LimitKind.CALENDAR_DAYS]
    with st.container(horizontal=True, gap="small"):
        kind = st.selectbox(_("As the law says"), kinds, format_func=label, key="extension_kind")
        amount = st.number_input(_("How many"), 1, rules.LARGEST_AMOUNT[kind], 5, key="extension_amount")
    return Limit(kind, int(amount))


def answer(calendar: Calendar, asked: Asked, story: Ledger) -> None:
    """The due date in words, why it is that one, and the days."""
    due = _("Due {moment}").format(moment=moment(story.due_at))
    if story.is_provisional:
        due = _("{words} · provisional").format(words=due)
    st.markdown(f"# {plain(due)}", anchors=False)
    note(_("{weekday}, {zone}").format(weekday=weekday(local_day(story.due_at, calendar.zone)), zone=calendar.zone.key))
    st.markdown(plain(why(calendar, asked, story)))
    if story.is_provisional:
        st.warning(provisional_words(), icon=":material/event_busy:")
    if asked.pauses or asked.extension is not None:
        ledger_table(story, asked)
    else:
        counted_days(story.first.days, key="counted")


def why(calendar: Calendar, asked: Asked, story: Ledger) -> str:
    """Sentence by sentence: from when, what counts, where it ends, what a pause and an extension added."""
    parts = first_count(calendar, asked, story)
    for begins, ends in asked.pauses:
        words = _("The clock stood from {begins} to {ends}: {time} of working time, so the limit ends on {due}.")
        time_words = working_words(story.paused, calendar, asked.limit.kind)
        parts.append(
            words.format(begins=moment(begins), ends=moment(ends), time=time_words, due=moment(story.paused_to))
        )
    if asked.extension is not None:
        words = _("The extension of {limit} counts from there.")
        parts.append(words.format(limit=limit_words(asked.extension)))
    return sentences(parts)


def first_count(calendar: Calendar, asked: Asked, story: Ledger) -> list[str]:
    limit, counted = asked.limit, story.first
    if limit.kind is LimitKind.HOURS:
        text = _("{limit} from {moment}, day and night, weekends and days off included.")
        return [text.format(limit=limit_words(limit), moment=moment(asked.starts_at))]
    if limit.kind is LimitKind.OFFICE_HOURS:
        text = _("{limit} from {moment}; on working days the office is open {windows}.")
        words = windows_words(calendar.windows)
        return [text.format(limit=limit_words(limit), moment=moment(asked.starts_at), windows=words)]
    first, last = local_day(asked.starts_at, calendar.zone), counted.days[-1].day
    if limit.kind is LimitKind.CALENDAR_DAYS:
        text = _("{day} is not counted; every day after it is, {limit} in all.")
        parts = [text.format(day=day(first), limit=limit_words(limit))]
        if len(counted.days) - 1 > limit.amount:
            text = _("The last of them is not worked, so the limit ends on the next working day, {day}.")
            parts.append(text.format(day=day(last)))
    else:
        text = _("{day} is not counted; {limit} after it end on {last}.")
        parts = [text.format(day=day(first), limit=limit_words(limit), last=day(last))]
        parts.extend(left_out([one.type for one in counted.days[1:]]))
    parts.append(_("It ends at the close of business, {time}.").format(time=f"{calendar.closes_at:%H:%M}"))
    return parts


def left_out(kinds: list[DayType]) -> list[str]:
    """What was skipped and what counted although it is a weekend."""
    parts = []
    skipped, made_up = sum(not one.is_worked for one in kinds), kinds.count(DayType.MAKEUP_WORK)
    if skipped:
        off = ngettext("{n} day not worked was left out.", "{n} days not worked were left out.", skipped)
        parts.append(off.format(n=number(skipped)))
    if made_up:
        worked = ngettext("{n} make-up day counts.", "{n} make-up days count.", made_up)
        parts.append(worked.format(n=number(made_up)))
    return parts


def sentences(parts: list[str]) -> str:
    """Whole sentences one after the other, as the language sets them."""
    told = parts[0]
    for part in parts[1:]:
        told = _("{sentence} {next_one}").format(sentence=told, next_one=part)
    return told


def ledger_table(story: Ledger, asked: Asked) -> None:
    """The days of the whole story: the first count, the days on which the clock stood, and the extension."""
    days = story.days
    frame = pd.DataFrame(
        {
            "day": [day(one.day) for one in days],
            "weekday": [weekday(one.day) for one in days],
            "type": [label(one.type) for one in days],
            "number": [number_words(story, place) for place in range(len(days))],
            "paused": [length_words(one.paused) if one.paused else "" for one in days],
        }
    )
    columns = {
        "day": _("Day"),
        "weekday": _("Weekday"),
        "type": _("Type"),
        "number": _("Counted"),
        "paused": _("Clock stood"),
    }
    if not asked.pauses:
        columns.pop("paused")
    table(frame, columns, key="ledger", rows_per_page=LONG_DAYS)


def number_words(story: Ledger, place: int) -> str:
    one: LedgerDay = story.days[place]
    if one.is_extension:
        return _("extension, {number}").format(number=number(one.number or 0))
    if one.is_added:
        return _("for the pause")
    if place < len(story.first.days) and one.counted is not None:
        return running_hours(story.first.days, place)
    if place == 0:
        return _("event day")
    return _("not counted") if one.number is None else number(one.number)
