"""What a person sees when a run fails: a sentence they can act on, or a number under which the log holds the rest."""

from __future__ import annotations

import logging
from secrets import token_hex

import streamlit as st

from pages._ui.widgets import show_error
from qs.errors import QualityError
from qs.i18n import gettext as _

LOG = logging.getLogger("qs.incidents")


def show_incident(error: Exception) -> bool:
    """Called by Streamlit for an error nobody expected; the trace goes to the log, never to the browser."""
    if isinstance(error, QualityError):
        show_error(error)
        return True
    incident = token_hex(4)
    LOG.error("incident %s", incident, exc_info=error)
    words = _("Something went wrong here; nothing was saved. Try again, or tell the administrator incident {number}.")
    st.error(words.format(number=incident), icon=":material/report:")
    return True
