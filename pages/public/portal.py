"""The front page for citizens: how good services are, what was put right, and where to speak up."""

from __future__ import annotations

from pages._ui.page import reading
from pages._ui.public.cached import figures, whats_on
from pages._ui.public.figures import age_text, dots, nothing_published, outcomes, rate_cards, share_text
from pages._ui.public.layout import BigLink, big_links, footer, heading, side_by_side
from pages._ui.public.page import open_public
from pages._ui.public.portal import hero, per_hundred, stories
from pages._ui.public.take_part import event_cards
from qs.i18n import gettext as _

page = open_public("portal")
with reading() as session:
    found = figures(session, page)
    coming = whats_on(session, page)

hero(found)
if found.release is None:
    nothing_published(found)
else:
    rate_cards(found.headline, key="headline")
    left, right = side_by_side()
    with left:
        heading(
            _("How good are the services?"),
            _("Satisfaction by sector. Pale bar: margin of error; dashed line: the whole city, {share}.").format(
                share=share_text(found.headline[0])
            ),
            key="sectors",
        )
        dots(found.sectors, found.city, key="sectors")
    with right:
        heading(_("What became of requests?"), _("Of every 100 requests that were closed:"), key="outcomes")
        per_hundred(found.outcomes)
        outcomes(found.outcomes, key="outcomes")
        big_links([BigLink("figures", _("All figures and districts"), "monitoring")], key="more")
if found.stories:
    heading(_("You said, we did"))
    stories(found.stories)
if len(coming):
    heading(_("Hearings and consultations: take part"))
    event_cards(coming)
footer(age_text(found))
