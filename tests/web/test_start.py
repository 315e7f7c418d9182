"""`streamlit run app.py` alone is enough, and it does not start unsafely."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from qs import migrations
from qs.i18n import Language
from qs.web import health, options
from qs.web.index_page import index_bytes
from qs.web.options import UnsafeOption
from tests.streamlit_client import Browser
from tests.web.conftest import free_port, started


@pytest.mark.server
@pytest.mark.parametrize("face", ["all", "public"])
def test_an_empty_directory_becomes_an_installation(tmp_path, face):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = {"QS_DATA_DIR": str(tmp_path / "data"), "QS_FACE": face}
    process = started(command, url, environment, tmp_path / "log")
    try:
        assert '"ok":true' in Browser(url).fetch("/health").text
        with Browser(url).tab() as tab:
            seen = tab.run()
        if face == "all":
            assert "python -m qs init" in seen.text
        else:
            assert "No quarter has been published yet" in seen.text
            assert "Sign in" not in seen.text
            assert Browser(url).fetch("/session/claim").status in {200, 404}
        assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("name", sorted(options.REQUIRED))
def test_an_option_changed_elsewhere_refuses_the_start(name):
    options.check(options.REQUIRED.__getitem__)
    with pytest.raises(UnsafeOption, match=name):
        options.check(lambda asked: "something else" if asked == name else options.REQUIRED[asked])


def test_the_shipped_options_are_the_safe_ones():
    options.check()


def test_health_names_the_revision_and_refuses_an_old_store(store):
    now = datetime.now(UTC)
    assert health.checked(store, now)["ok"] is True
    assert health.checked(store, now)["revision"] == migrations.newest_revision()
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'old'"))
    assert health.checked(store, now)["ok"] is False


@pytest.mark.parametrize(("language", "code"), [(Language.ZH, b'lang="zh-CN"'), (Language.EN, b'lang="en"')])
def test_the_page_speaks_the_language_and_names_the_office(language, code):
    page = index_bytes(language)
    assert code in page
    assert b"<title>Streamlit</title>" not in page
    assert (b"built-in-texts" in page) == (language is Language.ZH)
    assert b"agent" not in page
