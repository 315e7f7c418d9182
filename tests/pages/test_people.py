"""People and rights: looked at by auditors, changed by administrators."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from qs.access import actions
from qs.access.models import Person
from qs.access.queries import person_detail
from qs.actor import Grant, Role, Scope, ScopeKind
from tests.world import build_world, enroll, person, sign_in

ADMINISTRATOR = person(Role.ADMINISTRATOR)


@pytest.fixture
def office(store):
    """An administrator, an auditor and Ann without a role; Ann's id."""
    enroll(store, "admin", Role.ADMINISTRATOR)
    enroll(store, "auditor", Role.AUDITOR)
    return enroll(store, "ann")


def detail(store, person_id):
    with store.reading() as session:
        return person_detail(session, person_id, actor=ADMINISTRATOR)


def words(screen):
    return " ".join(element.value for element in screen.markdown)


def click(screen, label):
    next(button for button in screen.button if button.label == label).click().run()
    assert not screen.exception
    return screen


def test_the_heading_counts_who_may_sign_in(office, visit):
    screen = visit("people", "admin")
    assert not screen.exception
    assert screen.markdown[0].value == "# 3 people may sign in"
    assert list(screen.dataframe[0].value["username"]) == ["admin", "ann", "auditor"]


def test_an_auditor_sees_but_cannot_change(office, visit):
    screen = visit("people", "auditor", person=str(office))
    assert not screen.exception
    assert "ann" in str([element.value for element in screen.markdown])
    assert not [button.label for button in screen.button if button.label in {"Add a person", "Deactivate"}]


def test_a_new_person_gets_a_password_that_is_shown_once(office, store, visit):
    screen = visit("people", "admin", do="add")
    username, name, *_rest = [field for field in screen.text_input if "Search" not in field.label]
    username.set_value("Bo")
    name.set_value("博")
    click(screen, "Add the person")
    assert len(screen.code[0].value) == 16
    with store.reading() as session:
        added = session.scalars(sa.select(Person).where(Person.username == "bo")).one()
    assert added.must_change_password
    assert added.password_hash.startswith("$2b$12$")
    screen.run()
    assert not screen.code


def test_a_refused_person_is_explained(office, visit):
    screen = visit("people", "admin", do="add")
    fields = [field for field in screen.text_input if "Search" not in field.label]
    fields[0].set_value("ann")
    fields[1].set_value("Ann")
    click(screen, "Add the person")
    assert "taken" in screen.error[0].value


def test_a_role_over_services_is_given_and_taken_back(office, store, visit):
    world = build_world(store)
    screen = visit("people", "admin", person=str(office))
    screen.selectbox(key="new_role").set_value(Role.SERVICE_LEADER).run()
    screen.selectbox(key="new_scope").set_value(ScopeKind.SERVICES).run()
    screen.multiselect[0].set_value([world.surgery, world.permits]).run()
    click(screen, "Give this role")
    services = Scope(ScopeKind.SERVICES, frozenset({world.surgery, world.permits}))
    assert detail(store, office).grants == (Grant(Role.SERVICE_LEADER, services),)
    assert "Service leader: Surgery, Permits" in [element.value for element in screen.text]
    click(screen, "Take back")
    assert detail(store, office).grants == ()


def test_deactivating_ends_access_and_can_be_undone(office, store, visit):
    screen = visit("people", "admin", person=str(office))
    click(screen, "Deactivate")
    assert not detail(store, office).is_active
    click(screen, "Reactivate")
    assert detail(store, office).is_active


def test_the_last_administrator_cannot_be_deactivated(office, store, visit):
    with store.reading() as session:
        admin = session.scalar(sa.select(Person.id).where(Person.username == "admin"))
    screen = click(visit("people", "admin", person=str(admin)), "Deactivate")
    assert "last administrator" in screen.error[0].value
    assert detail(store, admin).is_active


def test_names_are_changed(office, store, visit):
    screen = visit("people", "admin", person=str(office))
    next(field for field in screen.text_input if field.label == "Full name").set_value("安")
    click(screen, "Save the changes")
    assert detail(store, office).name == "安"


def test_a_person_who_is_not_there_is_no_error_page(office, visit):
    screen = visit("people", "admin", person="99")
    assert not [element for element in screen.error if "Traceback" in element.value]


def test_the_state_narrows_the_list(office, store, visit, now):
    with store.writing() as session:
        actions.deactivate_person(session, office, actor=ADMINISTRATOR, now=now)
    assert list(visit("people", "admin", state="ended").dataframe[0].value["username"]) == ["ann"]
    assert "ann" not in list(visit("people", "admin", state="active").dataframe[0].value["username"])


def test_a_card_tells_where_the_person_is_signed_in(office, store, visit):
    assert "Not signed in anywhere at present" in words(visit("people", "auditor", person=str(office)))
    sign_in(store, "ann")
    assert "Signed in in 1 browser" in words(visit("people", "auditor", person=str(office)))


def test_a_card_leads_an_auditor_to_the_trail(office, visit):
    screen = visit("people", "auditor", person=str(office))
    screen.button(key="trail_about").click().run()
    assert screen.query_params["about"] == f"person:{office}"
    assert set(screen.dataframe[0].value["about"]) == {f"Person {office}"}
