"""The part of the account page where a person chooses how to be told, sees what was sent, and tries it out."""

from __future__ import annotations

import streamlit as st

from pages._ui.page import Page, reading, saving
from pages._ui.tables import table
from pages._ui.widgets import note, section, show_text
from qs.i18n import gettext as _
from qs.i18n import moment
from qs.notices import actions, queries
from qs.notices.terms import Channel, NoticeState, Preference, Rhythm, Strength, Weekday, Wish
from qs.sentences import label
from qs.settings import settings

HOURS = range(24)
UNUSED = {Channel.EMAIL: "account_email", Channel.WEBHOOK: "account_webhook"}


def notices_part(page: Page) -> None:
    """How I am told: the present choice in a sentence, the form, a trial, and what was sent."""
    with reading() as session:
        preference = queries.own_preference(session, actor=page.actor)
        email = queries.own_email(session, actor=page.actor)
        own = queries.own_notices(session, actor=page.actor)
    section(_("How I am told"), choice_words(preference.wish))
    left, right = st.columns([1, 1.2], gap="large")
    with left:
        wish_form(page, preference, email)
    with right:
        if preference.wish.channel.leaves_the_house:
            trial_part(page, preference)
        if own.empty:
            note(_("Nothing was told to you yet. It stands here, with how far it has come."))
            return
        shown = own.assign(
            at=own["queued_at"].map(moment),
            how=[label(NoticeState(state)) for state in own["state"]],
        )
        table(shown, {"subject": _("Notice"), "at": _("Told on"), "how": _("State")}, key="own_notices")


def choice_words(wish: Wish) -> str:
    """The present choice as a sentence."""
    if wish.channel is Channel.NONE:
        return _("You are told nothing; what waits for you stands under Today.")
    if wish.channel is Channel.SCREEN:
        words = _("Under Today, of what is “{least}” or stronger, and nowhere else.")
        return words.format(least=label(wish.least))
    words = _("{channel}, for what is “{least}” or stronger. {rhythm}.")
    return words.format(channel=label(wish.channel), least=label(wish.least), rhythm=label(wish.rhythm))


def wish_form(page: Page, preference: Preference, email: str) -> None:
    """The choices; what does not apply is not shown. Checked and kept as one."""
    wish = preference.wish
    with st.container(border=True, gap="small"):
        channel = Channel(
            st.segmented_control(
                _("How"),
                list(Channel),
                default=wish.channel,
                format_func=label,
                required=True,
                key="account_channel",
            )
            or wish.channel
        )
        wanted = Wish(channel) if channel is Channel.NONE else chosen_wish(channel, wish, email)
        if channel.leaves_the_house:
            readiness(channel)
        elif wish.channel.leaves_the_house:
            note(_("Your address is erased here when you save this, and what waits to be sent goes nowhere."))
        elif channel is Channel.SCREEN:
            note(_("Choose a way besides, and matters in your care are told to you where you are."))
        is_choice = channel is not wish.channel or channel is not Channel.NONE
        pressed = is_choice and st.button(_("Save how I am told"), type="primary", key="save_wish")
    if pressed:
        with saving(page, done=_("Saved. It counts from now on.")) as session:
            actions.set_wish(session, wanted, version=preference.version, actor=page.actor, now=page.now)


def chosen_wish(channel: Channel, wish: Wish, email: str) -> Wish:
    """The fields of a way to be told, filled with the present choice."""
    is_same = channel is wish.channel
    if channel is Channel.SCREEN:
        return Wish(channel, least=least_part(wish))
    if channel is Channel.EMAIL:
        begin = wish.address if is_same else email
        address = st.text_input(_("E-mail address"), begin, type="email", max_chars=200, key="account_email")
    else:
        begin = wish.address if is_same else ""
        address = st.text_input(_("Webhook address"), begin, max_chars=400, key="account_webhook")
        hosts = settings().webhook_hosts
        if hosts:
            note(_("Allowed hosts: {hosts}").format(hosts=_(", ").join(hosts)))
    least = least_part(wish)
    rhythm = st.selectbox(
        _("When"), list(Rhythm), index=list(Rhythm).index(wish.rhythm), format_func=label, key="account_rhythm"
    )
    hour, weekday = wish.hour, wish.weekday
    if rhythm is not Rhythm.AT_ONCE:
        with st.container(horizontal=True, gap="small"):
            if rhythm is Rhythm.WEEKLY:
                weekday = st.selectbox(
                    _("Day of the week"),
                    list(Weekday),
                    index=list(Weekday).index(wish.weekday),
                    format_func=label,
                    key="account_weekday",
                )
            hour = st.selectbox(
                _("Hour"), HOURS, index=wish.hour, format_func=lambda hour: f"{hour:02}:00", key="account_hour"
            )
    return Wish(channel, address, least, Rhythm(rhythm), int(hour), Weekday(weekday))


def least_part(wish: Wish) -> Strength:
    return Strength(
        st.selectbox(
            _("From which strength on"),
            list(Strength),
            index=list(Strength).index(wish.least),
            format_func=label,
            key="account_least",
        )
    )


def readiness(channel: Channel) -> None:
    """Says plainly when this installation cannot send that way yet."""
    if queries.is_ready(channel, settings()):
        return
    words = {
        Channel.EMAIL: _("No mail server is set up here yet. Your notices wait, none is lost, and go out once it is."),
        Channel.WEBHOOK: _("No webhook host is allowed here yet. Information technology can add yours."),
    }
    st.warning(words[channel], icon=":material/schedule_send:")


def trial_part(page: Page, preference: Preference) -> None:
    """A notice to oneself, and the key with which a webhook's receiver knows our messages."""
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Send me a trial notice"), icon=":material/send:", key="trial"):
            with saving(page, done=_("It is on its way, with the next run that sends notices.")) as session:
                actions.ask_for_trial(session, actor=page.actor, now=page.now)
        if preference.signing_key:
            with st.popover(_("Signing key"), icon=":material/key:"):
                note(_("Enter it at the receiver, which then knows our messages from others (Standard Webhooks)."))
                show_text(preference.signing_key)
