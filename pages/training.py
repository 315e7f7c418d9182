"""Training: hours against the target, courses and sessions, needs from weak indicators, and talent programmes."""

from __future__ import annotations

from pages._ui.choices import view
from pages._ui.page import open_page, reading
from pages._ui.training.courses import course_view, finding, hours_view, session_view
from pages._ui.training.talent import need_view, talent_view
from pages._ui.widgets import head
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.settings import settings
from qs.training import queries

page = open_page("training", needs=Permission.TRAINING_READ)
year = local_day(page.now, settings().zone).year
with reading() as session:
    hours = queries.hours_by_provider(session, year, actor=page.actor)
    courses = queries.courses(session, actor=page.actor)

head(*finding(hours, year))
parts = {
    "hours": _("Hours"),
    "course": _("Courses"),
    "session": _("Sessions"),
    "need": _("Needs"),
    "talent": _("Talent programmes"),
}
part = view(_("Part of training"), parts)
if part == "hours":
    hours_view(page, hours, year)
elif part == "course":
    course_view(page, courses)
elif part == "session":
    session_view(page)
elif part == "need":
    need_view(page, courses)
else:
    talent_view(page)
