"""Every decision can be replayed, and a planted change is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.incentives import actions, appeals
from qs.incentives.models import IncentiveDecision, IncentiveInput, IncentiveProposal, IncentiveRuleVersion
from qs.incentives.terms import AppealOutcome, Consequence, Stage
from qs.incentives.verify import verify_decisions
from tests.incentives.office import DAY, built_office
from tests.rankings.city import QUARTER

LATER = DAY + timedelta(days=60)


@pytest.fixture
def office(store):
    return built_office(store)


@pytest.fixture
def lived(office):
    """A published praise, a circular made lighter on appeal, a nomination that waits."""
    praise = office.noticed()
    circular = office.of(office.world.emergency, Consequence.CIRCULAR)
    office.sign(circular, office.ben)
    office.sign(circular, office.cora)
    office.step(actions.tell_leader, circular)
    office.step(appeals.appeal, circular, grounds="道路施工影响", actor=office.leader)
    facts = {"reason": "情节较轻", "lighter": Consequence.REMINDER, "actor": office.dan}
    office.step(appeals.decide_appeal, circular, AppealOutcome.LIGHTER, **facts)
    office.step(actions.conclude, circular)
    office.step(actions.conclude, praise, now=LATER)
    office.make(actions.nominate, office.world.permits, Consequence.PRAISE, period=QUARTER, grounds="做法可复制")
    return office


def codes(office) -> set[str]:
    with office.store.reading() as session:
        return {one.code for one in verify_decisions(session, actor=SYSTEM).differences}


def plant(office, model, where, **values) -> None:
    with office.store.writing() as session:
        session.execute(sa.update(model).where(where).values(**values))


def test_what_people_did_replays_without_a_difference(lived):
    with lived.store.reading() as session:
        verdict = verify_decisions(session, actor=SYSTEM)
    assert (verdict.decision_count, verdict.differences, verdict.is_sound) == (3, (), True)


@pytest.mark.parametrize(
    ("model", "values", "code"),
    [
        (IncentiveInput, {"value": 0.99}, "replay_inputs_differ"),
        (IncentiveInput, {"n": 401}, "replay_inputs_differ"),
        (IncentiveInput, {"lower": None}, "replay_inputs_differ"),
        (IncentiveProposal, {"period_sha256": "0" * 64}, "replay_period_differs"),
        (IncentiveProposal, {"proposed": Consequence.ROLE_MODEL}, "replay_consequence_differs"),
        (IncentiveProposal, {"stage": Stage.NOTICE}, "replay_steps_differ"),
        (IncentiveProposal, {"certificate": None}, "replay_certificate_differs"),
        (IncentiveProposal, {"proposed_at": DAY - timedelta(days=8)}, "replay_period_differs"),
    ],
)
def test_a_changed_value_is_found(lived, model, values, code):
    praise = lived.of(lived.world.surgery, Consequence.PRAISE)
    key = IncentiveProposal.id if model is IncentiveProposal else IncentiveInput.proposal_id
    plant(lived, model, key == praise, **values)
    assert code in codes(lived)


def test_a_heavier_outcome_and_a_moved_service_are_found(lived):
    circular = lived.of(lived.world.emergency, Consequence.CIRCULAR)
    plant(lived, IncentiveProposal, IncentiveProposal.id == circular, consequence=Consequence.LISTED)
    assert "replay_consequence_differs" in codes(lived)
    plant(lived, IncentiveProposal, IncentiveProposal.id == circular, service_id=lived.world.vaccination)
    assert {"replay_rule_not_met", "replay_inputs_differ"} <= codes(lived)


def test_a_missing_or_early_or_own_signature_is_found(lived):
    praise = lived.of(lived.world.surgery, Consequence.PRAISE)
    own = IncentiveDecision.proposal_id == praise
    plant(lived, IncentiveDecision, own, person_id=lived.anna.person_id)
    assert codes(lived) == {"replay_same_person"}
    plant(lived, IncentiveDecision, own, decided_at=DAY - timedelta(days=400))
    assert "replay_decided_too_early" in codes(lived)
    with lived.store.writing() as session:
        session.execute(sa.delete(IncentiveDecision).where(own))
    assert "replay_signatures_differ" in codes(lived)


def test_a_rule_that_was_not_adopted_when_it_proposed_is_found(lived):
    plant(lived, IncentiveRuleVersion, sa.true(), adopted_at=LATER)
    assert codes(lived) == {"replay_rule_not_adopted"}
