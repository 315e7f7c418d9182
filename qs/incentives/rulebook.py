"""The rulebook: rules written as drafts, adopted by somebody else, retired, and read back as what they say."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.incentives.cases import person_of
from qs.incentives.models import IncentiveCondition, IncentiveRule, IncentiveRuleVersion
from qs.incentives.rules import check_content, checked_name, checked_reason
from qs.incentives.terms import Condition, RuleContent, VersionState
from qs.rankings import queries as rankings

EDIT, DECIDE = Permission.INCENTIVES_EDIT, Permission.INCENTIVES_DECIDE


class RuleOvertaken(Conflict):
    """The rule on the screen is not the one in the store any more."""

    code = "rule_overtaken"


def write_rule(
    session: Session,
    content: RuleContent,
    *,
    name: str,
    name_en: str | None = None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Begin a rule with its first version, a draft. Returns the id of the rule.

    Raises InvalidInput naming each condition that is wrong.
    """
    actor.check_everywhere(EDIT)
    check_content(content, frozen_measure_codes(session, actor=actor))
    rule = insert_rule(session, name, name_en)
    insert_version(session, rule, content, reason, actor=actor, now=now)
    record(
        session,
        "incentives.wrote_rule",
        f"incentive_rule:{rule.id}",
        actor=actor,
        now=now,
        consequence=content.consequence,
        rule_version=1,
    )
    return rule.id


def write_version(
    session: Session, rule_id: int, content: RuleContent, *, reason: str, version: int, actor: Actor, now: datetime
) -> int:
    """Give a rule its next version, a draft; the adopted one stays in force until then. Returns its number."""
    actor.check_everywhere(EDIT)
    rule = locked_rule(session, rule_id, version=version)
    check_content(content, frozen_measure_codes(session, actor=actor))
    if content == content_of(rule.versions[-1]):
        raise Conflict("version_unchanged")
    written = insert_version(session, rule, content, reason, actor=actor, now=now)
    record(
        session,
        "incentives.wrote_version",
        f"incentive_rule:{rule_id}",
        actor=actor,
        now=now,
        consequence=content.consequence,
        rule_version=written.number,
    )
    return written.number


def adopt_version(session: Session, rule_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Adopt the draft of a rule: from now on it proposes. Somebody other than its author does this."""
    actor.check_everywhere(DECIDE)
    adopter_id = person_of(actor)
    rule = locked_rule(session, rule_id, version=version)
    draft = rule.versions[-1]
    if state_of(rule, draft) is not VersionState.DRAFT:
        raise Conflict("version_not_draft")
    if draft.author_id == adopter_id:
        raise NotAllowed("version_own")
    draft.adopter_id, draft.adopted_at = adopter_id, now
    rule.version += 1
    record(
        session,
        "incentives.adopted_version",
        f"incentive_rule:{rule_id}",
        actor=actor,
        now=now,
        consequence=draft.consequence,
        rule_version=draft.number,
    )


def retire_rule(session: Session, rule_id: int, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Let a rule propose no more; what it has proposed keeps its course."""
    actor.check_everywhere(DECIDE)
    rule = locked_rule(session, rule_id, version=version)
    rule.retired_reason = checked_reason(reason)
    rule.retired_at, rule.retired_by = now, actor.person_id
    rule.version += 1
    record(session, "incentives.retired_rule", f"incentive_rule:{rule_id}", actor=actor, now=now)


def frozen_measure_codes(session: Session, *, actor: Actor) -> frozenset[str]:
    """The codes of every measure that some frozen quarter holds."""
    periods = rankings.frozen_periods(session, actor=actor)
    frames = [rankings.frozen_measures(session, period, actor=actor) for period in periods["name"]]
    return frozenset(code for frame in frames for code in frame["measure"])


def insert_rule(session: Session, name: str, name_en: str | None) -> IncentiveRule:
    kept = checked_name(name)
    if session.scalar(sa.select(IncentiveRule.id).where(IncentiveRule.name == kept)) is not None:
        raise InvalidInput("rule_name_taken")
    rule = IncentiveRule(
        name=kept, name_en=checked_name(name_en, "name_en") if name_en else None, version=0, versions=[]
    )
    session.add(rule)
    session.flush()
    return rule


def insert_version(
    session: Session, rule: IncentiveRule, content: RuleContent, reason: str, *, actor: Actor, now: datetime
) -> IncentiveRuleVersion:
    """Add the next version as a draft; the row of the rule moves on."""
    version = IncentiveRuleVersion(
        rule_id=rule.id,
        number=max((one.number for one in rule.versions), default=0) + 1,
        consequence=content.consequence,
        reason=checked_reason(reason),
        author_id=actor.person_id,
        written_at=now,
        conditions=[
            IncentiveCondition(
                position=position,
                subject=one.subject,
                measure=one.measure,
                comparison=one.comparison,
                threshold=one.threshold,
                at_bound=one.at_bound,
                quarters=one.quarters,
                min_n=one.min_n,
            )
            for position, one in enumerate(content.conditions)
        ],
    )
    rule.versions.append(version)
    rule.version += 1
    session.flush()
    return version


def locked_rule(session: Session, rule_id: int, *, version: int) -> IncentiveRule:
    """A rule to be changed, as the actor saw it. Raises NotFound, RuleOvertaken, or Conflict when it is retired."""
    rule = session.scalars(
        sa.select(IncentiveRule)
        .where(IncentiveRule.id == rule_id)
        .options(selectinload(IncentiveRule.versions).selectinload(IncentiveRuleVersion.conditions))
        .with_for_update(of=IncentiveRule)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if rule is None:
        raise NotFound("incentive_rule_unknown")
    if rule.version != version:
        raise RuleOvertaken
    if rule.retired_at is not None:
        raise Conflict("rule_retired")
    return rule


def content_of(version: IncentiveRuleVersion) -> RuleContent:
    """What a stored version says; needs `conditions` loaded."""
    return RuleContent(
        version.consequence,
        tuple(
            Condition(one.subject, one.comparison, one.threshold, one.measure, one.at_bound, one.quarters, one.min_n)
            for one in version.conditions
        ),
    )


def state_of(rule: IncentiveRule, version: IncentiveRuleVersion) -> VersionState:
    """What a version is good for; needs `versions` loaded."""
    if rule.retired_at is not None:
        return VersionState.RETIRED
    if version.adopted_at is None:
        newest = max(one.number for one in rule.versions)
        return VersionState.DRAFT if version.number == newest else VersionState.REPLACED
    latest = max(one.number for one in rule.versions if one.adopted_at is not None)
    return VersionState.ADOPTED if version.number == latest else VersionState.REPLACED


def versions_in_force(session: Session) -> list[IncentiveRuleVersion]:
    """The adopted version of every rule that has one and is not retired, by rule."""
    rules = session.scalars(
        sa.select(IncentiveRule)
        .where(IncentiveRule.retired_at.is_(None))
        .options(selectinload(IncentiveRule.versions).selectinload(IncentiveRuleVersion.conditions))
        .order_by(IncentiveRule.id)
    )
    return [version for rule in rules for version in rule.versions if state_of(rule, version) is VersionState.ADOPTED]
