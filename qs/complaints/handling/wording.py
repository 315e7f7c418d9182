"""Sentences of what happens to a request between dispatch and closing: pauses, helping units, supervision, order."""

from __future__ import annotations

from enum import StrEnum

from qs.complaints.terms import Refusal
from qs.i18n import N_
from qs.i18n import gettext as _

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {}
ERRORS: dict[str, str] = {
    "pause_pending": N_("A pause of this request is still to be decided. Wait for the decision, or reply now."),
    "pause_not_asked": N_("Nobody asked for a pause of this request."),
    "pause_too_late": N_(
        "The time limit has passed, so its clock cannot stand any more. Reply as soon as you can; "
        "the request counts as late."
    ),
    "pauses_used_up": N_(
        "The clock of this request has stood {most} times, which is as often as it may. Reply with what you have, "
        "or ask for more time."
    ),
    "co_unit_leads": N_("This service leads the request already. Choose another one to help."),
    "co_unit_asked_already": N_(
        "This service is asked already and has not reported yet. Remind it, or ask another one."
    ),
    "co_unit_reported_already": N_(
        "This service has reported that it is finished. Nothing was changed; the lead can ask it again."
    ),
    "co_units_missing": N_(
        "Co-handling units have not reported yet: {count}. Wait for them, or say why the answer does not need them."
    ),
    "supervision_not_higher": N_(
        "The request is watched as closely already. Supervision is only ever raised, and ends with the case."
    ),
    "supervision_missing": N_("This request is not under supervision, so no statement is asked for."),
    "service_dispatched": N_(
        "The request is with a unit. It can be given to another service once the unit has returned it."
    ),
    "nothing_reclassified": N_("Type, urgency, time limits and service are as they were. Nothing was changed."),
    "nothing_edited": N_("The words are as they were. Nothing was changed."),
    "handler_already": N_("This person handles the request already."),
    "handler_unknown": N_("This person does not handle requests of this service. Choose somebody of the unit."),
    "registered_in_future": N_("A request cannot have come in after now. Correct the day and hour."),
    "happened_implausible": N_("It cannot have happened on that day. Correct the date, or leave it out."),
    "place_half": N_("A place on the map needs both latitude and longitude. Give both, or neither."),
    "place_impossible": N_(
        "There is no such place on the map. Latitude is between -90 and 90, longitude -180 and 180."
    ),
}
ACTIONS: dict[str, str] = {
    "complaints.verified_reply": N_("Verified a reply"),
    "complaints.asked_pause": N_("Asked for a pause"),
    "complaints.decided_pause": N_("Decided on a pause"),
    "complaints.resumed_request": N_("Let the clock of a request run on"),
    "complaints.reclassified_request": N_("Classified a request anew"),
    "complaints.edited_request": N_("Put the words of a request right"),
    "complaints.reassigned_request": N_("Gave a request to another handler"),
    "complaints.asked_co_unit": N_("Asked a unit to help with a request"),
    "complaints.reported_co_unit": N_("Reported as a co-handling unit"),
    "complaints.supervised_request": N_("Put a request under supervision"),
    "complaints.answered_supervision": N_("Gave a statement on a supervised request"),
    "complaints.raised_supervision": N_("Raised the supervision of overdue requests"),
}
OBJECTS: dict[str, str] = {}
FACTS: dict[str, str] = {
    "urgency": N_("urgency"),
    "pack": N_("pack of time limits"),
    "level": N_("level"),
    "person": N_("person"),
    "reason": N_("reason"),
}
WAITING: dict[str, tuple[str, str]] = {
    "pause_to_decide": (
        N_("Decide whether the clock of {number} stands"),
        N_("The unit gives a reason why it cannot go on; until you approve, its time runs."),
    ),
    "requests_to_verify": (
        N_("Replies to verify: {count}"),
        N_("Check that they say what was done; then the requesters are called back."),
    ),
    "co_unit_to_report": (
        N_("Report to the lead unit of {number}"),
        N_("You help with it: say what you have done, or how far you are and why."),
    ),
    "request_to_resume": (
        N_("Let the clock of {number} run on?"),
        N_("It stands for a reason; when the reason has gone, go on."),
    ),
    "supervision_to_answer": (
        N_("Account for {number} to the office"),
        N_("It is under supervision; say what was done and when it will be finished."),
    ),
}
WHERE_TO: dict[Refusal, str] = {  # what a requester whose matter is not accepted is told in any case
    Refusal.LEGAL_PROCEDURE: N_(
        "Your matter is with a court, an arbitration body, a discipline inspection, a reconsideration body or a "
        "petition office, or it is for one. Turn to the body that has it; what it decides stands."
    ),
    Refusal.SAME_MATTER: N_(
        "Your matter is in hand or finished already. Follow it with the receipt code you have; when something new has "
        "happened, file it and say what is new."
    ),
    Refusal.SECRET: N_(
        "Your matter touches a secret or somebody's privacy, so it cannot be handled here. Hand it in to the authority "
        "concerned in person or by registered letter."
    ),
    Refusal.BEYOND_REMIT: N_(
        "Your matter is not one of public services. Turn to the business itself, to consumer protection on 12315, or "
        "to mediation or a lawyer."
    ),
    Refusal.UNLAWFUL: N_(
        "What you ask for is against the law or public order, so nobody may do it. Ask free legal advice on 12348 "
        "what is open to you."
    ),
    Refusal.EMERGENCY: N_(
        "This is an emergency. Call at once: police 110, fire and rescue 119, ambulance 120, road accidents 122."
    ),
}


def where_to(refusal: Refusal) -> str:
    """Where a requester whose matter is not accepted can turn to, in the reader's language."""
    return _(WHERE_TO[refusal])
