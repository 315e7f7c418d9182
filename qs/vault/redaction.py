"""Personal data in what people write: phone, identity, card and plate numbers and e-mail addresses, found and hidden.

Pure and quick: a text without a digit or an @ is not looked at. Names are not found; who somebody is stands in the
vault, and people are asked not to write it. Sources: the check sign of identity numbers, GB 11643-1999 (ISO 7064 MOD
11-2); of bank cards, ISO/IEC 7812-1 annex B (Luhn); plates, GA 36-2018. Lengths of phone numbers: local rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qs.vault.terms import PersonalKind

HIDDEN = "*"
CODE_WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
CHECK_SIGNS = "10X98765432"
GAP = r"[ -]?"
NOT_IN_NUMBER = r"(?<![0-9A-Za-z])"
NUMBER_ENDS = r"(?![0-9A-Za-z])"
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
PLAIN = {**FULL_WIDTH, ord("＠"): ord("@"), ord("－"): ord("-"), ord("　"): ord(" "), ord("．"): ord(".")}
WORTH_A_LOOK = re.compile(rf"[0-9]{GAP}[0-9]{GAP}[0-9]|@|[{PROVINCES}][A-Z]")


@dataclass(frozen=True)
class Finding:
    """Personal data in a text: what kind, and from which sign to which (the end is not included)."""

    kind: PersonalKind
    starts: int
    ends: int


def is_identity_number(digits: str) -> bool:
    """True for 18 signs with a plausible day of birth and the right check sign."""
    month, day = int(digits[10:12]), int(digits[12:14])
    if not (digits[6:8] in ("18", "19", "20") and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(weight * int(sign) for weight, sign in zip(CODE_WEIGHTS, digits[:17], strict=True))
    return CHECK_SIGNS[total % 11] == digits[17].upper()


def is_card_number(digits: str) -> bool:
    """True when the last digit is the check digit of the others (Luhn)."""
    doubled = (int(one) * 2 if place % 2 else int(one) for place, one in enumerate(reversed(digits)))
    return len(set(digits)) > 1 and sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


def always(found: str) -> bool:
    return True


PATTERNS = (  # the surer ones first: what one has found is not looked at by the next
    (PersonalKind.EMAIL, re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), always),
    (
        PersonalKind.IDENTITY,
        re.compile(rf"{NOT_IN_NUMBER}[1-9](?:{GAP}[0-9]){{16}}{GAP}[0-9Xx]{NUMBER_ENDS}"),
        is_identity_number,
    ),
    (PersonalKind.CARD, re.compile(rf"{NOT_IN_NUMBER}[3-9](?:{GAP}[0-9]){{14,18}}{NUMBER_ENDS}"), is_card_number),
    (
        PersonalKind.PHONE,
        re.compile(rf"{NOT_IN_NUMBER}(?:(?:\+|00)?86{GAP})?1[3-9](?:{GAP}[0-9]){{9}}{NUMBER_ENDS}"),
        always,
    ),
    (
        PersonalKind.PHONE,
        re.compile(rf"{NOT_IN_NUMBER}(?:\(0[0-9]{{2,3}}\)|0[0-9]{{2,3}}{GAP}){GAP}[2-8][0-9]{{6,7}}{NUMBER_ENDS}"),
        always,
    ),
    (
        PersonalKind.PLATE,
        re.compile(rf"[{PROVINCES}][A-HJ-NP-Z][ ·•.]?(?=[A-Z0-9]*[0-9])[A-HJ-NP-Z0-9]{{5,6}}{NUMBER_ENDS}"),
        always,
    ),
)


def findings(text: str) -> list[Finding]:
    """The personal data in a text, in their order, none inside another; full-width signs are read as plain ones."""
    plain = text.translate(PLAIN).replace("（", "(").replace("）", ")")
    if not WORTH_A_LOOK.search(plain):
        return []
    found: list[Finding] = []
    for kind, pattern, is_one in PATTERNS:
        for match in pattern.finditer(plain):
            inside = any(one.starts < match.end() and match.start() < one.ends for one in found)
            if not inside and is_one(re.sub(r"[ -]", "", match.group())):
                found.append(Finding(kind, match.start(), match.end()))
    return sorted(found, key=lambda one: one.starts)


def redacted(text: str) -> str:
    """The text with all but a hint of the personal data hidden; the same length, so that nothing moves.

    What everybody passes on of a citizen's words goes through here: to units, to desks, to the public.
    """
    return "".join(pieces(text, hidden))


def pieces(text: str, put: Callable[[PersonalKind, str], str]) -> Iterator[str]:
    """The text in pieces, each of its personal data replaced."""
    read = 0
    for one in findings(text):
        yield text[read : one.starts]
        yield put(one.kind, text[one.starts : one.ends])
        read = one.ends
    yield text[read:]


def hidden(kind: PersonalKind, found: str) -> str:
    """The first sign of an e-mail address and its domain, the first two signs of everything else."""
    if kind is PersonalKind.EMAIL:
        at = max(found.find("@"), found.find("＠"))
        return found[:1] + HIDDEN * (at - 1) + found[at:]
    return found[:2] + HIDDEN * (len(found) - 2)
