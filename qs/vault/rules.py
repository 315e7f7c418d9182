"""How personal data are cleaned, masked and encrypted; keys and random bytes are given, never made here."""

from __future__ import annotations

import calendar
import hmac
import json
import re
from dataclasses import asdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from qs.audit.rules import derived_key
from qs.errors import Conflict, InvalidInput, Problem
from qs.i18n import Language
from qs.periods import local_day, start_of
from qs.texts import composed, text_problems
from qs.vault.terms import FIELDS, Masked, Personal, Span

NONCE_BYTES = 12  # of AES-GCM, NIST SP 800-38D section 8.2
KEY_BYTES = 32
LENGTHS = {"name": 60, "phone": 30, "email": 120, "address": 200}
PHONE = re.compile(r"[0-9+() -]{3,30}", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
HIDDEN = "*"
LEAST_REASON = 4  # characters


class DataUnreadable(Conflict):
    """The ciphertext does not open: another installation's secret, or altered data."""

    code = "data_unreadable"


def cleaned(name: str, phone: str, email: str, address: str, language: Language = Language.ZH) -> Personal:
    """The data as they are kept. Raises InvalidInput with every problem."""
    given = Personal(composed(name), composed(phone), composed(email), composed(address), language)
    values = {field: str(getattr(given, field)) for field in FIELDS}
    problems: list[Problem] = []
    for field, value in values.items():
        problems.extend(
            text_problems(value, field=FIELDS[field], longest=LENGTHS[field], is_needed=False, is_long=False)
        )
    if given.phone and not PHONE.fullmatch(given.phone):
        problems.append(Problem("phone_unreadable"))
    if given.email and not EMAIL.fullmatch(given.email):
        problems.append(Problem("email_unreadable"))
    if not any(values.values()):
        problems.append(Problem("contact_empty"))
    if problems:
        raise InvalidInput(problems=problems)
    return given


def masked(personal: Personal) -> Masked:
    """The data with all but a hint hidden: 张**, 138****5678, w***@example.org, the first six signs of an address."""
    return Masked(
        name=masked_name(personal.name),
        phone=masked_phone(personal.phone),
        email=masked_email(personal.email),
        address=f"{personal.address[:6]}{HIDDEN * 4}" if personal.address else "",
        language=personal.language,
    )


def masked_name(name: str) -> str:
    return f"{name[:1]}{HIDDEN * min(max(len(name) - 1, 1), 2)}" if name else ""


def masked_phone(phone: str) -> str:
    digits = digits_of(phone)
    if not digits:
        return ""
    if len(digits) < 8:
        return HIDDEN * (len(digits) - 2) + digits[-2:]
    return f"{digits[:3]}{HIDDEN * (len(digits) - 7)}{digits[-4:]}"


def masked_email(email: str) -> str:
    local, _, domain = email.partition("@")
    return f"{local[:1]}{HIDDEN * 3}@{domain}" if email else ""


def is_own_contact(personal: Personal, said: str) -> bool:
    """True when somebody names the phone number or e-mail address that is kept, in full, however it is typed.

    Digits never count as an answer for somebody of whom no number is kept.
    """
    typed = said.strip()
    number, kept = digits_of(typed), digits_of(personal.phone)
    same_number = bool(kept) and hmac.compare_digest(number.encode(), kept.encode())
    email = personal.email.casefold().encode()
    return same_number or (bool(email) and hmac.compare_digest(typed.casefold().encode(), email))


def digits_of(phone: str) -> str:
    """The number without blanks, signs and the country's code: how one number is told from another."""
    digits = "".join(sign for sign in phone if "0" <= sign <= "9")
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def contact_hash(secret: bytes, year: int, personal: Personal) -> str | None:
    """The same for the same phone number (or e-mail address without one) within a year; None without either.

    A keyed hash: numbers are few enough to be tried out against a plain one. The key changes with the year.
    """
    contact = digits_of(personal.phone) or personal.email.casefold()
    if not contact:
        return None
    return hmac.digest(derived_key(secret, f"vault contact {year}"), contact.encode(), "sha256").hex()


def is_over(ended_at: datetime, amount: int, span: Span, now: datetime, zone: ZoneInfo) -> bool:
    """True when what ended at a moment has been kept for its time."""
    return ended_at < kept_since(now, amount, span, zone)


def kept_since(now: datetime, amount: int, span: Span, zone: ZoneInfo) -> datetime:
    """What ended before this moment is past its time of keeping.

    Hours are counted from moment to moment. Days, months and years are those of the office's calendar, and their last
    day belongs to the time of keeping; a month without that day ends with its last one.
    """
    if span is Span.HOURS:
        return now - timedelta(hours=amount)
    today = local_day(now, zone)
    if span is Span.DAYS:
        return start_of(today - timedelta(days=amount), zone)
    return start_of(months_before(today, amount * (12 if span is Span.YEARS else 1)), zone)


def months_before(day: date, count: int) -> date:
    """The same day so many months earlier, or the last one of a month that has no such day."""
    months = day.year * 12 + day.month - 1 - count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def sealed(key: bytes, nonce: bytes, pseudonym: str, personal: Personal) -> bytes:
    """The data under a person's key, bound to the pseudonym so that no row can take another's content."""
    plain = json.dumps(asdict(personal), ensure_ascii=False, sort_keys=True).encode()
    return nonce + AESGCM(key).encrypt(nonce, plain, pseudonym.encode())


def opened(key: bytes, pseudonym: str, content: bytes) -> Personal:
    """The data again. Raises DataUnreadable when key, pseudonym or content do not belong together.

    What was kept before languages were asked for has none in it: Chinese.
    """
    fields = json.loads(decrypted(key, pseudonym, content))
    language = Language(fields.pop("language", Language.ZH))
    return Personal(**fields, language=language)


def wrapped(secret: bytes, nonce: bytes, pseudonym: str, key: bytes) -> bytes:
    """A person's key under the installation's."""
    return nonce + AESGCM(derived_key(secret, "vault")).encrypt(nonce, key, pseudonym.encode())


def unwrapped(secret: bytes, pseudonym: str, content: bytes) -> bytes:
    return decrypted(derived_key(secret, "vault"), pseudonym, content)


def decrypted(key: bytes, pseudonym: str, content: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], pseudonym.encode())
    except InvalidTag as error:
        raise DataUnreadable from error
