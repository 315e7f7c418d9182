"""What can be done in participation; each act stands in the file of its noun, this is the list of all of them."""

from __future__ import annotations

from qs.participation.consultations import (
    answer_opinion,
    change_consultation,
    comment_on_consultation,
    draft_consultation,
    publish_consultation,
    summarise_consultation,
)
from qs.participation.hearings import (
    answer_registration,
    choose_participants,
    draft_hearing,
    publish_hearing,
    publish_notice,
    record_hearing,
    register_for_hearing,
)
from qs.participation.negatives import (
    answer_negative,
    call_back,
    classify_negative,
    close_negative,
    contact_rater,
    decide_exclusion,
    propose_exclusion,
)
from qs.participation.ratings import add_point, close_point, issue_receipts, mark_suspicious, rate
from qs.participation.suggestions import (
    answer_suggestion,
    assign_suggestion,
    implement_suggestion,
    suggest,
    support_suggestion,
)

__all__ = [
    "add_point",
    "answer_negative",
    "answer_opinion",
    "answer_registration",
    "answer_suggestion",
    "assign_suggestion",
    "call_back",
    "change_consultation",
    "choose_participants",
    "classify_negative",
    "close_negative",
    "close_point",
    "comment_on_consultation",
    "contact_rater",
    "decide_exclusion",
    "draft_consultation",
    "draft_hearing",
    "implement_suggestion",
    "issue_receipts",
    "mark_suspicious",
    "propose_exclusion",
    "publish_consultation",
    "publish_hearing",
    "publish_notice",
    "rate",
    "record_hearing",
    "register_for_hearing",
    "suggest",
    "summarise_consultation",
    "support_suggestion",
]
