"""What participation says: labels of its words, refusals, entries of the trail, and what waits for somebody."""

from __future__ import annotations

from enum import StrEnum

from qs.i18n import N_
from qs.participation.terms import (
    Capacity,
    ConsultationStatus,
    Ground,
    HearingKind,
    HearingStatus,
    Level,
    NegativeClass,
    NegativeStatus,
    Paper,
    Reason,
    Side,
    Signal,
    Stage,
    SuggestionStatus,
    Verdict,
)

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Level: {
        Level.VERY_SATISFIED: N_("Very satisfied"),
        Level.SATISFIED: N_("Satisfied"),
        Level.BASICALLY_SATISFIED: N_("Basically satisfied"),
        Level.DISSATISFIED: N_("Dissatisfied"),
        Level.VERY_DISSATISFIED: N_("Very dissatisfied"),
    },
    Reason: {
        Reason.QUICK: N_("Quick"),
        Reason.ONE_VISIT: N_("Done in one visit"),
        Reason.CLEAR: N_("Well explained"),
        Reason.KIND: N_("Friendly"),
        Reason.COMPETENT: N_("Competent"),
        Reason.GOOD_PLACE: N_("Pleasant surroundings"),
        Reason.EASY_ONLINE: N_("Platform easy to use"),
        Reason.GUIDE_RIGHT: N_("Guide accurate"),
        Reason.WAITED_LONG: N_("Waited too long"),
        Reason.CAME_AGAIN: N_("Had to come again"),
        Reason.UNCLEAR: N_("Badly explained"),
        Reason.UNKIND: N_("Unfriendly"),
        Reason.NOT_DONE: N_("Not settled"),
        Reason.POOR_PLACE: N_("Poor surroundings"),
        Reason.HARD_ONLINE: N_("Platform hard to use"),
        Reason.GUIDE_WRONG: N_("Guide inaccurate"),
        Reason.SLOW_ONLINE: N_("Handled slowly"),
        Reason.OTHER: N_("Something else"),
    },
    NegativeStatus: {
        NegativeStatus.RECEIVED: N_("Negative rating received"),
        NegativeStatus.CONTACTED: N_("Rater contacted"),
        NegativeStatus.CLASSIFIED: N_("Verified and sorted"),
        NegativeStatus.RECTIFIED: N_("Put right"),
        NegativeStatus.EXPLAINED: N_("Explained in writing"),
        NegativeStatus.CALLED_BACK: N_("Rater called back"),
        NegativeStatus.CLOSED: N_("Negative rating closed"),
        NegativeStatus.APPEALED: N_("Exclusion proposed"),
        NegativeStatus.EXCLUDED: N_("Excluded"),
    },
    NegativeClass: {
        NegativeClass.AT_ONCE: N_("Justified: rectify at once"),
        NegativeClass.BY_PLAN: N_("Complex: rectify by plan"),
        NegativeClass.NO_BASIS: N_("No legal basis: explain"),
    },
    Ground: {
        Ground.MISTAKEN: N_("Mistaken review"),
        Ground.MALICIOUS: N_("Malicious or untrue review"),
        Ground.MANIPULATED: N_("Manipulated: not by service users"),
        Ground.SPAM: N_("Spam"),
    },
    Signal: {
        Signal.BURST: N_("far more ratings than usual"),
        Signal.LEVELS: N_("other levels than in the weeks before"),
        Signal.DEVICES: N_("many ratings from one device"),
        Signal.TEXTS: N_("the same words again and again"),
        Signal.RHYTHM: N_("one after the other in equal steps of time"),
        Signal.SAME_SECOND: N_("several ratings in one second"),
        Signal.SPAM: N_("about a request marked as spam"),
    },
    SuggestionStatus: {
        SuggestionStatus.RECEIVED: N_("Suggestion received"),
        SuggestionStatus.ASSIGNED: N_("Suggestion assigned"),
        SuggestionStatus.ANSWERED: N_("Suggestion answered"),
        SuggestionStatus.IMPLEMENTED: N_("Suggestion implemented"),
    },
    Verdict: {
        Verdict.ADOPTED: N_("Fully adopted"),
        Verdict.PARTLY: N_("Partly adopted"),
        Verdict.NOT_ADOPTED: N_("Not adopted"),
    },
    Stage: {
        Stage.DESIGN: N_("Design stage"),
        Stage.IMPLEMENTATION: N_("Implementation stage"),
    },
    ConsultationStatus: {
        ConsultationStatus.DRAFT: N_("Consultation drafted"),
        ConsultationStatus.PUBLISHED: N_("Consultation published"),
        ConsultationStatus.SUMMARISED: N_("Summary published"),
    },
    HearingKind: {
        HearingKind.RULE_MAKING: N_("Hearing on a rule"),
        HearingKind.DECISION: N_("Hearing on a decision"),
    },
    HearingStatus: {
        HearingStatus.DRAFT: N_("Hearing drafted"),
        HearingStatus.NOTICED: N_("Notice published"),
        HearingStatus.LISTED: N_("List of participants published"),
        HearingStatus.HELD: N_("Hearing held"),
        HearingStatus.PUBLISHED: N_("Report published"),
    },
    Side: {
        Side.SUPPORTING: N_("For the draft"),
        Side.OPPOSING: N_("Against the draft"),
        Side.OTHER: N_("Neither for nor against"),
    },
    Capacity: {
        Capacity.RESIDENT: N_("Resident"),
        Capacity.SERVICE_USER: N_("Service user"),
        Capacity.EXPERT: N_("Expert"),
        Capacity.ORGANISATION: N_("Organisation"),
    },
    Paper: {
        Paper.RATING: N_("Rating"),
        Paper.SUGGESTION: N_("Suggestion"),
        Paper.OPINION: N_("Opinion on a consultation"),
        Paper.REGISTRATION: N_("Registration for a hearing"),
    },
}
ERRORS: dict[str, str] = {
    "rating_code_unknown": N_(
        "There is no such code. Check the 13 letters and digits on your receipt, then try again."
    ),
    "rating_code_expired": N_(
        "This code was valid until {until}. You can still tell us what happened: file a request instead."
    ),
    "rating_window_over": N_("You have rated this matter, and the time to change your rating ended on {until}."),
    "request_not_finished": N_("This request is not finished yet. You can rate it as soon as it is closed."),
    "rating_settled": N_("Your rating has been dealt with and cannot be changed any more. File a request instead."),
    "staff_may_not_rate": N_("Staff do not rate: ratings come from those who used the service, and from nobody else."),
    "reason_not_offered": N_("“{value}” is not among the reasons offered. Choose from the list."),
    "receipt_count_refused": N_("Receipts are issued 1 to {most} at a time, for a day that is not to come."),
    "point_unknown": N_("There is no such rating point, or it is outside your responsibility."),
    "point_closed": N_("This rating point is closed. Use the code at another counter."),
    "negative_unknown": N_("There is no such negative rating, or it is outside your responsibility."),
    "negative_step_refused": N_(
        "This negative rating is not at the point for this step. Look at its present state, then choose the next step."
    ),
    "negative_is_anonymous": N_("This rating was given without a name: nobody can be called. Sort it right away."),
    "negative_needs_another": N_(
        "You answered this negative rating, so somebody else closes it. Ask another supervisor."
    ),
    "participation_changed": N_(
        "Somebody else was faster: this has changed since you opened it. Nothing of yours was saved; "
        "look at the present state, then try again."
    ),
    "rating_unknown": N_("There is no such rating, or it is outside your responsibility."),
    "exclusion_unknown": N_("There is no such proposal, or it is outside your responsibility."),
    "exclusion_pending": N_("An exclusion of one of these ratings is already proposed or decided."),
    "exclusion_empty": N_("Choose the ratings that are to be excluded."),
    "exclusion_several_services": N_("Propose exclusions for one service at a time."),
    "exclusion_too_late": N_(
        "The time for an appeal against this rating ended on {until}. Ask the supervision office."
    ),
    "exclusion_decided": N_("This proposal is decided already."),
    "exclusion_same_person": N_(
        "You proposed this exclusion or handled the rating, so somebody else decides. Ask another supervisor."
    ),
    "suggestion_unknown": N_("There is no such suggestion, or it is outside your responsibility."),
    "suggestion_step_refused": N_("This suggestion is not at the point for this step. Look at its present state."),
    "suggestion_already_supported": N_("You support this suggestion already. Thank you."),
    "suggestion_without_service": N_("Choose the service that is to answer."),
    "implementation_needs_adoption": N_("Only an adopted or partly adopted suggestion can be reported as implemented."),
    "participation_receipt_unknown": N_(
        "There is no such receipt code. Check the 13 letters and digits, then try again."
    ),
    "consultation_unknown": N_("There is no such consultation."),
    "consultation_step_refused": N_("This consultation is not at the point for this step. Look at its present state."),
    "consultation_too_short": N_(
        "A consultation lasts at least {days} days. Give it longer, or write down the reason, which is published."
    ),
    "consultation_ends_first": N_("The last day lies before the first. Correct the days."),
    "consultation_opens_past": N_(
        "A consultation cannot open before the day it is published. Choose a later first day."
    ),
    "consultation_without_document": N_(
        "Add the draft as a document before you publish: people must be able to read it."
    ),
    "consultation_closed": N_("Opinions could be sent from {opens} to {closes}. You can still make a suggestion."),
    "consultation_still_open": N_("The consultation runs until {closes}. Summarise it afterwards."),
    "opinion_unknown": N_("There is no such opinion."),
    "opinions_unanswered": N_("{n} opinions are not answered yet. Answer each of them, then publish the summary."),
    "reason_needed": N_("Give the reason: whoever spoke has a right to know it."),
    "hearing_unknown": N_("There is no such hearing."),
    "hearing_step_refused": N_("This hearing is not at the point for this step. Look at its present state."),
    "hearing_notice_too_late": N_(
        "Notice of this kind of hearing is given at least {days} days before. Choose a later day for the hearing."
    ),
    "registration_closes_late": N_(
        "Registration must end at least {days} days before the hearing, so that the list can be published in time."
    ),
    "registration_too_short": N_("Registration must be open for at least {days} days after the notice."),
    "registration_closed": N_(
        "Registration was open until {closes}. You can still come and listen, or send a suggestion."
    ),
    "registration_still_open": N_("Registration is open until {closes}. Choose the participants afterwards."),
    "registration_unknown": N_("There is no such registration."),
    "participants_too_many": N_("There are {seats} seats. Choose fewer participants."),
    "participants_none": N_("Choose at least one participant."),
    "participants_unbalanced": N_(
        "The sides must be roughly equal in number: {supporting} for and {opposing} against are chosen, "
        "although more have applied. Choose again."
    ),
    "list_too_late": N_(
        "The list of participants is published at least {days} days before the hearing. Postpone the hearing."
    ),
    "presider_not_independent": N_("Whoever drafted the matter may not preside. Name somebody else."),
    "hearing_not_held_yet": N_("The hearing takes place on {day}. Record it afterwards."),
    "attendance_unknown_person": N_("Only participants on the published list can be marked as present."),
    "registrations_unanswered": N_(
        "{n} applicants have no answer yet. Participants and those not chosen all get one before publication."
    ),
}

