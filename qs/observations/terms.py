"""The words of measured facts: channels, a batch of events in columns, and the receipt for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from qs.i18n import N_

EVENT_ID_LENGTH = 100


class Channel(StrEnum):
    """Where the service met its user."""

    UNKNOWN = "unknown"
    COUNTER = "counter"
    ONLINE = "online"
    PHONE = "phone"
    TERMINAL = "terminal"


class ReminderState(StrEnum):
    """Where a reminder to those who run a feed stands."""

    OPEN = "open"
    ANSWERED = "answered"
    OVER = "over"  # something came


@dataclass(frozen=True)
class Batch:
    """Events in columns, one entry per event in each, all of one length and already validated.

    `happened_at`: UTC microseconds since 1970. `numerator`, `denominator`: in the indicator's unit.
    `corrects`: the event_id (same happened_at) each event replaces, or "" for none.
    """

    happened_at: NDArray[np.int64]
    event_id: NDArray[np.object_]
    service_id: NDArray[np.int64]
    indicator_id: NDArray[np.int64]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    area_id: NDArray[np.int64]
    channel: NDArray[np.object_]
    corrects: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.happened_at)

    def is_correction(self) -> NDArray[np.bool_]:
        """True for each event that replaces another one."""
        return np.not_equal(self.corrects, "").astype(bool)


@dataclass(frozen=True)
class Receipt:
    """What became of a batch: how many events were new, how many were there already.

    `differing_ids`: events already there whose stored values are others than those sent (they were not changed:
    a change needs a correction).
    """

    event_count: int
    new_count: int
    differing_ids: tuple[str, ...] = ()

    @property
    def duplicate_count(self) -> int:
        return self.event_count - self.new_count


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Channel: {
        Channel.UNKNOWN: N_("Channel not stated"),
        Channel.COUNTER: N_("Counter"),
        Channel.ONLINE: N_("Online"),
        Channel.PHONE: N_("Phone"),
        Channel.TERMINAL: N_("Self-service terminal"),
    },
    ReminderState: {
        ReminderState.OPEN: N_("Waits for an answer"),
        ReminderState.ANSWERED: N_("Answered, nothing has come yet"),
        ReminderState.OVER: N_("Data has come"),
    },
}

ERRORS: dict[str, str] = {
    "feed_unknown": N_("There is no such feed. Choose one from the list, or save a new one."),
    "feed_code_taken": N_("There is a feed with the code “{value}” already. Choose another code."),
    "feed_without_mapping": N_(
        "This feed takes events from a system, not from files. Choose a feed with a file layout."
    ),
    "feed_code_faulty": N_("A feed's code has 1 to 64 lower-case letters, digits and hyphens, such as county-hotline."),
    "feed_name_faulty": N_("Give the feed a name of 1 to 200 characters."),
    "feed_hours_faulty": N_("The hours after which a feed counts as silent must be a number above zero, or empty."),
    "feed_not_silent": N_("Something came from this feed within the last day; there is nothing to remind of."),
    "feed_reminded_lately": N_(
        "Those who run the feed were reminded less than {days} days ago. Look at their answer on Data feeds."
    ),
    "feed_reminded_enough": N_(
        "Those who run the feed were reminded {count} times of this silence. Speak to them, or plan an inspection."
    ),
    "feed_reminder_unknown": N_("There is no such reminder."),
    "feed_reminder_changed": N_("Somebody has answered this reminder in the meantime. Your text is still here."),
    "file_faulty": N_("Nothing was loaded: {count} problems were found. Correct them, or load the good rows only."),
    "file_not_whole": N_(
        "The good rows cannot be loaded alone, because a problem concerns the file as a whole. Correct it first."
    ),
    "file_without_good_rows": N_("Nothing was loaded: not one row of the file is sound."),
    "services_to_begin": N_(
        "The file names {count} services the directory does not know (the first is {value}), and your role may not "
        "begin services. Ask information technology to load the file or to enter the services."
    ),
    "library_to_load": N_(
        "The indicators of this feed are not in the standards yet. Ask a supervisor to load the library {library}."
    ),
    "header_does_not_fit": N_("The file does not fit the feed {feed}. Compare its header with the columns listed."),
    "service_code_unknown": N_("There is no service “{value}”, or it is outside your responsibility."),
    "service_code_shared": N_(
        "The service would get the code “{value}”, which row {first_row} gives to a service spelt differently. "
        "Spell it the same way, or give it a name of its own."
    ),
    "indicator_code_unknown": N_(
        "There is no indicator “{value}” in the standards. Add it there, or correct the code."
    ),
    "area_code_unknown": N_("There is no area “{value}” in the directory. Correct the code."),
    "channel_unknown": N_("“{value}” is not a channel. Use counter, online, phone, terminal, or leave the cell empty."),
    "unit_unknown": N_(
        "The unit “{value}” is not the indicator's unit ({unit}). Convert the figures or correct the unit."
    ),
    "numerator_negative": N_("The count {numerator} is below zero. Correct it."),
    "numerator_above_denominator": N_(
        "{numerator} counted out of {denominator} is more than all of them. Correct one of the two."
    ),
    "denominator_negative": N_("The base {denominator} is below zero. Correct it."),
    "denominator_zero": N_("{numerator} counted out of none cannot be. Correct one of the two, or leave both zero."),
    "denominator_not_one": N_("A single value has the base 1, not {denominator}. Give one row for each value."),
    "ends_before_begins": N_("The end lies before the beginning, {begin}. Correct one of them."),
    "row_repeated": N_("The row has the same key as row {first_row} ({value}). Remove one of the two."),
    "row_repeated_differently": N_(
        "The row has the same key as row {first_row} ({value}) but says something else. Keep the right one."
    ),
    "event_id_too_long": N_("The key of the row makes an event id of more than {limit} characters. Shorten it."),
    "event_repeated": N_("The id “{value}” stands in the batch twice, first in event {first}. Send each event once."),
    "moment_without_zone": N_("“{value}” has no time zone. Add one, such as +08:00 or Z."),
    "batch_faulty": N_("Nothing was stored: {count} faults were found. Correct them and send the whole batch again."),
    "json_not_utf8": N_("The body is not UTF-8 without a byte order mark. Encode it so."),
    "json_broken": N_("The body is not JSON (line {line}, column {column})."),
    "json_too_deep": N_("The body is nested too deeply."),
    "json_member_doubled": N_("The member “{name}” stands twice in one object. Keep one."),
    "json_not_a_number": N_("{value} is not a JSON number. Leave the event out when there is no value."),
    "json_number_too_long": N_("A number has more than {limit} digits."),
    "json_needs_object": N_("This must be an object."),
    "json_needs_events": N_("This must be a list of at least one event."),
    "json_too_many_events": N_("The batch has {found} events; at most {limit} are taken. Split it."),
    "json_member_unknown": N_("There is no such member. Check its spelling, or remove it."),
    "json_member_missing": N_("This member is missing."),
    "json_needs_text": N_("This must be a text."),
    "json_text_length": N_("This must be a text of 1 to {limit} characters without blanks at its ends."),
    "json_text_characters": N_("The text holds control characters or broken letters."),
    "json_needs_number": N_("This must be a number, not a text, true or false."),
    "json_number_out_of_range": N_("The number is too large."),
    "key_missing": N_("Send the key as Authorization: Bearer."),
    "key_unknown": N_("The key does not count: it is unknown, has run out, or was revoked."),
    "method_not_allowed": N_("Only {method} is understood here."),
    "media_type_unknown": N_("Send application/json in UTF-8."),
    "content_encoded": N_("Send the body uncompressed."),
    "body_too_large": N_("The body has more than {megabytes} MB. Split the batch."),
    "request_cut_off": N_("The request ended before its body was complete. Send it again."),
    "too_many_requests": N_("Too many requests with this key. Wait as long as Retry-After says."),
    "store_busy": N_("The store is busy. Send the same batch again in a few seconds; nothing is counted twice."),
    "address_unknown": N_("There is nothing at this address. The interface is described at /api/v1/openapi.json."),
    "corrects_unknown_event": N_(
        "There is no event “{event_id}” of the same moment to correct. Send the event itself first."
    ),
    "key_of_another_feed": N_("This key belongs to another feed. Use the key that was issued for this one."),
    "service_outside_scope": N_("The batch holds events of services outside your responsibility."),
    "mapping_too_long": N_("The feed description has more than {limit} bytes. Shorten it."),
    "mapping_not_toml": N_("The feed description cannot be read: {reason}"),
    "mapping_faulty": N_("The feed description has faults; they are listed below."),
    "mapping_key_unknown": N_("There is no such field. Check its spelling, or remove it."),
    "mapping_value_missing": N_("This field is missing. Add it."),
    "mapping_needs_text": N_("This must be a text of 1 to 500 characters."),
    "mapping_needs_texts": N_("This must be a list of column names."),
    "mapping_needs_table": N_("This must be a table of names and values."),
    "mapping_needs_flag": N_("This must be true or false."),
    "mapping_needs_number": N_("This must be a number above zero."),
    "mapping_not_a_choice": N_("This value is not one of the choices."),
    "mapping_date_format": N_("A date format is made of %Y, %m and %d, such as %d/%m/%Y."),
    "mapping_filter_unknown": N_("After the column name only |lower and |slug are understood."),
    "mapping_braces": N_("The braces do not match. Write columns such as {{column}}."),
    "mapping_two_columns": N_("Name two columns: from which day, to which day."),
    "mapping_one_way_to_count": N_("Give either a numerator, or days_between, or within_working_days."),
    "mapping_column_unknown": N_("The column “{name}” is not in the header. Add it there, or choose another one."),
    "mapping_measure_unknown": N_("No measure of this feed is for the indicator “{name}”. Name one that is."),
    "mapping_indicator_repeated": N_("Two measures are for the indicator “{name}”. Keep one of them."),
}

ACTIONS: dict[str, str] = {
    "events.added": N_("Added events"),
    "feeds.added": N_("Added a feed"),
    "feeds.changed": N_("Changed a feed"),
    "feeds.reminded": N_("Reminded those who run a feed"),
    "feeds.answered_reminder": N_("Answered a reminder about a feed"),
    "feeds.loaded": N_("Loaded the feeds shipped with QS"),
    "feeds.saved_mapping": N_("Saved the mapping of a feed"),
    "imports.loaded_file": N_("Loaded a file of events"),
}

FIELDS: dict[str, str] = {"answer": N_("Answer")}
WAITING: dict[str, tuple[str, str]] = {
    "feed_reminder": (
        N_("Say what is the matter with {feed}"),
        N_("{service}: nothing since {day}, where about {expected} were expected"),
    ),
    "feed_reminder_bare": (N_("Say what is the matter with {feed}"), N_("{service}: nothing since {day}")),
}
OBJECTS: dict[str, str] = {"feed": N_("Feed")}
FACTS: dict[str, str] = {"silent_since": N_("silent since"), "expected": N_("expected")}
