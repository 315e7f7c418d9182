"""The operators' commands: set up, fill, import, verify, run. Each opens its own transactions and reads the clock."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from qs import migrations
from qs.access.actions import add_person
from qs.access.queries import has_administrator
from qs.access.rules import check_password
from qs.actor import SYSTEM, Grant, Role
from qs.db import Database, database
from qs.directory.actions import load_sectors
from qs.directory.library import read_sectors
from qs.errors import InvalidInput, QualityError
from qs.i18n import Language, use_language
from qs.monitoring.scanning import Scanned
from qs.notices.delivery import Delivered
from qs.observations.actions import load_feeds
from qs.observations.imports import import_file
from qs.office import prepare_office
from qs.pipeline import run_daily, run_erasing, run_notices, run_scan, try_erasing
from qs.proofs import Proof, Proved, prove, prove_period
from qs.sentences import error_sentence, label, problem_sentence
from qs.settings import ROOT, settings
from qs.tabular.terms import Encoding
from qs.vault.terms import RunReport

app = typer.Typer(help="QS, public-service quality supervision.", no_args_is_help=True, pretty_exceptions_enable=False)
out = Console(highlight=False)
PROBLEMS_SHOWN = 50
DIFFERENCES_SHOWN = 20
FALSE_ALARMS = "false-alarms"
CALIBRATION_SEED = 36
CALIBRATION_SERIES = 1000  # of each kind: shares are sure to about two percentage points
PENALTY_TRIALS = 10
Simulated = Annotated[float, typer.Option(help="Events a second.", min=0.1, max=1000)]


class Wanted(StrEnum):
    """What can be verified: one proof by its name, one frozen quarter, or everything."""

    REQUESTS = "requests"
    ROLLUPS = "rollups"
    PERIODS = "periods"
    PERIOD = "period"
    DECISIONS = "decisions"
    RELEASES = "releases"
    AUDIT = "audit"
    ALL = "all"


class Run(StrEnum):
    """What can be run by hand or by the machine's timer."""

    DAILY = "daily"
    SCAN = "scan"
    NOTICES = "notices"
    RETENTION = "retention"


def main() -> None:
    """Run a command; what a person can mend is said in a sentence, not in a traceback."""
    try:
        app()
    except QualityError as error:
        complain(error)
        raise SystemExit(1) from error


def complain(error: QualityError) -> None:
    out.print(error_sentence(error), style="bold red")
    if isinstance(error, InvalidInput):
        for problem in error.problems[:PROBLEMS_SHOWN]:
            out.print(f"  {problem_sentence(problem)}", markup=False)
        if error.problem_count > PROBLEMS_SHOWN:
            out.print(f"  … and {error.problem_count - PROBLEMS_SHOWN:,} more")


@app.callback()
def prepare() -> None:
    use_language(Language.EN)


def migrated() -> Database:
    """The store of this installation at its newest revision."""
    store = database()
    migrations.upgrade(store)
    return store


@app.command()
def init(
    username: Annotated[str, typer.Option(help="Sign-in name of the first administrator.")] = "admin",
    name: Annotated[str, typer.Option(help="Name as people read it.")] = "系统管理员",
    no_input: Annotated[bool, typer.Option("--no-input", help="Make a password and print it once.")] = False,
) -> None:
    """Set up the store: tables, the twelve sectors, the first administrator. Running it again changes nothing."""
    from qs.web.passwords import hash_password

    store, now = migrated(), datetime.now(UTC)
    with store.writing() as session:
        load_sectors(session, read_sectors(), actor=SYSTEM, now=now)
        load_feeds(session, actor=SYSTEM, now=now)
        prepare_office(session, actor=SYSTEM, now=now)
        is_set_up = has_administrator(session)
    if is_set_up:
        out.print(f"{shown_url()} is set up; nothing to do.")
        return
    password = secrets.token_urlsafe(15) if no_input else typed_password(username)
    with store.writing() as session:
        add_person(
            session,
            username,
            name=name,
            password_hash=hash_password(password),
            grants=[Grant(Role.ADMINISTRATOR)],
            must_change_password=no_input,
            actor=SYSTEM,
            now=now,
        )
    out.print(f"{shown_url()} is set up. Administrator: {username}", markup=False)
    if no_input:
        out.print(f"Password, shown only now and to be changed at the first sign-in: {password}", markup=False)


