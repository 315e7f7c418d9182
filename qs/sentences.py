"""Words for what the core says in codes: labels of enums, sentences for refusals and for problems in an input."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from qs.access import terms as access
from qs.attachments import terms as attachments
from qs.audit import terms as audit
from qs.complaints import wording as complaints
from qs.complaints.aftermath import wording as aftermath
from qs.complaints.catalogue import wording as catalogue
from qs.complaints.handling import wording as handling
from qs.deadlines import wording as deadlines
from qs.directory import terms as directory
from qs.errors import Fact, Problem, QualityError
from qs.evaluations import terms as evaluations
from qs.i18n import N_, gettext, number
from qs.incentives import wording as incentives
from qs.inspections import terms as inspections
from qs.monitoring import terms as monitoring
from qs.notices import terms as notices
from qs.observations import terms as observations
from qs.participation import wording as participation
from qs.programme import terms as programme
from qs.publication import terms as publication
from qs.rankings import terms as rankings
from qs.rectifications import terms as rectifications
from qs.standards import terms as standards
from qs.tabular import terms as tabular
from qs.topics import terms as topics
from qs.training import terms as training
from qs.vault import wording as vault
from qs.waiting import Waiting

CHAIN = (
    attachments,
    vault,
    notices,
    deadlines,
    rectifications,
    complaints,
    aftermath,
    catalogue,
    handling,
    participation,
    topics,
    monitoring,
    inspections,
    evaluations,
    rankings,
    incentives,
    training,
    programme,
    publication,
)
RECORDING = (audit, access, directory, standards, observations, *CHAIN)
CONTEXTS = (tabular, *RECORDING)

GENERAL_ERRORS: dict[str, str] = {
    "quality_error": N_("This could not be done."),
    "not_allowed": N_("Your role does not allow this. Ask an administrator if you need it."),
    "not_allowed_everywhere": N_("This concerns the whole organisation, and your role covers only a part of it."),
    "not_found": N_("There is no such record, or it is outside your responsibility."),
    "conflict": N_("Somebody has changed this in the meantime. Look at the present state, then try again."),
    "invalid_input": N_("Nothing was saved: please correct what is marked below."),
    "file_not_toml": N_("The file cannot be read as TOML: {detail}"),
    "key_unknown": N_("“{key}” is not a known key. Remove or correct it."),
    "key_missing": N_("“{key}” is missing. Add it."),
    "value_of_wrong_kind": N_("The value of “{key}” is of the wrong kind: {value}"),
    "defined_twice": N_("The same code is defined twice for the same day. Keep one of them."),
    "text_empty": N_("“{field}” is empty. Fill it in."),
    "text_too_long": N_("“{field}” has {length} characters; at most {limit} are kept. Shorten it, or add a file."),
    "text_characters": N_("“{field}” holds control characters. Type the text again, or paste it as plain text."),
}


def label(member: StrEnum) -> str:
    """The word for an enum member in the language of the run."""
    for context in CONTEXTS:
        words: Mapping[StrEnum, str] | None = context.LABELS.get(type(member))
        if words is not None:
            return gettext(words[member])
    raise ValueError(f"{type(member).__name__} has no labels")


def error_sentence(error: QualityError) -> str:
    """What happened and what to do next, in the language of the run."""
    return filled(template(error.reason, fallback=error.code), error.facts)


def problem_sentence(problem: Problem) -> str:
    """One problem of an input, with its place: sheet or file, row and column first, then the cure."""
    if problem.where is None:
        return placed_sentence(problem)
    return gettext("{where}: {sentence}").format(where=problem.where, sentence=placed_sentence(problem))


def placed_sentence(problem: Problem) -> str:
    sentence = filled(template(problem.code, fallback="invalid_input"), problem.facts)
    if problem.row is not None and problem.column is not None:
        return gettext("Row {row}, column “{column}”: {sentence}").format(
            row=problem.row, column=problem.column, sentence=sentence
        )
    if problem.row is not None:
        return gettext("Row {row}: {sentence}").format(row=problem.row, sentence=sentence)
    if problem.column is not None:
        return gettext("Column “{column}”: {sentence}").format(column=problem.column, sentence=sentence)
    return sentence


def action_label(code: str) -> str:
    """What an entry of the trail says was done; the code itself for what only an older version did."""
    for context in RECORDING:
        if code in context.ACTIONS:
            return gettext(context.ACTIONS[code])
    return code


def object_label(object: str) -> str:
    """What an entry is about, `service:12` as “Service 12”."""
    kind, _, number_of_it = object.partition(":")
    word = word_of(kind, "OBJECTS")
    return f"{word} {number_of_it}" if number_of_it.isdecimal() else word


def fact_label(name: str) -> str:
    """What a fact of an entry is called; its own name where there is no word for it."""
    return word_of(name, "FACTS")


def word_of(name: str, book: str) -> str:
    """The word for a name in the books of the contexts, upstream first; the name itself where none has it."""
    for context in (audit, observations, *CHAIN):
        words: Mapping[str, str] = getattr(context, book)
        if name in words:
            return gettext(words[name])
    return name


def waiting_sentences(waiting: Waiting) -> tuple[str, str]:
    """What waits for somebody, and why, in the language of the run."""
    for context in (observations, *CHAIN):
        if waiting.code in context.WAITING:
            what, why = context.WAITING[waiting.code]
            return filled(gettext(what), waiting.facts), filled(gettext(why), waiting.facts)
    raise ValueError(f"{waiting.code} has no words")


def template(code: str, *, fallback: str) -> str:
    for context in CONTEXTS:
        if code in context.ERRORS:
            return gettext(context.ERRORS[code])
    return gettext(GENERAL_ERRORS.get(code) or GENERAL_ERRORS[fallback])


def filled(sentence: str, facts: Mapping[str, Fact]) -> str:
    return sentence.format_map({name: told(name, value) for name, value in facts.items()})


def told(name: str, value: Fact) -> Fact:
    """A fact as it stands in a sentence; one called `field` is a label, itself to be translated."""
    if name == "field" and isinstance(value, str):
        return gettext(value)
    return number(value) if isinstance(value, int) else value
