"""The Directory screen: what a stranger, a reader and an editor meet there."""

from __future__ import annotations

import pytest

from qs.actor import Grant, Role, Scope, ScopeKind
from qs.directory import queries
from qs.directory.exchange import export_tables
from qs.directory.terms import Table
from qs.sheets import safe_csv
from qs.tabular.terms import Encoding
from tests.world import CLERK, SUPERVISOR, build_world, enroll


@pytest.fixture
def world(store):
    built = build_world(store)
    enroll(store, "clerk", Role.INFORMATION_TECHNOLOGY)
    enroll(store, "reader", Role.INSPECTOR)
    return built


def listed(screen, key="services_1"):
    return list(next(frame.value for frame in screen.dataframe if frame.key == key)["name"])


def texts(screen):
    return [text.value for text in screen.text]


def markdown(screen):
    return " ".join(part.value for part in screen.markdown)


def services(store):
    with store.reading() as session:
        return queries.services(session, actor=SUPERVISOR).set_index("code")


def test_a_stranger_is_asked_to_sign_in(world, visit):
    screen = visit()
    assert not screen.dataframe
    assert [field.label for field in screen.text_input] == ["Username", "Password"]


def test_somebody_without_a_role_is_not_offered_the_screen(store, world, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"directory\.py"):
        visit("directory", "nobody")


def test_a_reader_sees_the_services_and_no_button_that_changes_them(world, visit):
    screen = visit("directory", "reader", service=str(world.surgery))
    assert not screen.exception
    assert listed(screen) == ["Surgery", "Emergency", "Vaccination", "Permits"]
    assert "Health Commission" in texts(screen)
    assert {"head_add_service", "change_service", "end_service"}.isdisjoint({button.key for button in screen.button})


def test_a_leader_of_one_service_sees_only_that_one(store, world, visit):
    scope = Scope(ScopeKind.SERVICES, frozenset({world.permits}))
    enroll(store, "leader", Grant(Role.SERVICE_LEADER, scope))
    screen = visit("directory", "leader", service=str(world.surgery))
    assert listed(screen) == ["Permits"]
    assert "outside your responsibility" in screen.error[0].value


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"sector": "government"}, ["Permits"]),
        ({"area": "south"}, ["Emergency", "Permits"]),
        ({"department": "D1", "area": "north"}, ["Surgery", "Vaccination"]),
        ({"provider": "P2"}, ["Vaccination"]),
        ({"provider": "unknown"}, ["Surgery", "Emergency", "Vaccination", "Permits"]),
    ],
)
def test_filters_stand_in_the_address(world, visit, query, names):
    assert listed(visit("directory", "reader", **query)) == names


def test_filters_that_fit_nothing_say_so(world, visit):
    assert "No service fits" in markdown(visit("directory", "reader", state="ended"))


def test_an_empty_directory_teaches_what_will_be_there(store, visit):
    enroll(store, "clerk", Role.INFORMATION_TECHNOLOGY)
    assert "No services yet" in markdown(visit("directory", "clerk"))


def test_an_editor_adds_a_service(store, world, visit):
    screen = visit("directory", "clerk")
    screen.button(key="head_add_service").click().run()
    screen.text_input(key="new_service_code").set_value("S5")
    screen.text_input(key="new_service_name").set_value("检验")
    screen.selectbox(key="new_service_sector").set_value(world.health)
    screen.selectbox(key="new_service_area").set_value(world.north)
    screen.selectbox(key="new_service_provider").set_value(world.clinic)
    screen.button(key="new_service_save").click().run()
    assert not screen.error
    assert services(store).loc["S5", "provider"] == "诊所"
    assert "检验" in listed(screen)


def test_a_service_without_a_provider_is_refused_in_words(store, world, visit):
    screen = visit("directory", "clerk", do="add")
    screen.text_input(key="new_service_code").set_value("S5")
    screen.button(key="new_service_save").click().run()
    assert "nothing was saved" in screen.error[0].value
    assert len(services(store)) == 4


