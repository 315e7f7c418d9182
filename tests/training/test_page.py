"""The Training screen: who may come in, what is shown by name and to whom, a good click and a refusal."""

from __future__ import annotations

import pytest

from qs.actor import Role
from qs.training import queries
from tests.world import AUDITOR, enroll


def button(screen, key):
    return next(found for found in screen.button if found.key == key)


def test_a_stranger_is_not_let_in(store, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"training\.py"):
        visit("training", "nobody")


@pytest.mark.parametrize("part", ["hours", "course", "session", "need", "talent"])
def test_every_part_opens_for_a_reader_and_for_human_resources(store, school, visit, part):
    enroll(store, "reader", Role.AUDITOR)
    for username in ("reader", "keeper"):
        assert not visit("training", username, view=part).exception


def test_only_human_resources_read_names(store, school, visit):
    enroll(store, "reader", Role.AUDITOR)
    read = " ".join(frame.value.to_string() for frame in visit("training", "reader").dataframe)
    kept = " ".join(frame.value.to_string() for frame in visit("training", "keeper").dataframe)
    assert "学员001" not in read
    assert "学员001" in kept


def test_a_partner_is_entered(store, school, visit):
    screen = visit("training", "keeper", view="course")
    next(found for found in screen.text_input if found.key == "partner_name").set_value("培训中心")
    button(screen, "partner_save").click().run()
    assert not screen.exception
    with store.reading() as session:
        assert "培训中心" in queries.partners(session, actor=AUDITOR)["name"].tolist()


def test_a_partner_without_a_name_is_refused_in_a_sentence(store, school, visit):
    screen = visit("training", "keeper", view="course")
    button(screen, "partner_save").click().run()
    assert screen.error
    with store.reading() as session:
        assert len(queries.partners(session, actor=AUDITOR)) == 1
