"""The sentences of the vault: labels, refusals, what the trail says was done, and what waits."""

from __future__ import annotations

from enum import StrEnum

from qs.i18n import N_
from qs.vault.terms import Act, ErasureRefusal, Ground, HoldReason, IdentityProof, PersonalKind, Span

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Ground: {
        Ground.PURPOSE_REACHED: N_("The purpose is reached"),
        Ground.RETENTION_OVER: N_("The time of keeping is over"),
        Ground.CONSENT_WITHDRAWN: N_("Consent was withdrawn"),
        Ground.UNLAWFUL: N_("The data should not have been taken"),
    },
    IdentityProof: {
        IdentityProof.CODE_AND_CONTACT: N_("Receipt code and the contact kept with it"),
        IdentityProof.CALLED_BACK: N_("Called back on the number kept"),
        IdentityProof.IDENTITY_CARD: N_("Identity card shown at the counter"),
    },
    ErasureRefusal: {
        ErasureRefusal.CASE_OPEN: N_("The case or its review is not finished"),
        ErasureRefusal.LEGAL_PERIOD: N_("A law says that they must be kept longer"),
        ErasureRefusal.HELD: N_("They are held for a procedure"),
        ErasureRefusal.NOT_PROVEN: N_("It is not proven that they are the asker’s own"),
    },
    HoldReason: {
        HoldReason.LAWSUIT: N_("Lawsuit or arbitration"),
        HoldReason.INSPECTION: N_("Inquiry of a supervisory body"),
        HoldReason.REVIEW: N_("Appeal or reconsideration"),
        HoldReason.CRIME: N_("Criminal proceedings"),
    },
    Span: {
        Span.HOURS: N_("full hours"),
        Span.DAYS: N_("full days"),
        Span.MONTHS: N_("full months"),
        Span.YEARS: N_("full years"),
    },
    PersonalKind: {
        PersonalKind.PHONE: N_("Phone number"),
        PersonalKind.IDENTITY: N_("Identity number"),
        PersonalKind.CARD: N_("Bank card number"),
        PersonalKind.PLATE: N_("Number plate"),
        PersonalKind.EMAIL: N_("E-mail address"),
    },
    Act: {
        Act.SHRED: N_("Key destroyed, name blotted out"),
        Act.EMPTY: N_("Words emptied, figures stay"),
        Act.DELETE: N_("Deleted"),
        Act.KEEP: N_("Nothing: it names no citizens"),
        Act.NOT_STORED: N_("Never stored"),
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
    "hold_over": N_("This hold was released or has run out."),
    "hold_day_past": N_("The last day of a hold lies in the future. Choose another one."),
    "erasure_unknown": N_("There is no such wish to be erased."),
    "erasure_pending": N_("It was already asked for, on {day}. The office decides on it."),
    "erasure_decided": N_("This wish was decided on in the meantime. Look at it again."),
    "erasure_own_check": N_("Who made sure of the identity does not decide. Let another administrator decide."),
    "erasure_case_open": N_(
        "The case is open or under review, and whoever handles it must be able to reach the requester. "
        "Decide again when it is closed, or refuse with this reason."
    ),
    "retention_unknown": N_("There is no such time of keeping."),
    "retention_too_short": N_("At least {least} {span}: a case must be able to go through its reviews."),
    "retention_too_long": N_("At most {most} {span}. The law asks for the shortest time that the purpose needs."),
    "retention_same": N_("This is the time already in force. Nothing was changed."),
    "retention_fixed": N_("Nothing of this kind is erased here, so it has no time to set."),
    "retention_changed": N_("Somebody set another time in the meantime. Look at it again; nothing was overwritten."),
    "retention_rule_faulty": N_("Unit, act or amounts of this time of keeping are not known. Correct them."),
}
ACTIONS: dict[str, str] = {  # what an entry of the trail says was done
    "vault.revealed": N_("Looked at who a requester is"),
    "vault.erased": N_("Erased personal data"),
    "vault.held": N_("Held personal data for a procedure"),
    "vault.released": N_("Released personal data from a hold"),
    "vault.erasure_asked": N_("Passed on a wish to be erased"),
    "vault.erasure_granted": N_("Granted a wish to be erased"),
    "vault.erasure_refused": N_("Refused a wish to be erased"),
    "vault.retention_set": N_("Set a time of keeping"),
    "vault.retention_erased": N_("Erased what was past its time of keeping"),
    "vault.retention_tried": N_("Counted what is past its time of keeping"),
    "vault.retention_run": N_("Ran the retention job"),
}
OBJECTS: dict[str, str] = {  # what an entry is about: the word before the colon
    "vault_person": N_("Personal data"),
    "vault_hold": N_("Hold"),
    "vault_erasure": N_("Wish to be erased"),
    "retention": N_("Time of keeping"),
    "retention_run": N_("Run of the retention job"),
}
FACTS: dict[str, str] = {  # what the facts of its entries are called
    "subject": N_("about"),
    "ground": N_("ground"),
    "until": N_("until"),
    "proof": N_("proof of identity"),
    "amount": N_("amount"),
    "span": N_("unit"),
    "was_amount": N_("amount before"),
    "was_span": N_("unit before"),
    "hold_reason": N_("for which procedure"),
    "reference": N_("file number"),
    "erased_count": N_("erased"),
    "due_count": N_("past its time"),
}
WAITING: dict[str, tuple[str, str]] = {  # what waits for somebody: the line, and why
    "erasures_to_decide": (
        N_("Wishes to be erased, to be decided: {count}"),
        N_("The identity was made sure of; somebody else decides"),
    ),
}
