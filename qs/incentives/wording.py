"""What incentives say: labels of their words, fields, refusals, entries of the trail, and what waits for somebody."""

from __future__ import annotations

from enum import StrEnum

from qs.i18n import N_
from qs.incentives.terms import (
    AppealOutcome,
    Comparison,
    Consequence,
    Kind,
    Outcome,
    Stage,
    Subject,
    VersionState,
    Veto,
    Vote,
)

FIELDS: dict[str, str] = {
    "name": N_("Name of the rule"),
    "name_en": N_("Name of the rule in English"),
    "reason": N_("Reason"),
    "grounds": N_("Grounds"),
    "answer": N_("Answer"),
    "objection": N_("Objection"),
    "approval_number": N_("Number of the approval"),
}
LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Kind: {Kind.REWARD: N_("Reward"), Kind.PENALTY: N_("Penalty")},
    Consequence: {
        Consequence.PRAISE: N_("Circulated praise"),
        Consequence.ROLE_MODEL: N_("Role model"),
        Consequence.RECOMMENDATION: N_("Recommendation for a statutory award"),
        Consequence.REMINDER: N_("Reminder"),
        Consequence.INTERVIEW: N_("Interview"),
        Consequence.CIRCULAR: N_("Criticism by circular"),
        Consequence.LISTED: N_("Listed supervision"),
        Consequence.ACCOUNTABILITY: N_("Proposal for accountability"),
    },
    Subject: {
        Subject.SCORE: N_("Composite score"),
        Subject.RANK: N_("Rank"),
        Subject.RANK_SHARE: N_("Rank as a share"),
        Subject.TIER: N_("Tier"),
        Subject.P_TOP: N_("Probability of the best tenth"),
        Subject.P_BOTTOM: N_("Probability of the last tenth"),
        Subject.MEASURE: N_("Frozen measure"),
    },
    Comparison: {
        Comparison.AT_LEAST: N_("at least"),
        Comparison.ABOVE: N_("above"),
        Comparison.AT_MOST: N_("at most"),
        Comparison.BELOW: N_("below"),
    },
    Outcome: {
        Outcome.MET: N_("Met"),
        Outcome.NOT_MET: N_("Not met"),
        Outcome.MISSING: N_("Not enough data"),
    },
    Stage: {
        Stage.PROPOSED: N_("Waiting for a decision"),
        Stage.DECLINED: N_("Declined"),
        Stage.NOTICE: N_("On public notice"),
        Stage.DECIDED: N_("Decided, leader not told yet"),
        Stage.EFFECTIVE: N_("In effect"),
        Stage.APPEALED: N_("Appeal running"),
        Stage.WITHDRAWN: N_("Withdrawn"),
        Stage.PUBLISHED: N_("Published"),
        Stage.CLOSED: N_("Concluded"),
        Stage.FORWARDED: N_("Forwarded"),
        Stage.GRANTED: N_("Granted"),
        Stage.REFUSED: N_("Refused"),
        Stage.REVOKED: N_("Revoked"),
    },
    VersionState: {
        VersionState.DRAFT: N_("Draft"),
        VersionState.ADOPTED: N_("In force"),
        VersionState.REPLACED: N_("Replaced"),
        VersionState.RETIRED: N_("Retired"),
    },
    Veto: {
        Veto.FALSIFIED_DATA: N_("Falsified data"),
        Veto.RETALIATION: N_("Retaliation"),
        Veto.LEAKED_REPORTER: N_("Reporter's identity leaked"),
        Veto.SAFETY_ACCIDENT: N_("Safety accident"),
    },
    Vote: {Vote.APPROVE: N_("Approve"), Vote.DECLINE: N_("Decline")},
    AppealOutcome: {
        AppealOutcome.UPHELD: N_("Upheld: the decision is withdrawn"),
        AppealOutcome.LIGHTER: N_("Partly upheld: a lighter outcome"),
        AppealOutcome.REJECTED: N_("Rejected: the decision stands"),
    },
}
ERRORS: dict[str, str] = {
    "incentive_rule_unknown": N_("There is no such rule."),
    "rule_name_taken": N_("There is already a rule of this name. Write a new version of it, or choose another name."),
    "rule_without_condition": N_("A rule needs at least one condition."),
    "rule_conditions_too_many": N_("A rule takes at most {limit} conditions. Make two rules of it."),
    "rule_condition_repeated": N_("Condition {position} says the same as an earlier one. Remove it."),
    "threshold_out_of_range": N_("Condition {position}: the value must lie between {low} and {high}."),
    "threshold_not_finite": N_("Condition {position}: the value is not a number that can be reckoned with."),
    "quarters_out_of_range": N_("Condition {position}: choose 1 to {limit} quarters in a row."),
    "bound_without_interval": N_("Condition {position}: this figure has no interval. Compare the value itself."),
    "min_n_negative": N_("Condition {position}: the least number of cases cannot be negative."),
    "measure_not_frozen": N_("Condition {position}: no frozen quarter holds this measure. Choose another one."),
    "version_unchanged": N_("Nothing differs from the newest version, so no new one was made."),
    "version_not_draft": N_("This version is no draft any more. Look at the present state of the rule."),
    "version_own": N_("You wrote this version. Somebody else must adopt it."),
    "rule_retired": N_("This rule has been retired. Write a new one."),
    "rule_overtaken": N_("Somebody has changed this rule in the meantime. Look at it again; nothing was lost."),
    "incentive_period_not_frozen": N_("The quarter {period} is not frozen. Incentives rest on frozen quarters only."),
    "period_name_invalid": N_("A quarter is written like 2026Q3."),
    "proposal_unknown": N_("There is no such proposal, or it is outside your responsibility."),
    "proposal_overtaken": N_("Somebody was faster: this proposal has moved on. Look at it again; nothing was lost."),
    "proposal_in_other_stage": N_("This is not possible now: the proposal is at “{field}”."),
    "nominated_already": N_("This service already has a proposal of this kind for the quarter."),
    "incentives_not_started": N_("Incentives take effect on {day}. Until then proposals can be seen, but not decided."),
    "incentives_no_start": N_("No day is set yet from which incentives take effect, so nothing can be decided."),
    "start_out_of_range": N_("The day {day} is not plausible. Use a day between 2000 and 2100."),
    "decider_not_a_person": N_("Only a person can decide, never a programme."),
    "decider_proposed": N_("You made this proposal. Somebody else must decide."),
    "decider_is_party": N_("You answer for this service yourself, so you cannot decide about it."),
    "decided_already": N_("You have already decided on this proposal. Another person must give the next signature."),
    "decider_was_involved": N_("You took part in this decision. Somebody who did not must decide the appeal."),
    "answerer_recorded": N_("You recorded this objection. Somebody else must answer it."),
    "veto_bars_reward": N_("A veto item stands against this service in {period}: no reward is possible."),
    "veto_recorded": N_("This veto item already stands against the service in this quarter."),
    "veto_unknown": N_("There is no such veto item, or it is outside your responsibility."),
    "veto_lifted": N_("This veto item has already been lifted."),
    "veto_own": N_("You recorded this veto item. Somebody else must lift it."),
    "notice_running": N_("The public notice runs until {due}. Until then nothing can be published."),
    "objection_open": N_("An objection has not been answered yet. Answer it first."),
    "objection_unknown": N_("There is no such objection, or it is outside your responsibility."),
    "objection_answered": N_("This objection has already been answered."),
    "appeal_window_running": N_("The service may appeal until {due}. Until then this cannot be concluded."),
    "appeal_too_late": N_("The time for an appeal ended on {due}."),
    "appealed_already": N_("There has already been an appeal against this decision."),
    "appeal_not_lighter": N_(
        "The new outcome must be lighter than the present one. Nobody is worse off for appealing."
    ),
    "not_revocable": N_("Only a reward that has been published or granted can be revoked."),
    "no_certificate": N_("There is a certificate only for rewards that have been published."),
}
REPLAY: dict[str, str] = {  # what a replay finds other than stored
    "replay_period_differs": N_("Proposal {proposal}: the frozen quarter is not the one it was made from."),
    "replay_inputs_differ": N_("Proposal {proposal}: the stored figures are not the frozen ones."),
    "replay_rule_not_met": N_("Proposal {proposal}: its rule does not lead to it from the frozen figures."),
    "replay_rule_not_adopted": N_("Proposal {proposal}: its rule had not been adopted when it was made."),
    "replay_consequence_differs": N_("Proposal {proposal}: the outcome is not what the rule or the appeal says."),
    "replay_signatures_differ": N_("Proposal {proposal}: the signatures do not lead to its present stage."),
    "replay_same_person": N_("Proposal {proposal}: the same person signed twice, or signed the own proposal."),
    "replay_decided_too_early": N_("Proposal {proposal}: it was decided before incentives took effect."),
    "replay_steps_differ": N_("Proposal {proposal}: its steps do not lead to its present stage."),
    "replay_appeal_by_party": N_("Proposal {proposal}: the appeal was decided by somebody who took part before."),
    "replay_certificate_differs": N_("Proposal {proposal}: its certificate does not fit its stage."),
}
ERRORS |= REPLAY
ACTIONS: dict[str, str] = {  # what an entry of the trail says was done
    "incentives.set_start": N_("Set the day from which incentives take effect"),
    "incentives.wrote_rule": N_("Wrote an incentive rule"),
    "incentives.wrote_version": N_("Wrote a version of an incentive rule"),
    "incentives.adopted_version": N_("Adopted a version of an incentive rule"),
    "incentives.retired_rule": N_("Retired an incentive rule"),
    "incentives.recorded_veto": N_("Recorded a veto item"),
    "incentives.lifted_veto": N_("Lifted a veto item"),
    "incentives.proposed": N_("Had the rules propose for a quarter"),
    "incentives.nominated": N_("Nominated a service"),
    "incentives.decided": N_("Decided on a proposal"),
    "incentives.told_leader": N_("Told the service of a decision"),
    "incentives.recorded_objection": N_("Recorded an objection"),
    "incentives.answered_objection": N_("Answered an objection"),
    "incentives.appealed": N_("Appealed against a decision"),
    "incentives.decided_appeal": N_("Decided an appeal"),
    "incentives.concluded": N_("Concluded a proposal"),
    "incentives.recorded_answer": N_("Recorded what the competent authority decided"),
    "incentives.revoked": N_("Revoked a reward"),
}
OBJECTS: dict[str, str] = {  # what an entry of the trail is about: the word before the colon
    "incentives": N_("Incentives"),
    "incentive_rule": N_("Incentive rule"),
    "incentive": N_("Proposal"),
    "incentive_veto": N_("Veto item"),
}
FACTS: dict[str, str] = {  # what the facts of its entries are called
    "consequence": N_("consequence"),
    "vote": N_("vote"),
    "stage": N_("stage"),
    "certificate": N_("certificate number"),
    "effective_from": N_("in effect from"),
    "proposal_count": N_("proposals"),
    "rule_version": N_("version of the rule"),
}
WAITING: dict[str, tuple[str, str]] = {  # what waits for somebody: the line, and why
    "incentive_to_decide": (
        N_("Decide on a proposal: {service}"),
        N_("{field} for {period}; somebody other than the proposer must sign"),
    ),
    "incentive_to_tell": (
        N_("Tell the service of a decision: {service}"),
        N_("{field} for {period} is decided; the time to appeal begins when the leader is told"),
    ),
    "incentive_to_conclude": (
        N_("Conclude a decision: {service}"),
        N_("{field} for {period}: notice or time to appeal has run out"),
    ),
    "incentive_objection": (
        N_("Answer an objection: {service}"),
        N_("{field} for {period} is on public notice and cannot be published before"),
    ),
    "incentive_appeal_to_decide": (
        N_("Decide an appeal: {service}"),
        N_("{field} for {period}; somebody who took no part in the decision must decide"),
    ),
    "incentive_may_appeal": (
        N_("A decision about your service: {service}"),
        N_("{field} for {period}; you may appeal until the day beside"),
    ),
    "incentive_to_adopt": (
        N_("Adopt or leave a draft rule: {rule}"),
        N_("somebody other than its author must adopt it"),
    ),
}
