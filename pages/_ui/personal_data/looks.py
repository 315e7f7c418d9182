"""Every look at who a requester is: by whom, when, for which case and why."""

from __future__ import annotations

import pandas as pd

from pages._ui.tables import table
from pages._ui.widgets import empty_state, note
from qs.i18n import gettext as _
from qs.i18n import moment
from qs.sentences import word_of


def look_list(looks: pd.DataFrame) -> None:
    if looks.empty:
        empty_state(
            _("Nobody has looked yet"),
            _("Who a requester is stands masked in the case. Whoever looks gives a reason, and it stands here."),
            icon="visibility",
        )
        return
    shown = looks.assign(when=looks["revealed_at"].map(moment), about=looks["subject"].map(about))
    heads = {"when": _("When"), "username": _("Who"), "about": _("About"), "reason": _("Reason")}
    table(shown, heads, key="looks", search=("username", "about", "reason"))
    note(_("A reason is empty when the person was erased since: it might have named them."))


def about(subject: str) -> str:
    kind, _colon, number = subject.partition(":")
    return f"{word_of(kind, 'OBJECTS')} {number}"
