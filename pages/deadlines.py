"""Calendar and deadlines: which days are worked, how long everything may take, and how a due date is counted."""

from __future__ import annotations

from pages._ui.choices import view
from pages._ui.deadlines_parts import diagnostic, finding, import_form, limit_list, recount, year_view
from pages._ui.page import open_page, reading
from pages._ui.widgets import head
from qs.actor import Permission
from qs.deadlines import packs, queries
from qs.i18n import gettext as _

page = open_page("deadlines", needs=Permission.DEADLINES_READ)
is_keeper = page.actor.has_everywhere(Permission.DEADLINES_EDIT)
with reading() as session:
    calendar = queries.calendar(session, actor=page.actor)
    years = queries.calendar_years(session, actor=page.actor)
    limits = packs.time_limits(session, actor=page.actor)
    provisional = queries.provisional_count(session, actor=page.actor, now=page.now)

head(*finding(page, years, provisional))
views = {"count": _("Count a time limit"), "year": _("Calendar"), "limits": _("Time limits")}
part = view(_("Part of the page"), views | ({"import": _("Import")} if is_keeper else {}))
if part == "count":
    diagnostic(page, calendar, limits)
elif part == "year":
    year_view(page, years)
elif part == "limits":
    limit_list(limits)
else:
    import_form(page, calendar)
    recount(page, provisional)
