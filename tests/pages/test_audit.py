"""The audit page: who may look, what is found, what is handed out, and what a verification says."""

from io import BytesIO

import pandas as pd
import pytest
import sqlalchemy as sa

from qs.actor import Role
from qs.audit import queries
from qs.audit.checkpoints import read_checkpoints
from qs.audit.terms import Wanted
from qs.settings import settings
from qs.web import downloads
from tests.world import AUDITOR, build_world, enroll


@pytest.fixture(autouse=True)
def data_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("QS_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def office(store):
    """The small office, an auditor and a supervisor."""
    build_world(store)
    enroll(store, "aud", Role.AUDITOR)
    enroll(store, "sup", Role.SUPERVISOR)
    return store


def listed(screen):
    return screen.dataframe[0].value


def last_entry(store):
    with store.reading() as session:
        return queries.entries(session, Wanted(), actor=AUDITOR, limit=1).iloc[0]


def test_the_page_is_not_offered_to_who_is_no_auditor(office, visit):
    with pytest.raises(ValueError, match="audit"):
        visit("audit", "sup")


def test_the_latest_entries_stand_first_in_words(office, visit):
    screen = visit("audit", "aud")
    assert not screen.exception
    first = listed(screen).iloc[0]
    assert (first["what"], first["username"], first["held"]) == ("Signed in", "aud", "Auditor")
    assert len(listed(screen)) == 12


def test_a_search_stands_in_the_address(office, visit):
    found = listed(visit("audit", "aud", done="directory.added_service"))
    assert set(found["what"]) == {"Added a service"}
    assert len(found) == 4
    assert "code: S4" in found.iloc[0]["changes"]


def test_an_object_and_words_narrow_the_search(office, visit):
    assert set(listed(visit("audit", "aud", about="area"))["about"]) == {"Area 1", "Area 2"}
    assert listed(visit("audit", "aud", words="S2"))["changes"].tolist() == ["code: S2"]


def test_a_search_without_a_find_says_so(office, visit):
    screen = visit("audit", "aud", words="nothing like this")
    assert not screen.dataframe
    assert any("No entry fits this search" in element.value for element in screen.markdown)


def test_the_second_page_goes_on_where_the_first_ends(office, visit):
    first, second = listed(visit("audit", "aud")), listed(visit("audit", "aud", page="2"))
    assert first["seq"].min() - second["seq"].max() in (-1, 0, 1)  # the second visit signed in once more


def test_verifying_says_what_was_found_and_signs_the_end(office, visit, data_dir):
    screen = visit("audit", "aud")
    assert "has not been verified here yet" in screen.info[0].value
    screen.button(key="head_verify").click().run()
    assert not screen.exception
    assert "the trail is as it was written" in screen.success[0].value.replace("\\", "")
    assert [checkpoint.seq + 1 for checkpoint in read_checkpoints(settings().checkpoint_file)] == [
        last_entry(office)["seq"]
    ]


def test_verifying_an_altered_trail_names_the_entry_and_signs_nothing(office, visit):
    with office.engine.connect() as connection:
        connection.execute(sa.text("UPDATE audit_entry SET username = 'nobody' WHERE seq = 3"))
        connection.commit()
    screen = visit("audit", "aud")
    screen.button(key="head_verify").click().run()
    assert "the trail is not as it was written" in screen.error[0].value
    assert "No. 3: This entry was altered" in [element.value for element in screen.text]
    assert not settings().checkpoint_file.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_what_was_searched_and_leaves_a_trace(office, visit, kind):
    screen = visit("audit", "aud", done="directory.added_service")
    downloads.waiting.clear()
    screen.button(key=kind).click().run()
    assert not screen.exception
    (file,) = downloads.waiting.values()
    read = pd.read_csv if kind == "csv" else pd.read_excel
    frame = read(BytesIO(file.content))
    assert frame["Code"].tolist() == ["directory.added_service"] * 4
    assert frame["About"].tolist() == ["service:4", "service:3", "service:2", "service:1"]
    entry = last_entry(office)
    assert entry["action"] == "audit.exported"
    assert entry["facts"] == {"count": 4, "wanted_action": "directory.added_service"}


def test_the_limits_of_the_proof_are_told(office, visit):
    told = " ".join(element.value for element in visit("audit", "aud").text)
    assert "does not prove that an entry was true" in told
