"""Incentives in words: quarters, outcomes with their icon and colour, findings for the heading."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import pandas as pd

from pages._ui.due import day_by
from qs.i18n import Language, day, language, ngettext, number, pick
from qs.i18n import gettext as _
from qs.incentives.details import RuleDetail
from qs.incentives.names import Name
from qs.incentives.simulation import Simulation
from qs.incentives.terms import Consequence, Kind, Stage
from qs.periods import local_day
from qs.sentences import label
from qs.settings import settings

ICONS = {
    Stage.PROPOSED: "hourglass_top",
    Stage.DECLINED: "block",
    Stage.NOTICE: "campaign",
    Stage.DECIDED: "forward_to_inbox",
    Stage.EFFECTIVE: "gavel",
    Stage.APPEALED: "balance",
    Stage.WITHDRAWN: "undo",
    Stage.PUBLISHED: "public",
    Stage.CLOSED: "task_alt",
    Stage.FORWARDED: "outbox",
    Stage.GRANTED: "verified",
    Stage.REFUSED: "cancel",
    Stage.REVOKED: "remove_moderator",
}
PROPOSAL_STAGES = (Stage.PROPOSED, Stage.DECIDED, Stage.DECLINED)


def kind_colour(kind: Kind) -> Literal["blue", "orange"]:
    return "blue" if kind is Kind.REWARD else "orange"


def quarter_text(period: str) -> str:
    """2026Q3 as people read it."""
    return _("Q{quarter} {year}").format(year=period[:4], quarter=period[5])


def quarter_label(period: str) -> str:
    """The same on two lines of an axis."""
    if language() is Language.ZH:
        return f"{period[:4]}年|{period[5]}季"
    return f"{period[:4]}|Q{period[5]}"


def person_text(person: Name) -> str:
    return pick(person.name, person.name_en) if person.person_id is not None else _("the rules, by programme")


def day_of(moment: datetime | None) -> str:
    return "—" if pd.isna(moment) else day(local_day(moment, settings().zone))


def until_day(due_at: datetime | None, *, is_provisional: bool) -> str:
    """The day on which a time limit ends; a dash where none runs."""
    return "—" if pd.isna(due_at) else day_by(local_day(due_at, settings().zone), is_provisional=is_provisional)


def outcome_text(consequence: Consequence) -> str:
    return label(consequence)


def start_text(start: date | None, today: date) -> str:
    """From when incentives take effect."""
    if start is None:
        return _("no day is set yet from which incentives take effect")
    if start > today:
        return _("incentives take effect on {day}").format(day=day(start))
    return _("in effect since {day}").format(day=day(start))


def rules_finding(rules: list[RuleDetail]) -> str:
    drafts = sum(one.draft is not None for one in rules)
    in_force = sum(one.in_force is not None for one in rules)
    if drafts:
        words = ngettext("{n} draft rule waits for a second person", "{n} draft rules wait for a second person", drafts)
        return words.format(n=number(drafts))
    words = ngettext("{n} rule is in force", "{n} rules are in force", in_force)
    return words.format(n=number(in_force)) if in_force else _("No rule is in force yet")


def proposals_finding(shown: pd.DataFrame) -> str:
    mine = int((shown["duty"] == "incentive_to_decide").sum())
    if mine:
        words = ngettext("{n} proposal waits for your signature", "{n} proposals wait for your signature", mine)
        return words.format(n=number(mine))
    others = int(sum(stage is Stage.PROPOSED for stage in shown["stage"]))
    if others:
        words = ngettext("{n} proposal waits for others", "{n} proposals wait for others", others)
        return words.format(n=number(others))
    return _("No proposal is open")


def decisions_finding(shown: pd.DataFrame) -> str:
    rewards = sum(
        stage in (Stage.PUBLISHED, Stage.GRANTED) for stage in shown.loc[is_kind(shown, Kind.REWARD), "stage"]
    )
    standing = [Stage.EFFECTIVE, Stage.APPEALED, Stage.PUBLISHED, Stage.CLOSED, Stage.FORWARDED, Stage.GRANTED]
    penalties = sum(stage in standing for stage in shown.loc[is_kind(shown, Kind.PENALTY), "stage"])
    if not rewards and not penalties:
        return _("No decision has been made yet")
    return _("{rewards} rewards published, {penalties} penalties stand").format(
        rewards=number(rewards), penalties=number(penalties)
    )


def is_kind(shown: pd.DataFrame, kind: Kind) -> list[bool]:
    return [one is kind for one in shown["kind"]]


def appeals_finding(shown: pd.DataFrame) -> str:
    running = shown[[stage is Stage.APPEALED for stage in shown["stage"]]]
    if running.empty:
        return _("No appeal is open")
    words = ngettext("{n} appeal to decide, by {day}", "{n} appeals to decide, the first by {day}", len(running))
    first = running.loc[running["due_at"].idxmin()]
    until = until_day(first["due_at"], is_provisional=first["is_provisional"])
    return words.format(n=number(len(running)), day=until)


def simulation_finding(found: Simulation) -> str:
    words = ngettext(
        "The draft would have proposed {n} time, {chance} of them by chance",
        "The draft would have proposed {n} times, {chance} of them by chance",
        found.proposed_count,
    )
    return words.format(n=number(found.proposed_count), chance=number(found.by_chance, 1))
