"""Find a service and see how good it is: its published figures, what was done, and the ways to rate it or to ask."""

from __future__ import annotations

from pages._ui.choices import kept_id
from pages._ui.page import reading
from pages._ui.public.cached import figures, open_services
from pages._ui.public.figures import age_text
from pages._ui.public.layout import footer, page_head
from pages._ui.public.page import open_public
from pages._ui.public.services import finder, service_sheet
from qs.i18n import gettext as _
from qs.i18n import ngettext, number
from qs.periods import local_day
from qs.settings import settings

page = open_public("service")
wanted = kept_id("service")
with reading() as session:
    found = figures(session, page)
    services = open_services(session, page, local_day(page.now, settings().zone))

chosen = next((row for row in services.itertuples() if row.service_id == wanted), None)
if chosen is not None:
    service_sheet(chosen, found)
else:
    count = len(services)
    page_head(
        _("Which service are you looking for?"),
        ngettext(
            "{n} service is supervised. Search by name, place, district or sector.",
            "{n} services are supervised. Search by name, place, district or sector.",
            count,
        ).format(n=number(count)),
    )
    finder(services, found)
footer(age_text(found))
