"""The sentences of deadlines: labels of its words, refusals, what its entries in the trail say, what waits."""

from __future__ import annotations

from enum import StrEnum

from qs.deadlines.terms import Aim, ChangeKind, DayType, Extension, LimitKind
from qs.i18n import N_

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    DayType: {
        DayType.WORK: N_("Working day"),
        DayType.WEEKEND: N_("Weekend"),
        DayType.HOLIDAY: N_("Day off"),
        DayType.MAKEUP_WORK: N_("Make-up working day"),
    },
    LimitKind: {
        LimitKind.WORKING_DAYS: N_("Working days"),
        LimitKind.CALENDAR_DAYS: N_("Calendar days"),
        LimitKind.HOURS: N_("Hours, day and night"),
        LimitKind.OFFICE_HOURS: N_("Opening hours"),
    },
    Extension: {
        Extension.ONCE: N_("Once"),
        Extension.BY_LAW: N_("Only as a law allows"),
        Extension.NONE: N_("No extension"),
    },
    Aim: {
        Aim.AT_MOST: N_("at most"),
        Aim.AT_LEAST: N_("at least"),
    },
    ChangeKind: {
        ChangeKind.EXTENDED: N_("Extended"),
        ChangeKind.PAUSED: N_("Paused"),
        ChangeKind.RESUMED: N_("Resumed"),
        ChangeKind.RECOMPUTED: N_("Counted again"),
    },
}
ERRORS: dict[str, str] = {
    "rule_unknown": N_("There is no time limit “{rule}” in the pack. Choose one of the list."),
    "rule_not_in_pack": N_("The pack “{pack}” has no time limit “{rule}”, and none is put in its place."),
    "pack_unknown": N_("There is no pack of time limits “{pack}”. Choose one of the list."),
    "extension_used": N_("This due date was put off before, and the rule allows it no more often."),
    "extension_by_law_only": N_(
        "The pack “{pack}” extends only as far as a law says. Name the article and the time it gives."
    ),
    "extension_not_by_law": N_("The pack “{pack}” has a limit of its own for extensions. Use that one."),
    "pack_chosen": N_("The office counts by this pack already. Nothing was changed."),
    "office_times_changed": N_(
        "Somebody has changed this in the meantime. Nothing was overwritten: look at it as it is now, and try again."
    ),
    "windows_none": N_("Name at least one stretch of time in which the office is open."),
    "windows_too_many": N_("A working day has at most {most} stretches of opening hours."),
    "window_reversed": N_("{window} ends before it begins."),
    "windows_overlap": N_("{window} begins before the stretch before it ends."),
    "windows_unchanged": N_("These are the opening hours as they are. Nothing was changed."),
    "calendar_beyond": N_(
        "The count reaches {year}, and the calendar of that year is not loaded. "
        "No due date is given; import the year first."
    ),
    "calendar_year_gap": N_("{year} does not follow the loaded years. Import {needed} first."),
    "pack_rule_in_without": N_("“{value}” is named as missing, and is there."),
    "due_unknown": N_("There is no such due date."),
    "due_passed": N_("This due date has passed. Only one that is still to come is counted again."),
    "due_not_provisional": N_("This due date was counted by a full calendar. Nothing was changed."),
    "due_paused": N_("The clock stands already. Let it run on first."),
    "due_not_paused": N_("The clock is not standing, so it cannot run on."),
    "calendar_file_without_year": N_("The file has no [[calendar]], or more than one. It must describe one year."),
    "calendar_year_implausible": N_("{year} is not a year this calendar can hold."),
    "calendar_day_outside_year": N_("{day} does not lie in {year}. Correct the date."),
    "calendar_day_twice": N_("{day} is named twice. A day is either off or worked."),
    "calendar_days_reversed": N_("The last day off lies before the first."),
    "calendar_makeup_on_weekday": N_("{day} is a working day anyway. Only a Saturday or Sunday can be a make-up day."),
    "calendar_festival_unknown": N_(
        "“{value}” is no public holiday. Observances are not days off: leave it out, or use one of {known}."
    ),
    "calendar_festival_missing": N_("The public holiday “{value}” is missing. Add its days as the notice gives them."),
    "calendar_days_too_many": N_("{value} lasts {days} days; a public holiday has at most {most}. Check the dates."),
    "calendar_year_known": N_("The calendar of {year} is loaded in this version already. Nothing was changed."),
    "calendar_version_too_low": N_("Version {version} of {year} is not newer than the loaded one, {loaded}."),
    "pack_without_head": N_("The file has no [[pack]], or more than one."),
    "limit_amount_implausible": N_("A time limit of {amount} is not plausible."),
    "pack_differs": N_(
        "The pack “{value}” is loaded in this version with other limits. Give the new one a new version."
    ),
    "recompute_nothing": N_("No due date is provisional, so there is nothing to count again."),
}
ACTIONS: dict[str, str] = {  # what an entry of the trail says was done
    "deadlines.loaded_calendars": N_("Loaded working-day calendars"),
    "deadlines.imported_calendar": N_("Imported a calendar year"),
    "deadlines.loaded_packs": N_("Loaded time limits"),
    "deadlines.chose_pack": N_("Chose the pack of time limits in use"),
    "deadlines.changed_hours": N_("Changed the opening hours"),
    "deadlines.recounted": N_("Counted a due date again"),
    "deadlines.recomputed": N_("Counted provisional due dates again"),
}
OBJECTS: dict[str, str] = {  # what an entry of the trail is about: the word before the colon
    "calendar": N_("Calendar"),
    "deadline_pack": N_("Pack of time limits"),
    "deadlines": N_("Due dates"),
    "opening_hours": N_("Opening hours"),
    "due": N_("Due date"),
    "disclosure": N_("Entry of the disclosure calendar"),
}
FACTS: dict[str, str] = {  # what the facts of its entries are called
    "pack": N_("pack"),
    "windows": N_("opening hours"),
    "years": N_("years"),
    "version": N_("version"),
    "days_off": N_("days off"),
    "makeup_days": N_("make-up working days"),
    "moved": N_("moved"),
}
WAITING: dict[str, tuple[str, str]] = {  # what waits for somebody: the line, and why
    "calendar_missing": (
        N_("Import the working-day calendar of {year_text}"),
        N_("{count} due dates are provisional: they were counted by weekends only"),
    ),
    "calendar_soon": (
        N_("Import the working-day calendar of {year_text} once the notice is out"),
        N_("Until then, due dates in that year are provisional"),
    ),
}