ACTIONS: dict[str, str] = {
    "participation.added_point": N_("Added a rating point"),
    "participation.closed_point": N_("Closed a rating point"),
    "participation.issued_receipts": N_("Issued receipts for rating"),
    "participation.rated": N_("A rating came in"),
    "participation.changed_rating": N_("A rater changed a rating"),
    "participation.marked_suspicious": N_("Marked ratings for review"),
    "participation.contacted_rater": N_("Contacted a rater"),
    "participation.classified_negative": N_("Sorted a negative rating"),
    "participation.answered_negative": N_("Answered a negative rating"),
    "participation.called_back": N_("Called a rater back"),
    "participation.closed_negative": N_("Closed a negative rating"),
    "participation.proposed_exclusion": N_("Proposed to exclude ratings"),
    "participation.decided_exclusion": N_("Decided on an exclusion of ratings"),
    "participation.suggested": N_("A suggestion came in"),
    "participation.supported_suggestion": N_("A suggestion found a supporter"),
    "participation.assigned_suggestion": N_("Assigned a suggestion"),
    "participation.answered_suggestion": N_("Answered a suggestion"),
    "participation.implemented_suggestion": N_("Reported a suggestion as implemented"),
    "participation.drafted_consultation": N_("Drafted a consultation"),
    "participation.changed_consultation": N_("Changed the draft of a consultation"),
    "participation.published_consultation": N_("Published a consultation"),
    "participation.commented": N_("An opinion came in"),
    "participation.answered_opinion": N_("Answered an opinion"),
    "participation.summarised_consultation": N_("Published the summary of a consultation"),
    "participation.drafted_hearing": N_("Drafted a hearing"),
    "participation.noticed_hearing": N_("Published the notice of a hearing"),
    "participation.registered": N_("Somebody registered for a hearing"),
    "participation.chose_participants": N_("Published the participants of a hearing"),
    "participation.recorded_hearing": N_("Kept the record of a hearing"),
    "participation.answered_registration": N_("Answered a participant or applicant"),
    "participation.published_hearing": N_("Published a hearing's report"),
}
OBJECTS: dict[str, str] = {
    "rating": N_("Rating"),
    "rating_point": N_("Rating point"),
    "rating_receipts": N_("Receipts of service"),
    "negative": N_("Negative rating"),
    "exclusion": N_("Exclusion of ratings"),
    "suggestion": N_("Suggestion"),
    "consultation": N_("Consultation"),
    "opinion": N_("Opinion"),
    "hearing": N_("Hearing"),
    "registration": N_("Registration for a hearing"),
}
FACTS: dict[str, str] = {
    "level": N_("level"),
    "is_verified": N_("with a receipt"),
    "is_named": N_("with a name"),
    "rectification_id": N_("rectification"),
    "kind_of_negative": N_("sorted as"),
    "is_satisfied": N_("satisfied"),
    "ground": N_("ground"),
    "ratings": N_("ratings"),
    "verdict": N_("verdict"),
    "finished_on": N_("finished on"),
    "opens_on": N_("first day"),
    "closes_on": N_("last day"),
    "seats": N_("seats"),
    "chosen": N_("chosen"),
    "attended": N_("attended"),
    "opinions": N_("opinions"),
    "is_shown": N_("shown to the public"),
    "signals": N_("signals"),
}

