"""The audit page's parts: the search, entries in words, one entry in full, and what a verification found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import choice
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note, plain, section, show_text
from qs.actor import Role, ScopeKind
from qs.audit import queries
from qs.audit.actions import record_export, record_verification
from qs.audit.checkpoints import append_checkpoint, checkpoint_line
from qs.audit.terms import FaultKind, Wanted
from qs.audit.verify import verify_trail
from qs.i18n import gettext as _
from qs.i18n import moment, ngettext, number
from qs.periods import start_of
from qs.sentences import action_label, fact_label, label, object_label
from qs.settings import settings

EXPORT_LIMIT = 200_000
ROWS_PER_PAGE = 12
FROM, TO = "_from", "_to"
BEFORE, AFTER = "before", "after"  # of a person's roles
REASON = "reason"
WHO = "who_choice"  # the widget behind the address’s `who`
Facts = Mapping[str, Any]  # Any: JSON


def search_bar(usernames: list[str], actions: list[str]) -> Wanted:
    """The fields above the list, each kept in the address."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        since = st.date_input(_("From day"), value=None, key="from", bind="query-params", width=125)
        until = st.date_input(_("To day"), value=None, key="to", bind="query-params", width=125)
        who = choice(_("Who"), {name: name for name in usernames}, key="who", width=140)
        done = choice(_("What was done"), {code: action_label(code) for code in actions}, key="done", width=210)
        about = st.text_input(
            _("About"), key="about", bind="query-params", placeholder="service:12", max_chars=100, width=130
        )
        text = st.text_input(_("Words in the entry"), key="words", bind="query-params", max_chars=100, width=170)
    zone = settings().zone
    return Wanted(
        since=start_of(since, zone) if since else None,
        until=start_of(until + timedelta(days=1), zone) if until else None,
        username=who or "",
        action=done or "",
        object=(about or "").strip(),
        text=(text or "").strip(),
    )


def page_picker(count: int) -> int:
    """Which page of the list to show; the last one when there are fewer pages than before."""
    pages = max(ceil(count / ROWS_PER_PAGE), 1)
    if st.session_state.get("page", 1) > pages:
        st.session_state["page"] = pages
    return st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1


def in_words(entries: pd.DataFrame) -> pd.DataFrame:
    """Entries with the columns people read: when, who, in which roles, what, about what, how it changed, and why."""
    return entries.assign(
        when=[moment(at.to_pydatetime(), seconds=True) for at in entries["at"]],
        held=[roles_in_words(roles) for roles in entries["roles"]],
        what=[action_label(action) for action in entries["action"]],
        about=[object_label(subject) for subject in entries["object"]],
        changes=[changes_in_words(facts) for facts in entries["facts"]],
        reason=[str(facts.get(REASON) or "") for facts in entries["facts"]],
    )


def roles_in_words(roles: str) -> str:
    return _(", ").join(label(Role(role)) for role in roles.split())


def changes_in_words(facts: Facts) -> str:
    """The facts of an entry in one line: what changed from what to what, then the rest."""
    told = []
    for name, value in facts.items():
        stem = name.removesuffix(FROM)
        if name.endswith(FROM) and f"{stem}{TO}" in facts:
            told.append(changed(fact_label(stem), value, facts[f"{stem}{TO}"]))
        elif name == BEFORE and AFTER in facts:
            told.append(changed(fact_label("grants"), value, facts[AFTER]))
        elif (
            value != []
            and name not in (REASON, AFTER)
            and not (name.endswith(TO) and f"{name.removesuffix(TO)}{FROM}" in facts)
        ):
            told.append(_("{name}: {value}").format(name=fact_label(name), value=value_in_words(value)))
    return _("; ").join(told)


def changed(name: str, before: object, after: object) -> str:
    words = {"name": name, "before": value_in_words(before), "after": value_in_words(after)}
    return _("{name}: {before} → {after}").format(**words)


def value_in_words(value: object) -> str:
    """A fact's value; a role with its reach, kept as `role/kind/id`, in words."""
    if isinstance(value, list):
        return _(", ").join(value_in_words(item) for item in value) or "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value == "":
        return "—"
    role, _slash, scope = str(value).partition("/")
    kind, _slash, scope_id = scope.partition("/")
    if role in set(Role) and kind in set(ScopeKind):
        reach = label(ScopeKind(kind)) if scope_id == "0" else f"{label(ScopeKind(kind))} {scope_id}"
        return _("{role} ({scope})").format(role=label(Role(role)), scope=reach)
    return str(value)


