"""A notice as it leaves the house: its words with link and footing, and what names it wherever it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qs.errors import Conflict
from qs.i18n import Language, pick, speaking
from qs.i18n import gettext as _
from qs.notices.terms import Failure, Strength
from qs.settings import Settings


class Undelivered(Conflict):
    """A message did not get through; `failure` says why."""

    code = "notice_undelivered"

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure=failure.value)


@dataclass(frozen=True)
class Envelope:
    """One message, ready to be sent. `key` is the same at every attempt; `link` is a whole address, or empty."""

    key: str
    topic: str
    kind: str
    strength: Strength
    subject: str
    body: str
    link: str
    office: str
    footing: str
    sent_at: datetime

    @property
    def text(self) -> str:
        """The whole text of a plain message; the line of dashes is where mail programs expect a signature."""
        parts = [self.body, self.link, f"-- \n{self.footing}"]
        return "\n\n".join(part for part in parts if part) + "\n"


def footing(language: Language, chosen: Settings) -> tuple[str, str]:
    """The office's name, and the lines under every message: who writes, and how to end it."""
    with speaking(language):
        office = pick(chosen.office_name, chosen.office_name_en)
        words = _("{office}. You chose to be told this way; change or end it under My account: {address}")
        return office, words.format(office=office, address=f"{chosen.staff_address}/account")


def public_footing(language: Language, chosen: Settings) -> tuple[str, str]:
    """The same under messages to requesters: who writes, why, and how to end it."""
    with speaking(language):
        office = pick(chosen.office_name, chosen.office_name_en)
        words = _(
            "{office}. You left this address with your request. To correct it or have your data erased: "
            "{address} with your receipt code. Nobody reads replies to this message."
        )
        return office, words.format(office=office, address=f"{chosen.public_url.rstrip('/')}/follow")


def whole_link(link: str, chosen: Settings) -> str:
    return f"{chosen.staff_address}{link}" if link else ""
