"""The shipped catalogue finds who handles the requests of the invented city."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.complaints.catalogue import files, suggestions
from qs.complaints.catalogue.matching import remembered
from qs.complaints.catalogue.suggestions import Index, Past, suggest
from qs.complaints.terms import RequestKind
from qs.demo.build import build_office
from qs.demo.complaints_city import GROUPS, texts
from qs.demo.content import read_city
from qs.directory.models import Area, Service

CASES = 300  # half of them known, half of them asked
AIM = 0.8  # of first suggestions are the true service


@dataclass(frozen=True)
class Said:
    """What somebody said, where, and who handles it in truth."""

    text: str
    kind: RequestKind
    area_id: int
    service_id: int


@pytest.fixture
def cases(store, now):
    """The directory of the invented city with its shipped catalogue, and requests in the words of its people."""
    with store.writing() as session:
        build_office(session, read_city(), now=now, password_hash="x")
        plan = files.plan_catalogue(session, files.shipped_lines(), actor=SYSTEM)
        files.load_catalogue(session, plan, actor=SYSTEM, now=now)
    assert len(plan.rows) >= 80
    with store.reading() as session:
        columns = (Service.id, Service.code, Service.name, Area.code.label("area"), Area.id.label("area_id"))
        rows = session.execute(sa.select(*columns).join(Area, Area.id == Service.area_id).order_by(Service.code)).all()
    rng = np.random.default_rng(7)
    drawn = (said(rows[int(number)], rng) for number in rng.integers(len(rows), size=CASES))
    return [one for one in drawn if one is not None]


def said(service, rng):
    """One of the sentences that fit a service, filled in."""
    words = texts()
    group = GROUPS.get(service.code) or service.code.removeprefix(f"{service.area}-")
    fitting = [one for one in words["matter"] if group in one["groups"]]
    if not fitting:
        return None
    weights = np.array([one.get("weight", 1.0) for one in fitting])
    matter = fitting[int(rng.choice(len(fitting), p=weights / weights.sum()))]
    chosen = int(rng.integers(len(matter["texts"])))
    places = words["places"].get(service.area, words["places"]["lanping"])
    slots = defaultdict(str, service=service.name, place=str(rng.choice(places)), n="3", line="12", near="东门")
    text = f"{matter['titles'][chosen % len(matter['titles'])]} {matter['texts'][chosen]}".format_map(slots)
    return Said(text, RequestKind(matter["kind"]), service.area_id, service.id)


def test_the_first_suggestion_is_the_true_service_in_four_of_five_requests(store, cases, now):
    known, asked = cases[::2], cases[1::2]
    with store.reading() as session:
        bare = suggestions.index(session)
        past = tuple(Past(one.service_id, ()) for one in known)
        memory = remembered([one.text for one in known])
        suggestions.INDEXES[store.engine] = Index(bare.version, bare.lines, bare.weight_of, memory, past)
        found = [suggest(session, one.text, one.area_id, one.kind, actor=SYSTEM, now=now) for one in asked]
    right = [bool(of) and of[0].service_id == one.service_id for of, one in zip(found, asked, strict=True)]
    assert np.mean(right) >= AIM
