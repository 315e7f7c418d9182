"""One program, two faces: what the process for the public serves, and what the one for the staff does not."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.streamlit_client import Browser
from tests.web.conftest import free_port, started

pytestmark = pytest.mark.server
PUBLIC = ("portal", "service", "rate", "ask", "follow", "take_part", "figures", "data", "kiosk")
STAFF_WORDS = ("Username", "Password", "Sign in")


@pytest.fixture(scope="module")
def faces(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The addresses of a public and of a staff process, each with an empty store."""
    addresses, processes = {}, []
    for face in ("public", "staff"):
        folder, port = tmp_path_factory.mktemp(face), free_port()
        addresses[face] = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        environment = {"QS_DATA_DIR": str(folder / "data"), "QS_FACE": face}
        processes.append(started(command, addresses[face], environment, folder / "log"))
    yield addresses
    for process in processes:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("page", ["", *PUBLIC])
def test_the_public_process_shows_public_pages_to_everybody(faces, page):
    with Browser(faces["public"]).tab(page) as tab:
        seen = tab.run()
    assert "Public Service Quality" in seen.text
    assert not [word for word in STAFF_WORDS if word in seen.text]


@pytest.mark.parametrize("page", ["home", "live", "people", "audit", "complaints"])
def test_the_public_process_knows_no_staff_page(faces, page):
    with Browser(faces["public"]).tab(page) as tab:
        seen = tab.run()
    assert not [word for word in STAFF_WORDS if word in seen.text]
    assert "What would you like to do?" in seen.text, "an unknown address leads to the portal"


@pytest.mark.parametrize("page", PUBLIC)
def test_the_staff_process_asks_everybody_to_sign_in(faces, page):
    with Browser(faces["staff"]).tab(page) as tab:
        seen = tab.run()
    assert "What would you like to do?" not in seen.text
    assert "Sign in" in seen.text


def test_where_the_staff_works_alone_nobody_uploads_without_signing_in(faces):
    visitor = {"qs_browser": "v" * 43}
    path = "/_stcore/upload_file/nobody/nothing"
    assert Browser(faces["staff"], visitor).fetch(path, method="PUT", body=b"x").text == "Forbidden"
    assert "XSRF" in Browser(faces["public"], visitor).fetch(path, method="PUT", body=b"x").text, "Streamlit's answer"


def test_documents_that_are_not_published_are_not_handed_out(faces):
    assert Browser(faces["public"]).fetch("/papers/consultation/1/1").status == 404
    assert Browser(faces["public"]).fetch("/papers/request/1/1").status == 404