WAITING: dict[str, tuple[str, str]] = {
    "negative_contact": (
        N_("Call the rater of “{service}”"),
        N_("A rating “{level}” was given with a name: contact within one working day."),
    ),
    "negative_classify": (
        N_("Sort the negative rating of “{service}”"),
        N_("Rated “{level}”: decide whether it is put right at once, by plan, or explained."),
    ),
    "negative_answer": (
        N_("Answer the negative rating of “{service}”"),
        N_("Rated “{level}”: put it right or explain, then write what the rater will read."),
    ),
    "negative_call_back": (
        N_("Call back the rater of “{service}”"),
        N_("The unit has answered: ask the rater whether the matter is settled."),
    ),
    "negative_close": (
        N_("Close the negative rating of “{service}”"),
        N_("Everything is done: look at it once and close it."),
    ),
    "exclusion_decide": (
        N_("Decide on {ratings} ratings of “{service}” that are to be excluded"),
        N_("Proposed as “{ground}”: a second person decides, in writing."),
    ),
    "suggestion_assign": (
        N_("{n} suggestions wait to be assigned"),
        N_("Each is to be answered within ten working days of its arrival."),
    ),
    "suggestion_answer": (
        N_("Answer the suggestion “{title}”"),
        N_("Say whether it is adopted, partly adopted or not, and why."),
    ),
    "consultation_summarise": (
        N_("Answer {n} opinions and summarise “{title}”"),
        N_("The consultation has closed: the summary is published within twenty working days."),
    ),
    "hearing_choose": (
        N_("Choose the participants of “{title}”"),
        N_("Registration has closed with {n} applicants: publish the list in time."),
    ),
    "hearing_record": (
        N_("Record the hearing “{title}”"),
        N_("It has taken place: keep who attended and what was said."),
    ),
    "hearing_answer": (
        N_("Answer {n} participants and applicants of “{title}”"),
        N_("All who spoke or applied learn within fifteen days what was adopted."),
    ),
}
