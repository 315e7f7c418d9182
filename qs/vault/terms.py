"""The words of vault: personal data of requesters, apart from their cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qs.i18n import N_


class Ground(StrEnum):
    """Why personal data were erased, as the Personal Information Protection Law, art. 47, lists it."""

    PURPOSE_REACHED = "purpose_reached"
    RETENTION_OVER = "retention_over"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNLAWFUL = "unlawful"


@dataclass(frozen=True)
class Personal:
    """Who somebody is, in clear. Never kept anywhere but on the screen it was revealed on."""

    name: str
    phone: str
    email: str
    address: str


@dataclass(frozen=True)
class Masked:
    """Who somebody is, as far as a case needs it: first sign of the name, ends of the phone number."""

    name: str
    phone: str
    email: str
    address: str
    is_erased: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.phone or self.email or self.address)


@dataclass(frozen=True)
class Reveal:
    """One look at somebody's identity: by whom, when, for which case, and why."""

    username: str
    revealed_at: datetime
    subject: str
    reason: str


FIELDS: dict[str, str] = {
    "name": N_("Full name"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "address": N_("Address"),
}
LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Ground: {
        Ground.PURPOSE_REACHED: N_("The purpose is reached"),
        Ground.RETENTION_OVER: N_("The time of keeping is over"),
        Ground.CONSENT_WITHDRAWN: N_("Consent was withdrawn"),
        Ground.UNLAWFUL: N_("The data should not have been taken"),
    },
}
ERRORS: dict[str, str] = {
    "person_unknown": N_("There are no such personal data."),
    "person_erased": N_("These personal data were erased. Only the case itself is left."),
    "contact_empty": N_("Nothing was entered. Give a name or a way to be reached, or stay anonymous."),
    "phone_unreadable": N_("The phone number holds signs other than digits, spaces, + and -. Correct it."),
    "email_unreadable": N_("The e-mail address is not complete. It looks like name@example.org."),
    "reveal_reason_short": N_("Say in a few words why you need to know who this is: {least} characters at least."),
    "person_on_hold": N_("These data are held for a procedure until {until} and cannot be erased before."),
    "data_unreadable": N_("The personal data cannot be read with this installation's secret. Call the operators."),
}
ACTIONS: dict[str, str] = {  # what an entry of the trail says was done
    "vault.revealed": N_("Looked at who a requester is"),
    "vault.erased": N_("Erased personal data"),
    "vault.held": N_("Held personal data for a procedure"),
}
OBJECTS: dict[str, str] = {"vault_person": N_("Personal data")}  # what an entry is about: the word before the colon
FACTS: dict[str, str] = {  # what the facts of its entries are called
    "subject": N_("about"),
    "ground": N_("ground"),
    "until": N_("until"),
}
WAITING: dict[str, tuple[str, str]] = {}  # what waits for somebody: the line, and why
