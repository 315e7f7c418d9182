"""The sentences of the dispatch catalogue: refusals, what its entries in the trail say, its objects and facts."""

from __future__ import annotations

from enum import StrEnum

from qs.complaints.catalogue.files import Step
from qs.i18n import N_

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {Step: {Step.ADD: N_("Add"), Step.CHANGE: N_("Change")}}
ERRORS: dict[str, str] = {
    "catalogue_changed": N_(
        "Somebody has changed the catalogue in the meantime. Look at the line as it is now, then change it again."
    ),
    "catalogue_line_unknown": N_("There is no such line in the dispatch catalogue."),
    "catalogue_matter_twice": N_(
        "The catalogue has this matter for this area already. Change that line, or name the matter more closely."
    ),
    "catalogue_line_twice": N_("This matter stands twice in the file for the same area. Keep one of them."),
    "catalogue_without_service": N_("Choose a service, or the sector whose service in the area is meant."),
    "catalogue_helps_itself": N_("The service that helps must be another one than the service that handles."),
    "catalogue_names_unknown": N_("The line names something that is not in the directory. Choose it anew."),
    "catalogue_code_unknown": N_("“{code}” is not known here. Use a code of the directory, or leave it empty."),
}
ACTIONS: dict[str, str] = {
    "complaints.added_catalogue_line": N_("Added a line to the dispatch catalogue"),
    "complaints.changed_catalogue_line": N_("Changed a line of the dispatch catalogue"),
    "complaints.retired_catalogue_line": N_("Took a line of the dispatch catalogue out of use"),
    "complaints.restored_catalogue_line": N_("Took a line of the dispatch catalogue into use again"),
    "complaints.loaded_catalogue": N_("Read a dispatch catalogue in"),
}
OBJECTS: dict[str, str] = {"dispatch_catalogue": N_("Dispatch catalogue")}
FACTS: dict[str, str] = {}
WAITING: dict[str, tuple[str, str]] = {}