def shown_url() -> str:
    return sa.make_url(settings().url).render_as_string(hide_password=True)


def typed_password(username: str) -> str:
    password: str = typer.prompt("Password of the administrator", hide_input=True, confirmation_prompt=True)
    check_password(password, username=username)
    return password


@app.command()
def demo() -> None:
    """Build the invented city of Lanping in an empty store: about a million events up to now."""
    from qs.demo.build import build_city, is_built
    from qs.web.passwords import hash_password

    store = migrated()
    if is_built(store):
        out.print("The city of Lanping is there already.")
        return
    with bar() as shown:
        task = shown.add_task("Lanping", total=1.0)
        city = build_city(
            store,
            now=datetime.now(UTC),
            password_hash=hash_password(settings().demo_password),
            progress=lambda share: shown.update(task, completed=share),
        )
    out.print(
        f"Lanping stands: {city.service_count} services, {city.person_count} people, {city.event_count:,} events."
    )


def bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn()
    )


@app.command()
def simulate(
    rate: Simulated = 2.0,
    seconds: Annotated[float | None, typer.Option(help="Stop after so many seconds; without it, on Ctrl-C.")] = None,
) -> None:
    """Play new events of the invented city, so that the Live page moves."""
    from qs.demo.simulate import play

    out.print(f"Playing {rate:g} events a second into {shown_url()}; stop with Ctrl-C.")
    count = play(migrated(), events_per_second=rate, seconds=seconds)
    out.print(f"{count:,} events played.")


@app.command()
def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which figures: ingest, false-alarms … All measurements without.")
    ] = None,
) -> None:
    """Measure the headline figures side by side and print them as ratios. Works in temporary stores only.

    `false-alarms` instead simulates services: how many stable ones are flagged, how soon planted changes are found,
    and how many equal units different rules of penalty would hit.
    """
    if FALSE_ALARMS in (names or []):
        report_calibration()
        names = [name for name in names or [] if name != FALSE_ALARMS]
        if not names:
            return
    if not (ROOT / "benchmarks" / "__main__.py").exists():
        out.print("There are no benchmarks here: they stand in the folder benchmarks/ of the source, beside qs/.")
        raise typer.Exit(1)
    raise typer.Exit(subprocess.run([sys.executable, "-m", "benchmarks", *(names or [])], cwd=ROOT).returncode)


def report_calibration() -> None:
    from qs.calibration import calibrate, lines, penalise, penalty_lines

    with out.status(FALSE_ALARMS):
        result = calibrate(np.random.default_rng(CALIBRATION_SEED), series_count=CALIBRATION_SERIES)
        penalties = penalise(np.random.default_rng(CALIBRATION_SEED), trials=PENALTY_TRIALS)
    for line in (*lines(result), "", *penalty_lines(penalties)):
        out.print(line, markup=False, soft_wrap=True)


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX, also gzipped.")],
    feed: Annotated[str, typer.Option(help="The feed that describes the file, such as england-ae.")],
    encoding: Annotated[Encoding | None, typer.Option(help="When the file is not UTF-8; look at it first.")] = None,
    good_rows_only: Annotated[bool, typer.Option(help="Leave bad rows out instead of refusing the file.")] = False,
) -> None:
    """Load a file through a feed: all of it or nothing, each event once, however often it is sent."""
    with bar() as shown:
        task = shown.add_task(file.name, total=1.0)
        outcome = import_file(
            migrated(),
            file,
            feed,
            actor=SYSTEM,
            now=datetime.now(UTC),
            good_rows_only=good_rows_only,
            encoding=encoding,
            progress=lambda done, total: shown.update(task, completed=done / max(total, 1)),
        )
    receipt = outcome.receipt
    out.print(
        f"{outcome.row_count:,} rows, {receipt.event_count:,} events: {receipt.new_count:,} new, "
        f"{receipt.duplicate_count:,} there already, {outcome.refused_row_count:,} rows left out."
    )
    if receipt.differing_ids:
        shown_ids = ", ".join(receipt.differing_ids[:5])
        out.print(f"Already stored with other values, and not changed (send corrections): {shown_ids} …", markup=False)


