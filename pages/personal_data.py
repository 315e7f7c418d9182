"""Personal data: how long what is kept, what is past its time, wishes to be erased, holds, and who looked; no names."""

from __future__ import annotations

import streamlit as st

from pages._ui.choices import view
from pages._ui.page import open_page, reading
from pages._ui.personal_data import looks, matrix, wishes
from pages._ui.widgets import head
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.retention import due
from qs.vault import erasures, holds, queries, retention

page = open_page("personal_data", needs=Permission.PERSONAL_OVERSEE)
with reading() as session:
    lines = due(session, actor=page.actor, now=page.now)
    wished = erasures.erasures(session, actor=page.actor)
    held = holds.holds(session, actor=page.actor)
    looked = queries.reveal_rows(session, actor=page.actor)
    reports = retention.run_reports(session, actor=page.actor)

head(*matrix.finding(lines, wished, held, reports, page.now))
shown = view(
    _("View"),
    {"times": _("Times of keeping"), "wishes": _("Wishes to be erased"), "holds": _("Holds"), "looks": _("Looks")},
)
may_erase = page.actor.has_everywhere(Permission.PERSONAL_ERASE)
if shown == "times":
    matrix.matrix_table(page, lines)
    left, right = st.columns(2, gap="medium")
    with left:
        matrix.report_list(reports)
    with right:
        if may_erase:
            matrix.run_part(page, lines)
            matrix.set_part(page)
elif shown == "wishes":
    wishes.wish_list(page, wished, may_decide=may_erase)
elif shown == "holds":
    wishes.hold_list(page, held, may_hold=may_erase)
else:
    looks.look_list(looked)
