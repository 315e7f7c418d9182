"""The words of the directory: its tables, a new service, what is wrong with an entry and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qs.i18n import N_

CODE_LENGTH = 64
NAME_LENGTH = 200


class Table(StrEnum):
    """A table of the directory, in the order in which one leans on another."""

    SECTOR = "sector"
    AREA = "area"
    DEPARTMENT = "department"
    PROVIDER = "provider"
    GROUP = "group"
    SERVICE = "service"


@dataclass(frozen=True)
class SectorDefinition:
    """A sector as the shipped list defines it."""

    code: str
    name: str
    name_en: str | None


@dataclass(frozen=True)
class NewService:
    """A service to be added with many others."""

    code: str
    name: str
    provider_id: int
    sector_id: int
    area_id: int
    starts_on: date
    name_en: str | None = None
    leader_id: int | None = None
    group_id: int | None = None
    ends_on: date | None = None


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Table: {
        Table.SECTOR: N_("Sectors"),
        Table.AREA: N_("Areas"),
        Table.DEPARTMENT: N_("Departments"),
        Table.PROVIDER: N_("Providers"),
        Table.GROUP: N_("Supervision groups"),
        Table.SERVICE: N_("Services"),
    },
}

FIELDS: dict[str, str] = {
    "name": N_("Name"),
    "name_en": N_("Name in English"),
    "population": N_("Population"),
    "department": N_("Department"),
    "provider": N_("Provider"),
    "sector": N_("Sector"),
    "area": N_("Area"),
    "leader": N_("Leader"),
    "members": N_("Members"),
    "group": N_("Supervision group"),
    "starts_on": N_("First day"),
    "ends_on": N_("Last day"),
}

ERRORS: dict[str, str] = {
    "code_empty": N_("The code is empty. Give the entry a short code of its own."),
    "code_too_long": N_("The code has {length} characters. Use at most {limit}."),
    "code_characters": N_(
        "The code must begin with a letter or digit and may hold letters, digits, single blanks and . - _ / : ' ( ) & +"
    ),
    "code_taken": N_("The code “{value}” is already in use. Choose another one, or change the entry that has it."),
    "name_empty": N_("The name is empty. Enter a name of 1 to 200 characters."),
    "name_too_long": N_("The name has {length} characters. Use at most {limit}."),
    "name_characters": N_("The name holds characters that cannot be seen, such as line breaks. Type it again."),
    "population_out_of_range": N_("The population must be a whole number from 1 to {limit}, or left empty."),
    "day_out_of_range": N_("The day {day} is not plausible. Use a day between 1900 and 2200."),
    "ends_before_start": N_("The last day lies before the first day, {starts_on}. Correct one of them."),
    "sector_unknown": N_("There is no such sector. Add it first, or choose another one."),
    "area_unknown": N_("There is no such area. Add it first, or choose another one."),
    "department_unknown": N_("There is no such department. Add it first, or choose another one."),
    "provider_unknown": N_("There is no such provider. Add it first, or choose another one."),
    "group_unknown": N_("There is no such supervision group. Add it first, or choose another one."),
    "service_unknown": N_("There is no such service, or it is outside your responsibility."),
    "person_unknown": N_("There is no such active person. Add the person under People and rights first."),
    "outside_scope": N_("This provider is outside your responsibility. Ask somebody whose role covers it."),
    "code_repeated": N_("This code stands in the table twice. Keep one of the rows."),
    "sector_is_fixed": N_(
        "A service keeps its sector ({value}), because figures are filed under it. End it and enter a new one."
    ),
    "area_is_fixed": N_(
        "A service keeps its area ({value}), because figures are filed under it. End it and enter a new one."
    ),
    "username_unknown": N_("There is no active person with the user name “{value}”. Add the person first."),
    "sheet_not_known": N_("The directory has no such table. Name the sheets as in an exported file."),
    "column_not_known": N_("This table has no such column. Remove it, or name it as in an exported file."),
    "table_not_said": N_("Say which table this file holds, or name it like an exported file, such as services.csv."),
    "import_overtaken": N_("The directory has changed since the preview. Look at the new preview, then import again."),
    "service_ended": N_("The service has already ended on {ends_on}."),
}

ACTIONS: dict[str, str] = {
    "directory.added_sector": N_("Added a sector"),
    "directory.changed_sector": N_("Changed a sector"),
    "directory.added_area": N_("Added an area"),
    "directory.changed_area": N_("Changed an area"),
    "directory.added_department": N_("Added a department"),
    "directory.changed_department": N_("Changed a department"),
    "directory.added_provider": N_("Added a provider"),
    "directory.changed_provider": N_("Changed a provider"),
    "directory.added_group": N_("Formed a supervision group"),
    "directory.changed_group": N_("Changed a supervision group"),
    "directory.added_service": N_("Added a service"),
    "directory.added_services": N_("Added services for a feed"),
    "directory.changed_service": N_("Changed a service"),
    "directory.ended_service": N_("Ended a service"),
    "directory.loaded_sectors": N_("Loaded the sectors"),
    "directory.imported": N_("Imported the directory from a file"),
}