@app.command()
def verify(
    what: Annotated[Wanted, typer.Argument()] = Wanted.ALL,
    name: Annotated[str | None, typer.Argument(help="The quarter, such as 2026Q3, after `period`.")] = None,
) -> None:
    """Recompute what is stored and compare. Exit 1 on any difference; the last line is the summary."""
    store = migrated()
    if what is Wanted.PERIOD:
        if name is None:
            raise typer.BadParameter("Name the quarter, such as: python -m qs verify period 2026Q3")
        results = [prove_period(name, store)]
    else:
        wanted = list(Proof) if what is Wanted.ALL else [Proof(what.value)]
        with out.status(what.value) as shown:
            results = [prove(proof, store, settings(), tell=shown.update) for proof in wanted]
    for result in results:
        report(result)
    if len(results) > 1:
        out.print(summary(results))
    if not all(result.is_sound for result in results):
        raise typer.Exit(1)


def report(result: Proved) -> None:
    for line in (*result.differences[:DIFFERENCES_SHOWN], *result.notices[:DIFFERENCES_SHOWN]):
        out.print(line, markup=False)
    out.print(result.summary)


def summary(results: list[Proved]) -> str:
    """The last line: how many proofs hold."""
    sound = sum(result.is_sound for result in results)
    return f"all: {sound} of {len(results)} proofs hold"


@app.command()
def run(
    what: Annotated[Run, typer.Argument()] = Run.DAILY,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With `retention`: count, erase nothing.")] = False,
) -> None:
    """For the machine's timer. `daily`: note what is overdue, erase what is past its time, prove the whole chain, sign
    the trail's end, tell people.

    `scan`: look for signals in what changed since the last time, and `notices`: remind and send what is due, every few
    minutes. `retention`: erase what is past its time of keeping; with --dry-run say how much it would be.
    """
    if dry_run and what is not Run.RETENTION:
        raise typer.BadParameter("--dry-run goes with: python -m qs run retention")
    if what is Run.RETENTION:
        report_retention((try_erasing if dry_run else run_erasing)(migrated()))
        return
    if what is Run.SCAN:
        report_scan(run_scan(migrated()))
        return
    if what is Run.NOTICES:
        report_notices(run_notices(migrated(), settings()))
        return
    result = run_daily(migrated(), settings())
    for proof in result.proofs:
        report(proof)
    out.print(
        f"{what.value}: {result.overdue_request_count:,} requests and {result.overdue_rectification_count:,} "
        f"rectifications newly overdue, {result.reopened_rectification_count:,} opened again by the figures, "
        f"{result.suspicious_rating_count:,} ratings newly marked, {result.emerging_topic_count:,} topics more than "
        f"usual, {result.recurred_problem_count:,} problems come back, {result.signal_count:,} new signals, "
        f"{result.disclosure_item_count:,} disclosure items entered; {summary(list(result.proofs))}"
    )
    report_retention(result.retention)
    report_notices(result.notices)
    if not result.is_sound:
        raise typer.Exit(1)


def report_scan(result: Scanned) -> None:
    out.print(
        f"scan: {result.series_count:,} series watched, {result.judged_count:,} judged anew; {result.found_count:,} "
        f"signals found, {result.strengthened_count:,} grown stronger, {result.ended_count:,} over"
    )


def report_retention(result: RunReport) -> None:
    """How much of each kind was past its time, and since when; never whose."""
    for line in result.found:
        if line.count:
            out.print(f"{line.code}: {line.count:,} past their time, the oldest since {line.oldest_on}", markup=False)
    done = "a trial, nothing was erased" if result.is_trial else f"{result.erased_count:,} erased"
    out.print(f"retention: {result.due_count:,} due, {done}")


def report_notices(result: Delivered) -> None:
    """What went out, what did not and why."""
    if result.stuck_count:
        out.print(
            f"{result.stuck_count:,} notices wait: no way to send them is set up (QS_SMTP_HOST, QS_WEBHOOK_HOSTS). "
            "Nothing is lost."
        )
    for failure, count in Counter(result.failures).items():
        out.print(f"{label(failure)}: {count:,}", markup=False)
    out.print(
        f"notices: {result.digest_count:,} digests put together, {result.sent_count:,} sent; "
        f"{result.failed_count:,} to be tried again, {result.given_up_count:,} given up, "
        f"{result.dropped_count:,} no longer wanted"
    )
