"""The words of notices: what is told, to whom, how they want to be told, and how far a message has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qs.i18n import N_, Language


class Strength(StrEnum):
    """How pressing the matter of a notice is, weakest first: the evidence levels by which figures are judged."""

    WATCH = "watch"
    REVIEW = "review"
    ACT = "act"

    def reaches(self, least: Strength) -> bool:
        """Whether it is at least as strong as another one."""
        order = list(Strength)
        return order.index(self) >= order.index(least)


class Channel(StrEnum):
    """How somebody is told."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    SCREEN = "screen"  # nowhere but here
    NONE = "none"

    @property
    def leaves_the_house(self) -> bool:
        """True when a notice is sent somewhere; all but `NONE` show it on the screen as well."""
        return self in (Channel.EMAIL, Channel.WEBHOOK)


class Rhythm(StrEnum):
    """When somebody is told."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class Weekday(StrEnum):
    """The day of a weekly digest, in the order in which Python counts them."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class NoticeState(StrEnum):
    """How far a notice has come."""

    COLLECTED = "collected"  # waits for the next digest
    QUEUED = "queued"
    SENDING = "sending"  # claimed by a process, until its lease ends
    SENT = "sent"
    SHOWN = "shown"  # stands on the screen and goes nowhere else
    FAILED = "failed"  # tried in vain, to be tried again
    GIVEN_UP = "given_up"
    IN_DIGEST = "in_digest"  # its words went into a digest, a notice of its own
    DROPPED = "dropped"  # the person no longer wants to be told, or no longer works here


class Failure(StrEnum):
    """Why a notice did not get through; kept instead of what a server said, which may hold an address."""

    MAIL_UNREACHABLE = "mail_unreachable"
    MAIL_UNPROTECTED = "mail_unprotected"
    MAIL_SIGN_IN = "mail_sign_in"
    MAIL_REFUSED = "mail_refused"
    RECIPIENT_REFUSED = "recipient_refused"
    NAME_UNKNOWN = "name_unknown"
    WEBHOOK_UNREACHABLE = "webhook_unreachable"
    WEBHOOK_UNPROTECTED = "webhook_unprotected"
    WEBHOOK_REFUSED = "webhook_refused"
    WEBHOOK_GONE = "webhook_gone"
    WEBHOOK_REDIRECTED = "webhook_redirected"
    HOST_NOT_ALLOWED = "host_not_allowed"
    ADDRESS_PRIVATE = "address_private"
    ADDRESS_UNREADABLE = "address_unreadable"


DIGEST, TRIAL = "notices.digest", "notices.trial"  # kinds of our own

FINAL = frozenset(  # what no later attempt will mend by itself
    {
        Failure.RECIPIENT_REFUSED,
        Failure.WEBHOOK_GONE,
        Failure.WEBHOOK_REDIRECTED,
        Failure.HOST_NOT_ALLOWED,
        Failure.ADDRESS_PRIVATE,
        Failure.ADDRESS_UNREADABLE,
    }
)
OF_THE_SERVER = frozenset(  # what the next message to the same server would meet as well
    {
        Failure.MAIL_UNREACHABLE,
        Failure.MAIL_UNPROTECTED,
        Failure.MAIL_SIGN_IN,
        Failure.NAME_UNKNOWN,
        Failure.WEBHOOK_UNREACHABLE,
        Failure.WEBHOOK_UNPROTECTED,
    }
)


@dataclass(frozen=True)
class Notice:
    """What is told, in the recipient's language. `link`: the screen where it is dealt with, as `/signals?signal=12`.

    `topic` names what it is about, as in the trail (`signal:12`); `kind` what happened to it (`signal.raised`).
    No personal data of citizens: a notice leaves the house.
    """

    topic: str
    kind: str
    subject: str
    body: str
    link: str = ""


@dataclass(frozen=True)
class Wish:
    """How somebody wants to be told. `address`: the e-mail or webhook address; `hour` and `weekday` of a digest."""

    channel: Channel
    address: str = ""
    least: Strength = Strength.ACT
    rhythm: Rhythm = Rhythm.AT_ONCE
    hour: int = 8  # local, 0 to 23
    weekday: Weekday = Weekday.MONDAY


NOT_AT_ALL = Wish(Channel.NONE)
ON_SCREEN = Wish(Channel.SCREEN, least=Strength.ACT)  # until somebody chooses


@dataclass(frozen=True)
class Preference:
    """The kept wish of a person, with what the screen needs to change it."""

    wish: Wish
    version: int  # 0: nothing was chosen yet
    signing_key: str = ""  # of a webhook: with it the receiver tells our messages from others


@dataclass(frozen=True)
class Listener:
    """Somebody who wants to know, at least on the screen, and in which language to put it."""

    person_id: int
    language: Language


