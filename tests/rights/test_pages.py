"""Every role and every staff page: one table says who may open what, and the doors agree."""

from __future__ import annotations

import pytest

from pages._ui.registry import SCREENS
from qs.actor import Role
from qs.office import prepare_office
from tests.world import MADE_AT, SYSTEM, build_world, enroll, person

EVERYBODY = frozenset(Role)
R = Role
CHAIN = frozenset({R.SUPERVISOR, R.DEPARTMENT_HEAD, R.SERVICE_LEADER, R.AUDITOR})
WATCHERS = CHAIN | {R.INSPECTOR, R.PUBLIC_RELATIONS, R.INFORMATION_TECHNOLOGY}
KEEPERS = frozenset({R.INFORMATION_TECHNOLOGY})
MAY_OPEN: dict[str, frozenset[Role]] = {
    "home": EVERYBODY,
    "live": WATCHERS,
    "signals": CHAIN | {R.INSPECTOR} | KEEPERS,
    "coverage": CHAIN | {R.INSPECTOR} | KEEPERS,
    "hotline": frozenset({R.SUPERVISOR, R.HOTLINE_OPERATOR}),
    "complaints": CHAIN | {R.HOTLINE_OPERATOR},
    "participation": CHAIN | {R.PUBLIC_RELATIONS},
    "topics": CHAIN | {R.HOTLINE_OPERATOR},
    "standards": EVERYBODY,
    "inspections": CHAIN | {R.INSPECTOR},
    "evaluations": CHAIN | {R.THIRD_PARTY},
    "rankings": CHAIN | {R.PUBLIC_RELATIONS, R.HUMAN_RESOURCES},
    "rectifications": CHAIN | {R.INSPECTOR},
    "incentives": CHAIN,
    "training": EVERYBODY,
    "programme": EVERYBODY,
    "publication": CHAIN | {R.PUBLIC_RELATIONS},
    "directory": EVERYBODY,
    "feeds": frozenset({R.SUPERVISOR, R.AUDITOR, R.ADMINISTRATOR}) | KEEPERS,
    "deadlines": CHAIN | {R.INSPECTOR, R.HOTLINE_OPERATOR} | KEEPERS,
    "notices": frozenset({R.AUDITOR}) | KEEPERS,
    "personal_data": frozenset({R.AUDITOR, R.ADMINISTRATOR}),
    "people": frozenset({R.AUDITOR, R.ADMINISTRATOR}),
    "audit": frozenset({R.AUDITOR}),
    "account": EVERYBODY,
}


def test_every_page_stands_in_the_table():
    assert {screen.name for screen in SCREENS} == set(MAY_OPEN)


@pytest.mark.parametrize("role", list(Role))
def test_the_doors_agree_with_the_table(role):
    open_to = {screen.name for screen in SCREENS if screen.is_open_to(person(role))}
    assert open_to == {name for name, roles in MAY_OPEN.items() if role in roles}


@pytest.mark.parametrize("name", sorted(MAY_OPEN))
def test_a_page_opens_in_an_empty_office_for_who_may_and_for_nobody_else(store, visit, name):
    build_world(store)
    with store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
    welcome = next(role for role in Role if role in MAY_OPEN[name])
    enroll(store, "welcome", welcome)
    assert not visit(name, "welcome").exception
    for role in Role:
        if role not in MAY_OPEN[name]:
            enroll(store, "closed", role)
            with pytest.raises(ValueError, match=rf"{name}\.py"):
                visit(name, "closed")
            break
