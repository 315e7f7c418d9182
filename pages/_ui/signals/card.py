"""One signal: its chart with the place where it began, its explanation, and everything that happened to it."""

from __future__ import annotations

import streamlit as st

from pages._ui import cached, live_chart
from pages._ui.choices import keep
from pages._ui.page import Page, reading
from pages._ui.run import go
from pages._ui.signals.list import COLOURS, STATUS_ICONS
from pages._ui.widgets import note, plain, section, show_text
from qs.actor import Permission
from qs.i18n import gettext as _
from qs.i18n import moment, pick
from qs.monitoring import wording
from qs.monitoring.queries import process
from qs.monitoring.signals import SignalDetail, told_of
from qs.monitoring.terms import Filters, SignalKind
from qs.sentences import label

CHARTED = frozenset(SignalKind) - {SignalKind.MANIPULATION_SUSPECTED}


def heading(detail: SignalDetail) -> tuple[str, str]:
    """The finding, and whose it is."""
    row = detail.row
    names = ("service", "provider", "area")
    return wording.headline(told_of(row)), " · ".join(pick(row[name], row[f"{name}_en"]) for name in names)


def standing(detail: SignalDetail, page: Page) -> None:
    """What kind of signal it is, how strong, where it stands, and when it was found and last seen."""
    row = detail.row
    icon, colour = STATUS_ICONS[detail.status]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(label(detail.status), icon=f":material/{icon}:", color=colour)
        st.badge(label(row["side"]), color=COLOURS[row["side"]])
        st.badge(label(row["strength"]), color="gray")
        st.badge(label(row["kind"]), color="gray")
        note(_("found {moment}").format(moment=moment(row["found_at"])))
        period = wording.period_words(row["period_starts_at"], row["grain"])
        note(_("last seen in {period}").format(period=period))
        if row["ended_at"] is None and not row["is_present"]:
            note(_("not in the newest figures: over after two periods without it"))


def chart(detail: SignalDetail, page: Page) -> None:
    """The process chart of the series, when it is one that this person may see."""
    row = detail.row
    if row["kind"] not in CHARTED or not page.actor.has(Permission.LIVE_READ):
        return
    grain = Filters().grain if row["kind"] is SignalKind.FEED_SILENT else row["grain"]
    filters = Filters(grain=grain, service_id=row["service_id"], indicator_id=row["indicator_id"])
    with reading() as session:
        shown = cached.live_board(session, filters, page)
    if not len(shown):
        return
    with st.container(border=True, gap=None):
        live_chart.chart_card(shown, 0, process(shown, 0), onset_at=row["onset_at"])
        if st.button(_("Open the chart on Live"), icon=":material/monitoring:", type="tertiary", key="open_live"):
            go("live", series=f"{row['service_code']}|{row['indicator_code']}")


def explained(detail: SignalDetail) -> None:
    """The four paragraphs of the explanation."""
    told = wording.explanation(told_of(detail.row))
    with st.container(border=True, gap="small"):
        for title, text in (
            (_("What has happened"), told.what),
            (_("How sure that is"), told.how_sure),
            (_("What it is not"), told.what_not),
            (_("What to do next"), told.next_step),
        ):
            if text:
                st.markdown(f"**{plain(title)}**  \n{plain(text)}")


def history(detail: SignalDetail) -> None:
    """Everything that happened to the signal, the newest first."""
    with st.container(border=True, gap="small"):
        section(_("Timeline"))
        for step in reversed(detail.steps):
            who = pick(step.name, step.name_en) or _("the office's machine")
            facts = " · ".join((moment(step.happened_at), who, label(step.strength)))
            st.markdown(f"**{plain(label(step.kind))}**  \n:small[:gray[{plain(facts)}]]")
            if step.note:
                show_text(step.note)


def back_button() -> None:
    st.button(_("Back to all"), icon=":material/arrow_back:", type="tertiary", key="back", on_click=leave)


def leave() -> None:
    for key in ("signal", "seen"):
        keep(key, None)
