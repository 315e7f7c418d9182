"""What is kept of a requester: seen masked, corrected, and taken back, for whoever can name the contact."""

from __future__ import annotations

import streamlit as st

from pages._ui.page import reading
from pages._ui.public.page import PublicPage, keep_said, said, speaking
from pages._ui.public.requests import Followed
from pages._ui.widgets import note, plain
from qs.complaints.protection import requester
from qs.complaints.protection.requester import OwnContact
from qs.complaints.terms import NewContact
from qs.i18n import LANGUAGE_NAMES, Language, moment
from qs.i18n import gettext as _
from qs.sentences import label


def own_data(code: str, page: PublicPage) -> None:
    """Behind a fold: what is kept, and what can be done about it. Nothing for an anonymous request."""
    with reading() as session:
        kept = requester.own_contact(session, code, actor=page.actor)
    if kept is None:
        return
    followed = said(Followed) or Followed(code)
    with st.expander(_("Your data with us"), expanded=bool(followed.proof) or followed.tries_left is not None):
        told(kept)
        if kept.masked.is_erased:
            return
        if followed.proof:
            correct(code, followed.proof, kept, page)
            if kept.erasure is None:
                take_back(code, followed.proof, page)
        else:
            prove(code, followed, page)


def told(kept: OwnContact) -> None:
    if kept.masked.is_erased:
        st.markdown(plain(_("Your name and contact were erased. The matter itself stays on record without them.")))
        return
    parts = [one for one in (kept.masked.name, kept.masked.phone, kept.masked.email, kept.masked.address) if one]
    st.markdown(plain(" · ".join(parts)))
    note(_("Encrypted, apart from the matter; erased 24 months after it is closed."))
    wish = kept.erasure
    if wish is not None and wish.refusal is not None:
        note(_("You asked to be erased. The office could not do it: {why}").format(why=label(wish.refusal)))
    elif wish is not None:
        note(_("You asked on {day} to be erased; the office decides.").format(day=moment(wish.asked_at)))


def prove(code: str, followed: Followed, page: PublicPage) -> None:
    """A code may lie on a table: whoever wants to change something names the contact."""
    with st.form("own_contact", border=False):
        known = st.text_input(
            _("To change it, type the phone number or e-mail address you gave us"), max_chars=200, key="contact_known"
        )
        pressed = st.form_submit_button(_("Go on"), key="prove_contact")
    if followed.tries_left is not None:
        st.error(_("That is not what we have. You can try {n} more times today.").format(n=followed.tries_left))
    if pressed and known.strip():
        with speaking(page) as session:
            found = requester.check_contact(session, code, known, actor=page.actor, now=page.now)
            keep_said(Followed(code, found.proof, None if found.is_own else found.tries_left))


def correct(code: str, proof: str, kept: OwnContact, page: PublicPage) -> None:
    with st.form("new_contact", border=False):
        note(_("The new contact takes the place of the old one; what you leave empty is taken back."))
        name = st.text_input(_("Name (optional)"), max_chars=60, key="contact_name")
        phone = st.text_input(_("Phone (optional)"), max_chars=40, key="contact_phone")
        email = st.text_input(_("E-mail (optional)"), max_chars=200, key="contact_email")
        languages = list(Language)
        language = st.selectbox(
            _("Language in which we write and call"),
            languages,
            index=languages.index(kept.masked.language),
            format_func=lambda one: LANGUAGE_NAMES[one],
            key="contact_language",
        )
        pressed = st.form_submit_button(_("Save the new contact"), key="save_contact")
    if pressed:
        wanted = NewContact(name=name, phone=phone, email=email, language=language)
        with speaking(page) as session:
            requester.correct_contact(session, code, wanted, proof=proof, actor=page.actor, now=page.now)
            keep_said(Followed(code, proof))


def take_back(code: str, proof: str, page: PublicPage) -> None:
    with st.popover(_("Erase my data"), type="tertiary"):
        st.markdown(plain(_("The office decides within days. Nobody can call you back afterwards.")))
        if st.button(_("Yes, I ask for it"), key="ask_erasure"):
            with speaking(page) as session:
                requester.ask_erasure(session, code, proof=proof, actor=page.actor, now=page.now)
                keep_said(Followed(code, proof))
