"""What the visitor's own device does for a public form: prove some work, and say where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit.components.v1 as components

from qs.complaints.challenges import Challenge, Proof
from qs.i18n import gettext as _

PARTS = Path(__file__).parent / "parts"
_proof = components.declare_component("qs_proof", path=PARTS / "proof")
_place = components.declare_component("qs_place", path=PARTS / "place")


def proof_of(challenge: Challenge, *, key: str) -> Proof | None:
    """Let the device solve a challenge while the form is filled in; the proof when it has."""
    found: Any = _proof(  # Any: whatever a browser may send
        token=challenge.token,
        bits=challenge.bits,
        waiting=_("One moment: your device is doing a small sum that keeps automatic senders away."),
        ready=_("Ready to send. No account and no puzzle is needed."),
        key=key,
        default=None,
    )
    if not isinstance(found, dict):
        return None
    token, answer = found.get("token"), found.get("answer")
    return Proof(token, answer) if isinstance(token, str) and isinstance(answer, str) else None


def here(*, key: str) -> tuple[float, float] | None:
    """A button that asks the device where it is: latitude and longitude in degrees, or None until it says."""
    found: Any = _place(  # Any: whatever a browser may send
        label=_("I am there now: add my position"),
        waiting=_("Asking your device …"),
        found=_("Added, to about {metres} m. The public never sees it exactly."),
        failed=_("Your device does not say where it is. Describe the place in words; that is enough."),
        key=key,
        default=None,
    )
    if not isinstance(found, dict):
        return None
    latitude, longitude = found.get("latitude"), found.get("longitude")
    if not isinstance(latitude, float | int) or not isinstance(longitude, float | int):
        return None
    return float(latitude), float(longitude)
