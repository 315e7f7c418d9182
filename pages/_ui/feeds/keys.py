"""Keys for systems that push events or file requests: issued once in clear, revoked at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.choices import words_by_code
from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import note, plain, section
from qs.access.actions import issue_api_key, revoke_api_key
from qs.access.queries import api_keys
from qs.access.terms import KeyPurpose
from qs.i18n import gettext as _
from qs.i18n import moment, pick
from qs.sentences import label

ISSUED = "qs_issued_key"  # kept over one rerun, shown once
LONGEST_DAYS = 730
USUAL_DAYS = 365


def keys_part(page: Page, feeds: pd.DataFrame) -> None:
    """The list of keys, the form for a new one, and how a system uses it."""
    with reading() as session:
        keys = api_keys(session, actor=page.actor)
    left, right = st.columns([1.9, 1], gap="large")
    with left:
        if issued := st.session_state.pop(ISSUED, None):
            st.warning(_("Copy this key now. It is shown once and kept nowhere."), icon=":material/key:")
            st.code(issued, language=None)
        picked = key_table(keys, feeds, page.now)
        if picked is not None:
            revoke_choice(page, picked)
    with right:
        issue_form(page, feeds)
        example()


def key_table(keys: pd.DataFrame, feeds: pd.DataFrame, now: datetime) -> dict[str, Any] | None:  # Any: frame values
    if keys.empty:
        note(_("No keys yet. A system that sends events or files requests by itself needs one."))
        return None
    names = {row.feed_id: pick(row.name, row.name_en) for row in feeds.itertuples(index=False)}
    shown = keys.assign(
        use=[label(purpose) for purpose in keys["purpose"]],
        feed=[feed_words(row, names) for row in keys.itertuples(index=False)],
        state=[key_state(row, now) for row in keys.itertuples(index=False)],
        used=[words(value) for value in keys["last_used_at"]],
        ends=[words(value) for value in keys["expires_at"]],
    )
    return table(
        shown,
        {
            "name": st.column_config.TextColumn(_("System"), width="medium"),
            "hint": _("Begins with"),
            "use": _("What for"),
            "feed": _("Feed"),
            "state": _("State"),
            "used": _("Last used"),
            "ends": _("Runs out"),
        },
        key="keys",
        is_selectable=True,
    )


def feed_words(row: Any, names: dict[int, str]) -> str:  # noqa: ANN401 - a row of `api_keys`
    if row.purpose is not KeyPurpose.EVENTS:
        return "—"
    return _("All feeds") if pd.isna(row.feed_id) else names.get(int(row.feed_id), "—")


def key_state(row: Any, now: datetime) -> str:  # noqa: ANN401 - a row of `api_keys`
    if not pd.isna(row.revoked_at):
        return _("Revoked")
    if not pd.isna(row.expires_at) and pd.Timestamp(row.expires_at) <= pd.Timestamp(now):
        return _("Run out")
    return _("In use")


def words(value: Any) -> str:  # noqa: ANN401 - a moment or nothing
    return "—" if pd.isna(value) else moment(pd.Timestamp(value).to_pydatetime())


def revoke_choice(page: Page, picked: dict[str, Any]) -> None:  # Any: values of a frame
    if not pd.isna(picked["revoked_at"]):
        return
    with st.popover(_("Revoke {name}").format(name=plain(str(picked["name"]))), icon=":material/key_off:"):
        st.text(_("The system that uses this key can send nothing from now on. This cannot be undone."))
        if st.button(_("Revoke now"), type="primary", key="revoke_now"):
            with saving(page, done=_("The key was revoked.")) as session:
                revoke_api_key(session, int(picked["key_id"]), actor=page.actor, now=page.now)


def issue_form(page: Page, feeds: pd.DataFrame) -> None:
    names = words_by_code(feeds[feeds["is_active"]])
    ids = dict(zip(feeds["code"], feeds["feed_id"], strict=True))
    with st.form("issue_key"):
        section(_("A new key"))
        name = st.text_input(_("Which system will use it"), max_chars=100)
        purpose = st.radio(_("What for"), list(KeyPurpose), format_func=label, key="key_purpose")
        code = st.selectbox(
            _("Feed (for events)"),
            list(names),
            index=None,
            format_func=lambda one: names.get(one, one),
            placeholder=_("All feeds"),
        )
        days = st.number_input(_("Valid for (days)"), min_value=1, max_value=LONGEST_DAYS, value=USUAL_DAYS)
        pressed = st.form_submit_button(_("Issue the key"), type="primary", icon=":material/key:")
    if pressed:
        with saving(page, done=_("The key was issued.")) as session:
            issued = issue_api_key(
                session,
                name,
                purpose=purpose,
                feed_id=int(ids[code]) if code else None,
                expires_at=page.now + timedelta(days=int(days)),
                actor=page.actor,
                now=page.now,
            )
            st.session_state[ISSUED] = issued.clear


def example() -> None:
    """How a system sends events."""
    with st.expander(_("How a system sends events")):
        note(
            _("Send up to 10,000 events at once. When no answer comes, send the same again: nothing is counted twice.")
        )
        st.code(EXAMPLE, language="bash", wrap_lines=True)
        note(_("The whole interface is described at /api/v1/openapi.json."))
    with st.expander(_("How a system files requests")):
        note(
            _(
                "Open311 GeoReport v2 at /open311/v2: another hotline or a reporting app files requests for citizens "
                "and asks how they stand. What everybody may read there carries no text, no contact and no exact place."
            )
        )
        st.code(OPEN311_EXAMPLE, language="bash", wrap_lines=True)


EXAMPLE = """curl https://…/api/v1/events \\
  -H "Authorization: Bearer qs_…" -H "Content-Type: application/json" \\
  -d '{"events": [{"event_id": "2026-11-23-0001", "happened_at": "2026-11-23T09:30:00+08:00",
       "service": "…", "indicator": "…", "numerator": 1, "denominator": 1}]}'"""
OPEN311_EXAMPLE = """curl https://…/open311/v2/requests.json \\
  --data-urlencode api_key=qs_… --data-urlencode service_code=… \\
  --data-urlencode lat=30.27 --data-urlencode long=120.15 \\
  --data-urlencode description=…"""
