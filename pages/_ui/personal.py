"""Who a requester is: masked for everybody who sees the case, in clear only for a reason that is kept."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from pages._ui.facts import fact_list
from pages._ui.page import Page, reading, saving
from pages._ui.widgets import note
from qs.actor import Permission
from qs.complaints.protection.recusals import reveal_requester
from qs.i18n import LANGUAGE_NAMES, Language, moment, ngettext, number
from qs.i18n import gettext as _
from qs.sentences import label
from qs.vault import actions, queries
from qs.vault.erasures import pass_on_erasure
from qs.vault.terms import FIELDS, Ground, IdentityProof, Masked, Personal

ASKED_ON = (Ground.CONSENT_WITHDRAWN, Ground.PURPOSE_REACHED, Ground.UNLAWFUL)
PROVEN_BY = (IdentityProof.CALLED_BACK, IdentityProof.IDENTITY_CARD)


def masked_contact(page: Page, vault_id: int, *, subject: str, reference: str = "") -> None:
    """The contact of one person with all but a hint hidden, and the button to see it in clear.

    `subject`: the case it belongs to, such as `request:12`; `reference`: its number, where wishes to be erased can be
    passed on. The page has read that case for this actor.
    """
    with reading() as session:
        found = queries.masked(session, [vault_id], actor=page.actor).get(vault_id)
        others = len(queries.same_contact(session, vault_id, actor=page.actor))
    if found is None or found.is_erased:
        note(_("The personal data were erased. Only the case itself is left."))
        return
    fact_list(contact_facts(found))
    if others:
        words = ngettext("{n} other case this year", "{n} other cases this year", others)
        note(_("The same contact stands in {cases}.").format(cases=words.format(n=number(others))))
    if not page.actor.has(Permission.PERSONAL_REVEAL):
        return
    with st.container(horizontal=True, gap="small"):
        if st.button(_("See who this is"), icon=":material/visibility:", key=f"reveal_{vault_id}"):
            st.dialog(_("See who this is"))(reveal)(page, vault_id, subject)
        if reference and st.button(_("Wants to be erased"), icon=":material/person_off:", key=f"erasure_{vault_id}"):
            st.dialog(_("Pass on the wish to be erased"))(pass_on)(page, vault_id, subject, reference)


def contact_facts(found: Masked | Personal) -> list[tuple[str, str]]:
    """What is kept of somebody, and the language to talk to them in where it is not Chinese."""
    facts = [(_(FIELDS[name]), getattr(found, name)) for name in FIELDS if getattr(found, name)]
    if found.language is not Language.ZH:
        facts.append((_("Language of the requester"), LANGUAGE_NAMES[found.language]))
    return facts


def reveal(page: Page, vault_id: int, subject: str) -> None:
    """Asks for the reason, then shows the data until the dialog is closed; they are kept nowhere."""
    with st.form(f"reveal_form_{vault_id}", border=False):
        note(_("Your name, the time and the reason are kept, and auditors read them."))
        reason = st.text_input(_("Reason"), max_chars=actions.REASON_LENGTH, key=f"reveal_reason_{vault_id}")
        pressed = st.form_submit_button(_("Show it"), type="primary", key=f"reveal_show_{vault_id}")
    if not pressed:
        earlier_looks(page, vault_id)
        return
    personal: Personal | None = None
    kind, _colon, number_of_it = subject.partition(":")
    by = {"actor": page.actor, "now": datetime.now(UTC)}
    with saving(page, stays=True) as session:
        if kind == "request":  # the case says who may not: the recused, and people of the unit
            personal = reveal_requester(session, int(number_of_it), reason, **by)
        else:
            personal = actions.reveal(session, vault_id, subject=subject, reason=reason, **by)
    if personal is not None:
        fact_list(contact_facts(personal))


def pass_on(page: Page, vault_id: int, subject: str, reference: str) -> None:
    """Asks on what ground and how the identity was made sure of; an administrator decides."""
    with st.form(f"erasure_form_{vault_id}", border=False):
        note(_("Make sure that who asks is who the data are about. An administrator decides, never you."))
        ground = st.selectbox(_("Ground"), ASKED_ON, format_func=label, key=f"erasure_ground_{vault_id}")
        proof = st.selectbox(
            _("How the identity was made sure of"), PROVEN_BY, format_func=label, key=f"erasure_proof_{vault_id}"
        )
        pressed = st.form_submit_button(_("Pass it on"), type="primary", key=f"erasure_press_{vault_id}")
    if pressed:
        with saving(page, done=_("Passed on. An administrator decides.")) as session:
            pass_on_erasure(
                session,
                vault_id,
                subject=subject,
                reference=reference,
                ground=ground,
                proof=proof,
                actor=page.actor,
                now=page.now,
            )


def earlier_looks(page: Page, vault_id: int) -> None:
    with reading() as session:
        looks = queries.reveals(session, vault_id, actor=page.actor)
    if looks:
        note(
            _("Last seen by {username} on {moment}: {reason}").format(
                username=looks[0].username, moment=moment(looks[0].revealed_at), reason=looks[0].reason
            )
        )
