"""What each part of the participation page finds: the most pressing thing in a sentence, the counts behind it."""

from __future__ import annotations

import pandas as pd

from qs.i18n import gettext as _
from qs.i18n import ngettext, number
from qs.participation.terms import NegativeStatus


def finding(part: str, negatives: pd.DataFrame, proposals: pd.DataFrame, counts: dict[str, int]) -> tuple[str, str]:
    """The title and the facts below it."""
    if part == "suggestions":
        title = suggestions_title(counts["suggestions"])
    elif part in ("consultations", "hearings"):
        title = voices_title(part, counts[part])
    elif part == "points":
        title = _("Where people can rate on the spot")
    else:
        title = ratings_title(negatives, proposals, is_exclusion_first=part == "exclusions")
    facts = [
        _("open negative ratings: {n}").format(n=number(len(negatives))),
        _("suggestions to answer: {n}").format(n=number(counts["suggestions"])),
        _("running consultations: {n}").format(n=number(counts["consultations"])),
        _("running hearings: {n}").format(n=number(counts["hearings"])),
    ]
    return title, " · ".join(facts)


def ratings_title(negatives: pd.DataFrame, proposals: pd.DataFrame, *, is_exclusion_first: bool) -> str:
    late = int(negatives["is_late"].sum())
    waiting = int(proposals["is_upheld"].isna().sum())
    count = int((negatives["status"] != NegativeStatus.APPEALED).sum())
    if late and not is_exclusion_first:
        words = ngettext("{n} negative rating is past its time", "{n} negative ratings are past their time", late)
        return words.format(n=number(late))
    if waiting and (is_exclusion_first or not count):
        words = ngettext(
            "{n} exclusion of ratings waits for a second person",
            "{n} exclusions of ratings wait for a second person",
            waiting,
        )
        return words.format(n=number(waiting))
    if is_exclusion_first:
        return _("No exclusion waits to be decided")
    if count:
        words = ngettext(
            "{n} negative rating is being settled, in time",
            "{n} negative ratings are being settled, all in time",
            count,
        )
        return words.format(n=number(count))
    return _("Every negative rating is settled")


def suggestions_title(count: int) -> str:
    if not count:
        return _("Every suggestion is answered")
    return ngettext("{n} suggestion waits for an answer", "{n} suggestions wait for an answer", count).format(
        n=number(count)
    )


def voices_title(part: str, count: int) -> str:
    if part == "consultations":
        words = ngettext("{n} consultation is running", "{n} consultations are running", count)
        return words.format(n=number(count)) if count else _("No consultation is running")
    words = ngettext("{n} hearing is under way", "{n} hearings are under way", count)
    return words.format(n=number(count)) if count else _("No hearing is under way")
