"""The operators' command sends what is due, once, and says plainly what it could not send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from typer.testing import CliRunner

from qs import cli
from qs.notices.terms import NoticeState
from qs.pipeline import run_notices
from qs.settings import Settings
from tests.notices.office import rows, somebody, tell


def said(store, monkeypatch, settings):
    """What `python -m qs run notices` prints, on one line."""
    monkeypatch.setattr(cli, "migrated", lambda: store)
    monkeypatch.setattr(cli, "settings", lambda: settings)
    result = CliRunner().invoke(cli.app, ["run", "notices"], env={"COLUMNS": "400"})
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_the_run_sends_what_is_due(store, mail, mailing):
    tell(store, somebody(store), datetime.now(UTC) - timedelta(minutes=1))
    assert run_notices(store, mailing).sent_count == 1
    assert len(mail.letters) == 1
    assert run_notices(store, mailing).sent_count == 0


def test_the_command_says_how_much_went_out(store, mail, mailing, monkeypatch):
    tell(store, somebody(store), datetime.now(UTC) - timedelta(minutes=1))
    assert "notices: 0 digests put together, 1 sent; 0 to be tried again" in said(store, monkeypatch, mailing)


def test_the_command_says_that_no_mail_server_is_set_up_and_loses_nothing(store, monkeypatch):
    tell(store, somebody(store), datetime.now(UTC) - timedelta(minutes=1))
    words = said(store, monkeypatch, Settings())
    assert "1 notices wait: no way to send them is set up (QS_SMTP_HOST, QS_WEBHOOK_HOSTS). Nothing is lost." in words
    assert rows(store)[0].state is NoticeState.QUEUED


def test_the_command_names_a_failure(store, mail, mailing, monkeypatch):
    tell(store, somebody(store), datetime.now(UTC) - timedelta(minutes=1))
    mail.answer = "451 come back later"
    words = said(store, monkeypatch, mailing)
    assert "The mail server did not take the message: 1" in words
    assert "1 to be tried again" in words
