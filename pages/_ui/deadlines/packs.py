"""Packs on the Calendar screen: the limits of one, all of them side by side, and the service levels they document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import localised, one_of
from pages._ui.due import limit_words
from pages._ui.facts import fact_list
from pages._ui.page import Page, reading
from pages._ui.tables import table
from pages._ui.widgets import note, section
from qs.complaints.terms import Urgency
from qs.deadlines import packs, queries, rules
from qs.deadlines.terms import Calendar, Extension, Limit, Rule, TargetUnit
from qs.i18n import day, moment, number, percent, pick
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

AS_WRITTEN, AS_DATES = "limits", "dates"


def pack_words(title: str, *, is_used: bool) -> str:
    return _("{pack} (in use)").format(pack=title) if is_used else title


def urgency_words(code: str) -> str:
    """A tier in words; the plain limit is that of every matter without a tier of its own."""
    if not code:
        return _("Without special urgency")
    return label(Urgency(code)) if code in set(Urgency) else code


def limit_list(page: Page, packs_known: pd.DataFrame, in_use: str) -> None:
    """One pack as its file orders it, what holds for it as a whole, and its service levels."""
    titles = {row.code: pick(row.title, row.title_en) for row in packs_known.itertuples(index=False)}
    words = {code: pack_words(title, is_used=code == in_use) for code, title in titles.items()}
    code = one_of(_("Pack"), words, key="pack", usual=in_use, width=360)
    with reading() as session:
        limits = packs.time_limits(session, pack=code, actor=page.actor)
        levels = packs.service_levels(session, actor=page.actor)
    about_pack(packs_known.set_index("code").loc[code])
    shown = localised(limits, "name", "note", "source").assign(
        limit=[limit_words(Limit(row.kind, int(row.amount))) for row in limits.itertuples(index=False)],
        origin=[_("Local rule") if own else _("Law or rule") for own in limits["is_local"]],
    )
    columns = {
        "name": st.column_config.TextColumn(_("Time limit"), width=300),
        "limit": _("Length"),
        "origin": _("Origin"),
        "source": st.column_config.TextColumn(_("Legal source"), width=360),
        "article": _("Article"),
        "note": st.column_config.TextColumn(_("Note"), width="medium"),
        "code": _("Code"),
    }
    table(shown, columns, key="limits", search=("code", "name", "name_en", "source", "article"), rows_per_page=50)
    own = levels[levels["pack"] == code]
    if not own.empty:
        level_list(own)


def about_pack(row: pd.Series[Any]) -> None:  # Any: values of a row
    """What holds for a pack as a whole."""
    loaded_on = local_day(row["loaded_at"], settings().zone)
    note(_("Working days leave out weekends and days off; the day of the event is not counted."))
    facts = [
        (_("Applies to"), pick(row["region"], row["region_en"])),
        (_("Extension"), extension_words(row["extension"], pick(row["approver"], row["approver_en"]))),
        (_("Legal source"), pick(row["source"], row["source_en"])),
        (_("Version"), _("{version}, loaded on {day}").format(version=row["version"], day=day(loaded_on))),
    ]
    with st.container(border=True):
        fact_list(facts)


def extension_words(allowed: Extension, who: str) -> str:
    if allowed is Extension.NONE:
        return label(allowed)
    return _("{kind}; approved by: {who}").format(kind=label(allowed), who=who)


def level_list(levels: pd.DataFrame) -> None:
    section(_("Service levels"), _("Documented and aimed at; nothing is counted down by them."))
    shown = localised(levels, "name", "source").assign(
        aim=[
            _("{aim} {amount}").format(aim=label(row.aim), amount=amount_words(row.amount, row.unit))
            for row in levels.itertuples(index=False)
        ]
    )
    columns = {
        "name": st.column_config.TextColumn(_("Service level"), width="medium"),
        "aim": _("Target"),
        "source": st.column_config.TextColumn(_("Legal source"), width="large"),
    }
    table(shown, columns, key="levels")


def amount_words(amount: float, unit: TargetUnit) -> str:
    if unit is TargetUnit.SHARE:
        return percent(amount, 0)
    if unit is TargetUnit.MINUTES:
        return _("{n} min").format(n=number(amount))
    return _("{n} s").format(n=number(amount))


def comparison(page: Page, packs_known: pd.DataFrame) -> None:
    """Every pack in a column of its own, a limit or tier in each row, as written or as due dates from now."""
    titles = {row.code: pick(row.title, row.title_en) for row in packs_known.itertuples(index=False)}
    looks = {AS_WRITTEN: _("As limits"), AS_DATES: _("As due dates of a matter that begins now")}
    look = one_of(_("Shown"), looks, key="shown", usual=AS_WRITTEN, width=360)
    with reading() as session:
        found = packs.compared_limits(session, actor=page.actor)
        calendars = {code: queries.calendar(session, pack=code, actor=page.actor) for code in titles}
    starts_at = page.now if look == AS_DATES else None
    allowed = dict(zip(packs_known["code"], packs_known["extension"], strict=True))
    cells = {
        (row.code, row.urgency, row.pack): label(allowed[row.pack])
        if row.rule is None
        else cell(row.rule, calendars[row.pack], starts_at, is_own=row.is_own)
        for row in found.itertuples(index=False)
    }
    rows = compared_rows(found)
    shown = pd.DataFrame(
        {"limit": [row_words(code, urgency) for code, urgency in rows]}
        | {pack: [cells[code, urgency, pack] for code, urgency in rows] for pack in titles}
    )
    table(shown, {"limit": st.column_config.TextColumn(_("Time limit"), width=250)} | titles, key="compared")
    note(_("An asterisk marks a limit that the pack does not have and takes from the default pack."))
    section(_("Where they stand"))
    with st.container(border=True):
        fact_list((titles[row.code], pack_source(row)) for row in packs_known.itertuples(index=False))


def compared_rows(found: pd.DataFrame) -> list[tuple[str, str]]:
    """Code and tier of every row to show, the tiers of a limit from the most urgent."""
    rows = found[["code", "urgency"]].drop_duplicates()
    tiers = {code: ordered_tiers(part["urgency"]) for code, part in rows.groupby("code", sort=False)}
    return [(str(code), urgency) for code, part in tiers.items() for urgency in part]


def ordered_tiers(tiers: Iterable[str]) -> list[str]:
    """The plain limit first, then from the most urgent."""
    known = [one.value for one in Urgency]
    return sorted(tiers, key=lambda one: (one != "", known.index(one) if one in known else len(known)))


def cell(rule: Rule | None, calendar: Calendar, starts_at: datetime | None, *, is_own: bool) -> str:
    if rule is None:
        return _("none")
    if starts_at is None:
        words = limit_words(rule.limit)
    else:
        counted = rules.due_at(calendar, starts_at, rule.limit)
        words = moment(counted.due_at)
        words = _("{words} · provisional").format(words=words) if counted.is_provisional else words
    return words if is_own else f"{words} *"


def row_words(code: str, urgency: str) -> str:
    names = {
        "request.dispatch": _("Dispatch"),
        "request.return": _("Return"),
        "request.handle": _("Handling"),
        "request.extension": _("Extension"),
        "request.review": _("Asking for a review"),
        "request.review_decide": _("Decision on a review"),
    }
    name = names.get(code, code)
    return _("{name}: {urgency}").format(name=name, urgency=urgency_words(urgency)) if urgency else name


def pack_source(row: Any) -> str:  # noqa: ANN401 - a row of the packs
    allowed = extension_words(row.extension, pick(row.approver, row.approver_en))
    return _("{source} · extension: {kind}").format(source=pick(row.source, row.source_en), kind=allowed)