@dataclass(frozen=True)
class Outlook:
    """What the house can send at present, and what waits because of it."""

    can_mail: bool
    can_call_webhooks: bool
    waiting_count: int  # not yet sent, digests left out
    stuck_count: int  # of these, those for whose channel nothing is set up
    given_up_count: int
    oldest_at: datetime | None  # since when the oldest waits


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Strength: {
        Strength.WATCH: N_("To be watched"),
        Strength.REVIEW: N_("To be examined"),
        Strength.ACT: N_("To be acted on"),
    },
    Channel: {
        Channel.EMAIL: N_("E-mail"),
        Channel.WEBHOOK: N_("Webhook"),
        Channel.SCREEN: N_("On screen only"),
        Channel.NONE: N_("Not at all"),
    },
    Rhythm: {
        Rhythm.AT_ONCE: N_("At once"),
        Rhythm.DAILY: N_("Once a day, together"),
        Rhythm.WEEKLY: N_("Once a week, together"),
    },
    Weekday: {
        Weekday.MONDAY: N_("Monday"),
        Weekday.TUESDAY: N_("Tuesday"),
        Weekday.WEDNESDAY: N_("Wednesday"),
        Weekday.THURSDAY: N_("Thursday"),
        Weekday.FRIDAY: N_("Friday"),
        Weekday.SATURDAY: N_("Saturday"),
        Weekday.SUNDAY: N_("Sunday"),
    },
    NoticeState: {
        NoticeState.COLLECTED: N_("Waits for the digest"),
        NoticeState.QUEUED: N_("Waits to be sent"),
        NoticeState.SENDING: N_("Being sent"),
        NoticeState.SENT: N_("Sent"),
        NoticeState.SHOWN: N_("On the screen"),
        NoticeState.FAILED: N_("Will be tried again"),
        NoticeState.GIVEN_UP: N_("Given up"),
        NoticeState.IN_DIGEST: N_("Went into a digest"),
        NoticeState.DROPPED: N_("No longer wanted"),
    },
    Failure: {
        Failure.MAIL_UNREACHABLE: N_("The mail server did not answer"),
        Failure.MAIL_UNPROTECTED: N_("The mail server offered no protected connection with a valid certificate"),
        Failure.MAIL_SIGN_IN: N_("The mail server refused our name and password"),
        Failure.MAIL_REFUSED: N_("The mail server did not take the message"),
        Failure.RECIPIENT_REFUSED: N_("The mail server refused the recipient’s address"),
        Failure.NAME_UNKNOWN: N_("The webhook’s host name could not be resolved"),
        Failure.WEBHOOK_UNREACHABLE: N_("The webhook did not answer"),
        Failure.WEBHOOK_UNPROTECTED: N_("The webhook showed no valid certificate"),
        Failure.WEBHOOK_REFUSED: N_("The webhook did not take the message"),
        Failure.WEBHOOK_GONE: N_("The webhook says it is gone for good"),
        Failure.WEBHOOK_REDIRECTED: N_("The webhook pointed elsewhere; we follow no one"),
        Failure.HOST_NOT_ALLOWED: N_("The webhook’s host is not on the list of this installation"),
        Failure.ADDRESS_PRIVATE: N_("The webhook’s host leads into an internal network"),
        Failure.ADDRESS_UNREADABLE: N_("The kept address cannot be read with this installation’s secret"),
    },
}
ERRORS: dict[str, str] = {
    "notice_address_missing": N_("Enter the address to which notices go."),
    "notice_email_unreadable": N_(
        "This is no complete e-mail address. It looks like name@example.org, in Latin letters."
    ),
    "notice_webhook_unreadable": N_(
        "This is no complete webhook address. It begins with https://, and holds no name and password."
    ),
    "notice_host_not_allowed": N_(
        "Notices may not be sent to {host}. Ask information technology to allow this host, or choose another way."
    ),
    "notice_hour_refused": N_("The hour of a digest lies between 0 and 23."),
    "notice_wish_changed": N_(
        "You changed how you are told in another window in the meantime. Look at it again; nothing was overwritten."
    ),
    "notice_undelivered": N_("This notice could not be delivered."),
    "notice_unknown": N_("There is no such notice."),
    "notice_not_given_up": N_("This notice is on its way or has arrived; there is nothing to send again."),
    "notice_nowhere_to_go": N_(
        "You chose to be told on the screen at most. Choose a way and save it first, then ask for a trial."
    ),
}
ACTIONS: dict[str, str] = {
    "notices.wish_set": N_("Chose how to be told"),
    "notices.trial_asked": N_("Asked for a trial notice"),
    "notices.given_up": N_("Gave up sending a notice"),
    "notices.sent_again": N_("Had a notice sent again"),
    "notices.read": N_("Read notices on the screen"),
}
OBJECTS: dict[str, str] = {"notice": N_("Notice")}
FACTS: dict[str, str] = {
    "least": N_("from which strength on"),
    "rhythm": N_("how often"),
    "failure": N_("failure"),
    "attempts": N_("attempts"),
    "incident": N_("incident"),
}
WAITING: dict[str, tuple[str, str]] = {
    "notices_given_up": (N_("Notices that could not be delivered: {count}"), N_("The newest failure: {field}")),
    "notices_stuck": (
        N_("Notices that wait because no way to send them is set up: {count}"),
        N_("Set up the mail server, or tell people to choose another way"),
    ),
}
