"""The sentences of complaints: labels of its words, refusals, what its entries in the trail say, what waits."""

from __future__ import annotations

from enum import StrEnum

from qs.complaints.terms import (
    Clock,
    ExclusionReason,
    Ground,
    Outcome,
    PauseReason,
    RecusalGround,
    Refusal,
    RequestChannel,
    RequestKind,
    RequestState,
    ReviewDecision,
    ReviewStage,
    Satisfaction,
    StepKind,
    Supervision,
    TemplatePurpose,
    Urgency,
)
from qs.i18n import N_

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    RequestKind: {
        RequestKind.CONSULTATION: N_("Consultation"),
        RequestKind.HELP: N_("Help"),
        RequestKind.COMPLAINT: N_("Complaint"),
        RequestKind.REPORT: N_("Report of wrongdoing"),
        RequestKind.SUGGESTION: N_("Suggestion"),
        RequestKind.PRAISE: N_("Praise"),
    },
    RequestChannel: {
        RequestChannel.WEB: N_("Public page"),
        RequestChannel.PHONE: N_("Hotline"),
        RequestChannel.COUNTER: N_("At the counter"),
        RequestChannel.LETTER: N_("Letter"),
        RequestChannel.APP: N_("Mobile app"),
        RequestChannel.OPEN311: N_("Open311"),
    },
    RequestState: {
        RequestState.REGISTERED: N_("To be dispatched"),
        RequestState.DISPATCHED: N_("To be signed for"),
        RequestState.RETURNED: N_("Returned"),
        RequestState.IN_PROGRESS: N_("In progress"),
        RequestState.PAUSED: N_("Paused"),
        RequestState.REPLIED: N_("To be verified"),
        RequestState.VERIFIED: N_("To be called back"),
        RequestState.CALLED_BACK: N_("Called back"),
        RequestState.CLOSED: N_("Case closed"),
    },
    Outcome: {
        Outcome.RESOLVED: N_("Resolved"),
        Outcome.PARTLY_RESOLVED: N_("Partly resolved"),
        Outcome.EXPLAINED: N_("Explained, no legal basis"),
        Outcome.PLANNED: N_("Plan with a date"),
        Outcome.NOT_ACCEPTED: N_("Not accepted"),
        Outcome.LEGAL_CHANNEL: N_("Passed to the legal channel"),
        Outcome.WITHDRAWN: N_("Withdrawn"),
        Outcome.DUPLICATE: N_("Duplicate"),
    },
    Refusal: {
        Refusal.LEGAL_PROCEDURE: N_("In litigation, arbitration, reconsideration or petition"),
        Refusal.SAME_MATTER: N_("Same matter, in hand or finished, without new facts"),
        Refusal.SECRET: N_("Touches a state secret, a trade secret or privacy"),
        Refusal.BEYOND_REMIT: N_("Beyond the remit of public services"),
        Refusal.UNLAWFUL: N_("Against the law or public order"),
        Refusal.EMERGENCY: N_("An emergency for 110, 119, 120 or 122"),
    },
    Urgency: {
        Urgency.DANGER: N_("Danger to life or property"),
        Urgency.UTILITIES: N_("Water, power, gas, heat or extreme weather"),
        Urgency.GENERAL: N_("General matter"),
        Urgency.COMPLEX: N_("Complex matter"),
    },
    PauseReason: {
        PauseReason.REQUESTER: N_("Waiting for the requester"),
        PauseReason.EXPERT: N_("Appraisal or measurement under way"),
        PauseReason.PROCEDURE: N_("Depends on another procedure"),
        PauseReason.FORCE_MAJEURE: N_("Force majeure"),
    },
    Supervision: {
        Supervision.DAILY: N_("Supervised handling"),
        Supervision.LISTED: N_("Listed supervision"),
        Supervision.INTERVIEW: N_("Interview"),
    },
    ExclusionReason: {
        ExclusionReason.NO_LEGAL_BASIS: N_("The demand has no basis in law or policy"),
        ExclusionReason.BEYOND_POWER: N_("Beyond the powers of the unit"),
        ExclusionReason.FORCE_MAJEURE: N_("Caused by force majeure"),
        ExclusionReason.MALICIOUS: N_("Malicious or made up"),
        ExclusionReason.REPEATED: N_("Repeated after a final result"),
        ExclusionReason.MISDISPATCHED: N_("Dispatched to the wrong unit"),
    },
    ReviewStage: {
        ReviewStage.FIRST: N_("First review"),
        ReviewStage.SECOND: N_("Second review"),
    },
    ReviewDecision: {
        ReviewDecision.UPHELD: N_("The result stands"),
        ReviewDecision.CHANGED: N_("The result is changed"),
        ReviewDecision.HANDLED_AGAIN: N_("To be handled again"),
    },
    RecusalGround: {
        RecusalGround.CONCERNED: N_("The request is about this person"),
        RecusalGround.RELATIVE: N_("A relative is concerned"),
        RecusalGround.INTEREST: N_("Has an interest in the matter"),
        RecusalGround.ASKED: N_("At the requester's wish"),
    },
    StepKind: {
        StepKind.REGISTERED: N_("Registered"),
        StepKind.ADDED: N_("Requester added something"),
        StepKind.ANSWERED: N_("Answered on the spot"),
        StepKind.NOT_ACCEPTED: N_("Was not accepted"),
        StepKind.DISPATCHED: N_("Dispatched"),
        StepKind.RETURNED: N_("Returned by the unit"),
        StepKind.RULED: N_("Lead unit ruled"),
        StepKind.SIGNED: N_("Signed for"),
        StepKind.EXTENSION_ASKED: N_("Extension asked for"),
        StepKind.EXTENDED: N_("Extension approved"),
        StepKind.EXTENSION_REFUSED: N_("Extension refused"),
        StepKind.REPLIED: N_("Replied to"),
        StepKind.CALLED_BACK: N_("Requester called back"),
        StepKind.NOT_REACHED: N_("Call-back without success"),
        StepKind.SENT_BACK: N_("Sent back for rework"),
        StepKind.CLOSED: N_("Case closed"),
        StepKind.WITHDRAWN: N_("Withdrawn by the requester"),
        StepKind.TOLD: N_("Message to the requester"),
        StepKind.NOTED: N_("Internal note"),
        StepKind.OVERDUE: N_("Time limit passed"),
        StepKind.RECTIFICATION: N_("Rectification ordered"),
        StepKind.CLASSIFIED: N_("Classified anew"),
        StepKind.REASSIGNED: N_("Given to another handler"),
        StepKind.PAUSE_ASKED: N_("Pause asked for"),
        StepKind.PAUSED: N_("Clock paused"),
        StepKind.PAUSE_REFUSED: N_("Pause refused"),
        StepKind.RESUMED: N_("Clock runs on"),
        StepKind.VERIFIED: N_("Reply verified"),
        StepKind.CO_UNIT_ASKED: N_("Co-handling unit asked"),
        StepKind.CO_UNIT_REPORTED: N_("Co-handling unit reported"),
        StepKind.REMINDED: N_("Reminder sent"),
        StepKind.SUPERVISED: N_("Put under supervision"),
        StepKind.MERGED: N_("Merged into another request"),
        StepKind.MERGE_TAKEN: N_("Took in a duplicate"),
        StepKind.RECUSED: N_("Recusal"),
        StepKind.RECUSAL_ASKED: N_("Recusal asked for"),
        StepKind.RECUSAL_REFUSED: N_("Recusal refused"),
        StepKind.EXCLUSION_ASKED: N_("Exclusion asked for"),
        StepKind.EXCLUDED: N_("Excluded from assessment"),
        StepKind.EXCLUSION_REFUSED: N_("Exclusion refused"),
        StepKind.SPAM_MARKED: N_("Marked as spam"),
        StepKind.SPAM_CLEARED: N_("No longer marked as spam"),
        StepKind.REVIEW_ASKED: N_("Review asked for"),
        StepKind.REVIEW_DECIDED: N_("Review decided"),
        StepKind.REOPENED: N_("Opened again"),
    },
    TemplatePurpose: {
        TemplatePurpose.REPLY: N_("Reply"),
        TemplatePurpose.MESSAGE: N_("Message to the requester"),
        TemplatePurpose.REFUSAL: N_("Non-acceptance"),
        TemplatePurpose.CALL_BACK: N_("Script of a call-back"),
    },
    Satisfaction: {
        Satisfaction.VERY_SATISFIED: N_("Very satisfied"),
        Satisfaction.SATISFIED: N_("Satisfied"),
        Satisfaction.BASICALLY_SATISFIED: N_("Basically satisfied"),
        Satisfaction.DISSATISFIED: N_("Dissatisfied"),
        Satisfaction.VERY_DISSATISFIED: N_("Very dissatisfied"),
    },
    Clock: {
        Clock.DISPATCH: N_("Dispatch"),
        Clock.SIGN: N_("Signing"),
        Clock.RULE: N_("Ruling"),
        Clock.HANDLE: N_("Handling"),
        Clock.VERIFY: N_("Verification"),
        Clock.CALL_BACK: N_("Calling back"),
        Clock.RECUSAL: N_("Recusal"),
    },
    Ground: {
        Ground.SERVICE: N_("By service"),
        Ground.UNIT: N_("By unit"),
        Ground.KIND: N_("By type"),
        Ground.CHANNEL: N_("By channel"),
        Ground.AREA: N_("By area"),
        Ground.URGENCY: N_("By urgency"),
        Ground.MONTH: N_("By month"),
    },
}
ERRORS: dict[str, str] = {
    "rung_faulty": N_("When, to whom, level or amount of this rung are not known. Correct them."),
    "contact_check_failed": N_("This is not the number or e-mail address kept with this request. Type it in full."),
    "contact_checks_too_many": N_("That was wrong {count} times today. Try again tomorrow, or call the hotline."),
    "contact_none": N_("No contact is kept with this request: it is anonymous, or was erased."),
    "request_unknown": N_("There is no such request, or it is outside your responsibility."),
    "receipt_unknown": N_(
        "No request belongs to this code. Check the letters and digits, or ask the hotline with the day you filed it."
    ),
    "request_changed": N_(
        "Somebody has worked on this request in the meantime. Nothing of theirs was overwritten: look at it as it is "
        "now, then try again; what you typed is still here."
    ),
    "request_step_forbidden": N_(
        "This step does not fit where the request stands ({field}). Look at it as it is now; its next steps are shown."
    ),
    "request_closed": N_("This request is closed. File a new one and mention its number."),
    "request_service_missing": N_("Choose the service that is to handle the request."),
    "request_service_ended": N_("This service has ended. Choose the one that has taken its place."),
    "request_brief_missing": N_(
        "The unit will not see the requester's own words here. Write what is to be handled, "
        "without anything that tells who reported it."
    ),
    "return_too_late": N_("A request can be returned within 24 hours of dispatch only. Sign for it and handle it."),
    "return_ruled": N_("The lead unit of this request has been ruled, so it cannot be returned. Sign for it."),
    "extension_used": N_("The limit of this request was extended or refused before; that is possible once."),
    "extension_not_asked": N_("Nobody asked for an extension of this request."),
    "extension_too_late": N_(
        "The time limit has passed, so it cannot be extended any more. Reply as soon as you can; "
        "the request counts as late."
    ),
    "extension_pending": N_("An extension is still to be decided. Wait for the decision, or reply now."),
    "recusal_needed": N_(
        "You handled this request yourself, so somebody else must do this step. Leave it to a colleague."
    ),
    "recusal_of_department": N_(
        "This complaint concerns your own department, so you may not refuse it. Leave it to the supervision office."
    ),
    "outcome_not_for_reply": N_("This outcome is not for a reply. Choose another one."),
    "call_back_incomplete": N_(
        "Say whether the requester was contacted, whether the matter is solved, and how satisfied they are; "
        "or mark the call as not reached."
    ),
    "call_back_without_contact": N_(
        "This request is anonymous, so nobody can be called back. Close it on the strength of the reply."
    ),
    "call_back_needed": N_(
        "The requester waits for a call-back. Call first; after three calls without success it can be closed."
    ),
    "rework_used_up": N_(
        "This request was sent back twice already. It is now with supervision: order a rectification or close it."
    ),
    "additions_too_many": N_(
        "You have added to this request {count} times today. Nothing was lost: add the rest tomorrow, "
        "or call the hotline."
    ),
    "filings_too_many": N_(
        "From this connection {count} requests were filed within {minutes} minutes, which is as many as we take. "
        "Nothing was saved: keep your text, try again later, or call the hotline, which takes it at once."
    ),
    "proof_missing": N_(
        "Your device had not quite finished its small sum. Nothing is lost: wait until it says it is ready, then send "
        "again; or call 12345."
    ),
    "proof_expired": N_(
        "This form lay open for too long or was sent already. Nothing is lost: a new sum has begun; send again "
        "when it is ready."
    ),
    "rate_weights_not_whole": N_(
        "The weights of the three rates lie between 0 and 1, and those of the composite make 1 together. Correct them."
    ),
    "rate_month_begin_implausible": N_("An assessment month begins on a day from 1 to 28, not on {value}."),
    "rate_editions_unclear": N_("The file needs at least one edition, and no two that begin on the same day."),
    "export_too_long": N_("More than {limit} requests fit this choice. Take a shorter time, or one type."),
    "external_id_repeated": N_(
        "The id “{value}” stands in another row, or is one of another system. Every row needs an id of its own."
    ),
    "word_unknown": N_("“{value}” is not one of the words of this column. They are listed beside the template."),
    "import_code_unknown": N_(
        "“{value}” is not a code of the directory that you may use here and that is in use today."
    ),
    "report_not_forwarded": N_(
        "Reports of wrongdoing are not taken from other systems, so that nobody between learns who reports. "
        "Nothing was saved: file it on the public page of the office or by its hotline."
    ),
    "forwards_too_many": N_(
        "With this key {count} requests were filed within an hour, which is as many as we take. "
        "Nothing was saved: send the rest later."
    ),
    "filings_of_all_too_many": N_(
        "Very many requests are coming in just now. Nothing was saved: keep your text and try again in some minutes, "
        "or call the hotline."
    ),
}
ACTIONS: dict[str, str] = {
    "complaints.climbed_ladder": N_("Reminded of open requests, and supervised those that are late"),
    "complaints.told_requesters": N_("Wrote to requesters what became of their requests"),
    "complaints.corrected_contact": N_("The requester corrected the contact"),
    "complaints.asked_erasure": N_("The requester asked to have the contact erased"),
    "complaints.filed_request": N_("Filed a request"),
    "complaints.added_to_request": N_("Added to a request"),
    "complaints.withdrew_request": N_("Withdrew a request"),
    "complaints.answered_request": N_("Answered a request on the spot"),
    "complaints.refused_request": N_("Did not accept a request"),
    "complaints.dispatched_request": N_("Dispatched a request"),
    "complaints.returned_request": N_("Returned a request"),
    "complaints.ruled_request": N_("Ruled who leads a request"),
    "complaints.signed_request": N_("Signed for a request"),
    "complaints.asked_extension": N_("Asked for an extension"),
    "complaints.decided_extension": N_("Decided on an extension"),
    "complaints.replied_to_request": N_("Replied to a request"),
    "complaints.recorded_call_back": N_("Recorded a call-back"),
    "complaints.sent_back_request": N_("Sent a request back for rework"),
    "complaints.closed_request": N_("Closed a request"),
    "complaints.wrote_message": N_("Wrote a message about a request"),
    "complaints.noted_overdue": N_("Noted requests past their limit"),
    "complaints.exported_requests": N_("Took the list of requests away as a file"),
    "complaints.imported_requests": N_("Registered requests from a file"),
    "complaints.rectified_request": N_("Ordered a rectification from a request"),
}
OBJECTS: dict[str, str] = {"request": N_("Request"), "requests": N_("Requests")}
FACTS: dict[str, str] = {
    "kind": N_("type"),
    "channel": N_("channel"),
    "outcome": N_("outcome"),
    "refusal": N_("reason"),
    "service": N_("service"),
    "is_approved": N_("approved"),
    "is_reached": N_("reached"),
    "is_told": N_("told to the requester"),
    "part": N_("part"),
    "rework_count": N_("reworks"),
    "rectification": N_("rectification"),
}
WAITING: dict[str, tuple[str, str]] = {
    "requests_to_dispatch": (
        N_("Requests to dispatch: {count}"),
        N_("They wait for a unit; the limit for dispatch is 24 hours."),
    ),
    "request_to_rule": (
        N_("Rule who handles {number}"),
        N_("The unit has returned it; once ruled it cannot be returned again."),
    ),
    "requests_to_sign": (
        N_("Requests to sign for: {count}"),
        N_("Return what is not yours within 24 hours of dispatch."),
    ),
    "requests_overdue": (N_("Requests past their limit: {count}"), N_("Each counts as late until it is answered.")),
    "request_to_reply": (N_("Reply to {number}"), N_("{title}")),
    "request_to_reply_withheld": (
        N_("Reply to {number}"),
        N_("A confidential matter; its brief says what is to be handled."),
    ),
    "extension_to_decide": (
        N_("Decide on the extension of {number}"),
        N_("It can be approved until the limit passes; the requester is told."),
    ),
    "requests_to_call_back": (
        N_("Requesters to call back: {count}"),
        N_("Their judgement decides whether the matter is solved."),
    ),
    "requests_supervised": (
        N_("Requests under supervision: {count}"),
        N_("They are past their limit or were sent back twice; their units have to account for it."),
    ),
}