def entry_card(entry: dict[str, Any]) -> None:
    """One entry in full, and the way to others about the same object or by the same person."""
    with st.container(border=True, gap="small"):
        section(_("Entry {seq}").format(seq=number(entry["seq"])), entry["when"])
        lines = [
            (_("Who"), f"{entry['username']} ({entry['held'] or _('no role')})"),
            (_("What was done"), f"{entry['what']} [{entry['action']}]"),
            (_("About"), f"{entry['about']} [{entry['object']}]"),
            (_("From → to"), changes_in_words(entry["facts"]) or "—"),
            (_("Facts"), json.dumps(entry["facts"], ensure_ascii=False)),
            (_("Fingerprint"), entry["mac"]),
        ]
        for name, text in lines:
            title, content = st.columns([1, 6])
            with title:
                note(name)
            with content:
                show_text(text)
        with st.container(horizontal=True):
            st.button(_("Everything about this"), key="same_object", on_click=narrow, args=("about", entry["object"]))
            st.button(_("Everything by this person"), key="same_person", on_click=narrow, args=(WHO, entry["username"]))


def narrow(field: str, value: str) -> None:
    """Search for one thing only."""
    for name in ("from", "to", WHO, "done_choice"):
        st.session_state[name] = None
    st.session_state["about"] = st.session_state["words"] = ""
    st.session_state[field] = value
    st.session_state["page"] = 1


def exported(page: Page, wanted: Wanted) -> pd.DataFrame:
    """The entries that are wanted, as they go out: in words for people, with codes and fingerprints for a check."""
    with reading() as session:
        found = queries.entries(session, wanted, actor=page.actor)
    with page.database.writing() as session:
        record_export(session, wanted, count=len(found), actor=page.actor, now=page.now)
    shown = in_words(found)
    return pd.DataFrame(
        {
            _("No."): shown["seq"],
            _("When"): shown["when"],
            _("When (UTC)"): [at.isoformat() for at in shown["at"]],
            _("Who"): shown["username"],
            _("Roles"): shown["held"],
            _("What was done"): shown["what"],
            _("Code"): shown["action"],
            _("About"): shown["object"],
            _("From → to"): shown["changes"],
            _("Reason"): shown["reason"],
            _("Facts"): [json.dumps(facts, ensure_ascii=False, sort_keys=True) for facts in shown["facts"]],
            _("Fingerprint"): shown["mac"],
        }
    )


def verify_now(page: Page, entry_count: int) -> None:
    """Read the whole trail, sign its end if it is sound, and leave the verdict in the trail."""
    bar = st.progress(0.0, text=_("Reading the trail"))

    def tell(done: int) -> None:
        bar.progress(min(done / max(entry_count, 1), 1.0), text=_("Reading the trail"))

    with reading() as session:
        verdict = verify_trail(session, settings().checkpoint_file, actor=page.actor, progress=tell)
        line = checkpoint_line(session, actor=page.actor, now=page.now)
    bar.empty()
    if verdict.is_sound:
        append_checkpoint(settings().checkpoint_file, line)
    with saving(page, done=_("The trail was verified.")) as session:
        record_verification(session, verdict, actor=page.actor, now=page.now)


def verdict_card(last: dict[str, Any] | None) -> None:
    """What the last verification found, in words."""
    if last is None:
        st.info(_("The trail has not been verified here yet. “Verify now” reads it from the first entry to the last."))
        return
    facts, at = last["facts"], last["at"].to_pydatetime()
    words = {"when": moment(at), "who": last["username"]}
    counts = _("{entries} and {checkpoints} were read.").format(
        entries=ngettext("{n} entry", "{n} entries", facts["entries"]).format(n=number(facts["entries"])),
        checkpoints=ngettext("{n} checkpoint", "{n} checkpoints", facts["checkpoints"]).format(
            n=number(facts["checkpoints"])
        ),
    )
    if not facts["faults"]:
        sound = _("Verified at {when} by {who}: the trail is as it was written.").format(**words)
        st.success(plain(f"{sound} {counts}"), icon=":material/verified:")
        return
    broken = _("Verified at {when} by {who}: the trail is not as it was written. Keep a copy and tell the auditors.")
    st.error(plain(f"{broken.format(**words)} {counts}"), icon=":material/report:")
    for fault in facts["found"]:
        kind, _colon, seq = fault.partition(":")
        show_text(_("No. {seq}: {what}").format(seq=seq, what=label(FaultKind(kind))))


def explanation() -> None:
    """What the chain proves, and what it does not."""
    with st.popover(_("What this proves, and what it does not"), icon=":material/help:", type="tertiary"):
        for sentence in (
            _(
                "Every entry carries a fingerprint over itself and the entry before it, made with a secret key that is "
                "not in the database. One that was changed, removed, added or renumbered is found, with its number."
            ),
            _(
                "After each sound verification the end of the trail is signed in a file outside the database. With it, "
                "an end that was cut off or an older copy that was put back is found as well."
            ),
            _(
                "Keep copies of that file on another machine: whoever can write both the database and the file could "
                "cut both. What was entered after the last checkpoint is protected less than what was entered before."
            ),
            _(
                "It does not prove that an entry was true when it was made, only that it has not changed since; and it "
                "does not bind somebody who holds the secret key and every copy of the file."
            ),
        ):
            show_text(sentence)
