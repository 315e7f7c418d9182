"""Sentences of what stands beside the straight line of a request: reviews, duplicates, exclusions, recusals, words."""

from __future__ import annotations

from enum import StrEnum

from qs.i18n import N_

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {}  # its words are those of complaints
ERRORS: dict[str, str] = {
    "review_pending": N_("A review of this request is under way. Wait for its decision."),
    "review_final": N_(
        "The result of this request is final: it was withdrawn, or reviewed twice. New facts can be filed as a new "
        "request that mentions its number."
    ),
    "review_not_closed": N_("A review can be asked for once the request is closed. Until then, add what is missing."),
    "review_too_late": N_(
        "The time for asking for a review ended on {until}. New facts can be filed as a new request that mentions "
        "this number."
    ),
    "review_not_asked": N_("Nobody asked for a review of this request, or it is decided already."),
    "review_by_third_person": N_(
        "You handled this request, or judged it before, so somebody else must decide on the review. "
        "Leave it to a colleague."
    ),
    "review_outcome_needed": N_("Choose the outcome that is right now, another one than on the file."),
    "review_outcome_idle": N_("Only a changed result has a new outcome. Take it out, or decide to change the result."),
    "review_of_duplicate": N_(
        "This request was merged, so its own outcome stays. Let the result stand, or have the matter handled again."
    ),
    "merge_with_itself": N_("A request cannot be merged with itself. Choose the one that came first."),
    "merge_master_closed": N_("The request chosen is closed. Choose an open one, or mention its number in a note."),
    "merge_withheld": N_(
        "Reports of wrongdoing and confidential requests are answered one by one, so that no requester learns of "
        "another. Nothing was merged."
    ),
    "merge_into_younger": N_(
        "{number} came in later. Merge it into this one instead: the clock of the first request tells of the matter."
    ),
    "not_merged": N_("This request is not merged into another one."),
    "unmerge_too_late": N_("A request can be taken out again within {days} days of merging. File a new one instead."),
    "merged_call_not_due": N_(
        "This requester is not to be called now: the answer is not verified yet, they were called already, "
        "or they want no call."
    ),
    "exclusion_pending": N_("Somebody asked for this already. A second person has to decide first."),
    "exclusion_given": N_("This request is excluded already. Ask to let it count again if that was wrong."),
    "exclusion_not_given": N_("This request is not excluded, so there is nothing to take back."),
    "exclusion_without_unit": N_("No unit handles this request, so it counts for nobody. Dispatch it first."),
    "exclusion_not_asked": N_("Nobody asked for an exclusion here, or it is decided already."),
    "exclusion_by_second_person": N_(
        "Who asked for an exclusion, or belongs to the unit, cannot decide on it. "
        "Leave it to a colleague of the office."
    ),
    "spam_marked": N_("This request is marked as spam already."),
    "spam_not_marked": N_("This request is not marked as spam."),
    "recusal_ground_not_own": N_(
        "Say what ties you to the matter: it is about you, a relative is concerned, or you have an interest in it."
    ),
    "recusal_known": N_("This person keeps out of the request already."),
    "recusal_unknown": N_("This person does not keep out of the request."),
    "recusal_pending": N_("You have asked that somebody keeps out already. The answer will stand here."),
    "recusal_not_asked": N_("The requester did not ask that somebody keeps out, or was answered already."),
    "recusal_own": N_(
        "You cannot decide on your own recusal. Declare it yourself, or leave the decision to a colleague."
    ),
    "person_not_known": N_("There is no such person. Choose one from the list."),
    "reveal_by_unit": N_("You belong to the unit concerned, so who the requester is stays hidden from you."),
    "report_to_accused": N_(
        "This report of wrongdoing is about that very unit. Send it to the department in charge, or let the office "
        "handle it; a supervisor may send it there all the same, with a reason."
    ),
    "report_only": N_("Only reports of wrongdoing are handled by the office itself. Dispatch this request."),
    "report_not_with_office": N_("The office does not handle this report itself. Its unit answers it."),
    "call_back_without_unit": N_(
        "The office handled this report itself, so no unit is to be judged. Close it once the answer is verified."
    ),
    "reply_template_changed": N_(
        "Somebody has changed these prepared words in the meantime. Look at them as they are now, then try again."
    ),
    "reply_template_unknown": N_("There are no such prepared words."),
    "reply_template_retired": N_("These prepared words are out of use already."),
    "template_braces": N_("A brace stands alone in the text. Write places as {{number}}, and no other braces."),
    "template_place_unknown": N_(
        "“{place}” cannot be filled in. Places are: {places}. Who the requester is never stands in prepared words."
    ),
    "template_place_empty": N_(
        "These words need what this request does not have yet: {places}. Choose others, or write the answer yourself."
    ),
}
ACTIONS: dict[str, str] = {
    "complaints.asked_review": N_("Asked for a review"),
    "complaints.registered_review": N_("Registered a wish for a review"),
    "complaints.decided_review": N_("Decided on a review"),
    "complaints.merged_request": N_("Merged a request into another one"),
    "complaints.unmerged_request": N_("Took a merged request out again"),
    "complaints.recorded_merged_call_back": N_("Recorded a call-back about a merged request"),
    "complaints.asked_exclusion": N_("Asked for an exclusion from assessment"),
    "complaints.asked_reversal": N_("Asked to take back an exclusion"),
    "complaints.decided_exclusion": N_("Decided on an exclusion"),
    "complaints.marked_spam": N_("Marked a request as spam"),
    "complaints.cleared_spam": N_("Took the mark of spam off a request"),
    "complaints.declared_recusal": N_("Declared a recusal"),
    "complaints.recused_person": N_("Kept somebody out of a request"),
    "complaints.lifted_recusal": N_("Let somebody back to a request"),
    "complaints.asked_recusal": N_("Asked that somebody keeps out"),
    "complaints.decided_recusal": N_("Answered a wish for a recusal"),
    "complaints.took_report": N_("Took a report of wrongdoing in hand for the office"),
    "complaints.answered_report": N_("Answered a report of wrongdoing"),
    "complaints.revealed_text": N_("Looked at hidden data in a request"),
    "complaints.created_template": N_("Added prepared words"),
    "complaints.edited_template": N_("Changed prepared words"),
    "complaints.retired_template": N_("Took prepared words out of use"),
    "complaints.loaded_templates": N_("Entered the prepared words that come with the program"),
}
OBJECTS: dict[str, str] = {"reply_template": N_("Prepared words")}
FACTS: dict[str, str] = {
    "stage": N_("stage of the review"),
    "decision": N_("decision"),
    "is_late": N_("late"),
    "master": N_("merged into"),
    "moved": N_("moved along"),
    "reason": N_("reason"),
    "is_granted": N_("granted"),
    "is_reversal": N_("taking back"),
    "person": N_("person"),
    "ground": N_("ground"),
    "purpose": N_("purpose"),
    "count": N_("number"),
}
WAITING: dict[str, tuple[str, str]] = {
    "review_to_decide": (
        N_("Decide on the review of {number}"),
        N_("You had no part in the case; the requester is told the decision with its reasons."),
    ),
    "exclusions_to_decide": (
        N_("Exclusions to decide: {count}"),
        N_("A second person of the office decides; nothing is deleted."),
    ),
    "recusals_to_decide": (
        N_("Wishes for a recusal: {count}"),
        N_("A requester asked that somebody keeps out; answer with reasons."),
    ),
    "merged_to_call_back": (
        N_("Merged requests to call back about: {count}"),
        N_("Each of them is called once the answer to the first request is verified."),
    ),
}
