"""Calendar and deadlines: which days are worked, how long everything may take, and how a due date is counted."""

from __future__ import annotations

from pages._ui.choices import view
from pages._ui.deadlines.count import diagnostic
from pages._ui.deadlines.office import hours_form, pack_form
from pages._ui.deadlines.packs import comparison, limit_list
from pages._ui.deadlines.parts import finding, import_form, recount, year_view
from pages._ui.page import open_page, reading
from pages._ui.widgets import head
from qs.actor import Permission
from qs.deadlines import packs, queries
from qs.i18n import gettext as _
from qs.i18n import pick

page = open_page("deadlines", needs=Permission.DEADLINES_READ)
is_keeper = page.actor.has_everywhere(Permission.DEADLINES_EDIT)
with reading() as session:
    calendar = queries.calendar(session, actor=page.actor)
    years = queries.calendar_years(session, actor=page.actor)
    packs_known = packs.packs(session, actor=page.actor)
    chosen = queries.chosen_pack(session, actor=page.actor)
    provisional = queries.provisional_count(session, actor=page.actor, now=page.now)

titles = {row.code: pick(row.title, row.title_en) for row in packs_known.itertuples(index=False)}
head(*finding(page, years, provisional, titles.get(chosen.pack, chosen.pack)))
views = {
    "count": _("Count a time limit"),
    "compare": _("Packs side by side"),
    "limits": _("Time limits"),
    "hours": _("Pack and opening hours"),
    "year": _("Calendar"),
}
part = view(_("Part of the page"), views | ({"import": _("Import")} if is_keeper else {}))
if part == "count":
    diagnostic(page, packs_known, chosen.pack)
elif part == "compare":
    comparison(page, packs_known)
elif part == "limits":
    limit_list(page, packs_known, chosen.pack)
elif part == "hours":
    pack_form(page, titles, chosen, is_keeper=is_keeper)
    hours_form(page, titles, chosen.pack, is_keeper=is_keeper)
elif part == "year":
    year_view(page, years)
else:
    import_form(page, calendar)
    recount(page, provisional)