def test_an_editor_renames_a_service_and_ends_it(store, world, visit):
    screen = visit("directory", "clerk", service=str(world.surgery))
    screen.button(key="change_service").click().run()
    screen.text_input(key=f"service_{world.surgery}_name_en").set_value("Operating theatre")
    screen.button(key=f"service_{world.surgery}_save").click().run()
    assert services(store).loc["S1", "name_en"] == "Operating theatre"
    screen.button(key="end_service").click().run()
    screen.button(key=f"end_{world.surgery}_save").click().run()
    assert services(store).loc["S1", "ends_on"] is not None


def test_a_form_can_be_left_without_changing_anything(store, world, visit):
    screen = visit("directory", "clerk", service=str(world.surgery), do="change")
    screen.button(key=f"service_{world.surgery}_leave").click().run()
    assert "change_service" in {button.key for button in screen.button}
    assert services(store).loc["S1", "name"] == "外科"


@pytest.mark.parametrize("table", list(Table)[:-1])
def test_every_smaller_table_is_shown_with_its_form(world, visit, table):
    screen = visit("directory", "clerk", view=table.value)
    assert not screen.exception
    assert listed(screen, f"{table}_1")
    assert f"{table}_new_save" in {button.key for button in screen.button}


def test_an_editor_adds_an_area_and_a_code_in_use_is_refused(store, world, visit):
    screen = visit("directory", "clerk", view="area")
    screen.text_input(key="area_new_code").set_value("east")
    screen.text_input(key="area_new_name").set_value("东区")
    screen.button(key="area_new_save").click().run()
    with store.reading() as session:
        assert "east" in queries.area_ids_by_code(session)
    screen.text_input(key="area_new_code").set_value("east")
    screen.text_input(key="area_new_name").set_value("又一个")
    screen.button(key="area_new_save").click().run()
    assert "already in use" in screen.error[0].value


def test_a_reader_cannot_change_a_smaller_table_or_import(world, visit):
    assert "reads this table" in markdown(visit("directory", "reader", view="area"))
    screen = visit("directory", "reader", view="exchange")
    assert "Your role reads the directory" in markdown(screen)
    assert not screen.file_uploader


def test_an_edited_file_is_previewed_and_imported(store, world, visit):
    with store.reading() as session:
        table = export_tables(session, actor=CLERK)[Table.SERVICE]
    table.loc[0, "name"] = "普外科"
    screen = visit("directory", "clerk", view="exchange")
    screen.file_uploader[0].set_value(("services.csv", safe_csv(table), "text/csv")).run()
    assert "0 to add, 1 to change, 3 as they are" in markdown(screen)
    screen.button(key="import_now").click().run()
    assert services(store).loc["S1", "name"] == "普外科"
    assert "change nothing" in markdown(screen)


def test_a_file_with_a_fault_is_refused_by_row_and_column(store, world, visit):
    with store.reading() as session:
        table = export_tables(session, actor=CLERK)[Table.SERVICE]
    table.loc[1, "provider"] = "P9"
    screen = visit("directory", "clerk", view="exchange")
    screen.file_uploader[0].set_value(("services.csv", safe_csv(table), "text/csv")).run()
    assert "Row 3, column “provider”: There is no such provider. Add it first, or choose another one." in texts(screen)
    assert "import_now" not in {button.key for button in screen.button}


def test_a_file_in_another_encoding_is_read_once_somebody_says_which(store, world, visit):
    data = "code,name,name_en\nhealth,卫生健康服务,Health care\n".encode("gb18030")
    screen = visit("directory", "clerk", view="exchange")
    screen.file_uploader[0].set_value(("sectors.csv", data, "text/csv")).run()
    assert not screen.exception
    screen.radio(key="import_encoding").set_value(Encoding.GB18030).run()
    assert "1 to change" in markdown(screen)
