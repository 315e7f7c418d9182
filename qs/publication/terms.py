"""The words of publication: reports, open data, disclosure control and the disclosure calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from qs.i18n import N_

SMALLEST_COUNT = 10  # counts below it, but not zero, are hidden (Washington State DOH Small Numbers Standard)
SMALLEST_COMPLEMENT = 3  # of one service's rate: 1 or 2 cases on its other side are "unsafe" (UK practice)
NOTE_LENGTH = 500
STORY_LENGTH = 300
STORIES_SHOWN = 6


class ReleaseState(StrEnum):
    """Where a release stands on its way to the public."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    APPROVED = "approved"
    PUBLISHED = "published"

    @property
    def is_open_to_change(self) -> bool:
        return self in (ReleaseState.DRAFT, ReleaseState.SENT_BACK)


class ItemKind(StrEnum):
    """What has to be disclosed (信息公开事项)."""

    QUARTERLY_REPORT = "quarterly_report"
    COMPLAINT_BULLETIN = "complaint_bulletin"
    ANNUAL_PLAN = "annual_plan"
    CONSULTATION_SUMMARY = "consultation_summary"
    HEARING_FEEDBACK = "hearing_feedback"
    WORK_PROGRESS = "work_progress"
    OTHER = "other"


class ItemState(StrEnum):
    """How an item of the calendar stands on a day; computed, never stored."""

    TO_COME = "to_come"
    DUE_SOON = "due_soon"
    LATE = "late"
    DONE = "done"
    DONE_LATE = "done_late"


class Change(StrEnum):
    """A figure beside the one of the previous quarter."""

    IMPROVED = "improved"
    STEADY = "steady"
    WORSE = "worse"
    UNKNOWN = "unknown"


class CellKind(StrEnum):
    """What a column of a published table holds."""

    CODE = "code"
    TEXT = "text"
    COUNT = "count"
    SHARE = "share"  # 0 to 1
    SCORE = "score"  # 0 to 100
    DAY = "day"


class Format(StrEnum):
    """A file of the report."""

    HTML = "html"
    DOCX = "docx"


@dataclass(frozen=True)
class Story:
    """One “you said, we did”: free text, reviewed by the second person before it is public."""

    service_id: int | None
    said: str
    said_en: str
    did: str
    did_en: str
    result: str = ""
    result_en: str = ""


@dataclass(frozen=True)
class ReleaseInfo:
    """A published release without its figures."""

    release_id: int
    name: str  # of the quarter, such as 2026Q3
    revision: int  # 1, 2 …
    slug: str  # its part of the addresses: 2026Q3, 2026Q3-r2
    starts_on: date
    ends_on: date  # the last day of the quarter
    published_at: datetime
    sha256: str  # of the stored document
    period_sha256: str  # of the frozen quarter it rests on
    note: str  # what a revision changes
    note_en: str

    def report_path(self, language: str, kind: Format) -> str:
        """The address of the report; `language` is zh or en."""
        return f"/reports/{self.slug}.{language}.{kind.value}"

    def data_path(self, table: str) -> str:
        return f"/open/{self.slug}/{table}.csv"


@dataclass(frozen=True)
class PublicRate:
    """One rate with what stands behind it. Hidden parts are None; `is_hidden` says that small numbers are the reason.

    Shares lie between 0 and 1; `lower` and `upper` are the 95 % Wilson interval; `n` is the denominator.
    """

    code: str
    name: str
    name_en: str
    share: float | None
    lower: float | None
    upper: float | None
    numerator: int | None
    n: int | None
    previous: float | None  # the same rate in the release of the quarter before
    change: Change
    is_hidden: bool
    definition: str = ""
    definition_en: str = ""
    unit_of_n: str = ""  # 份评价, 件诉求 …
    unit_of_n_en: str = ""


@dataclass(frozen=True)
class PublicCount:
    """One count with its share of the whole; None where small numbers are hidden."""

    code: str
    name: str
    name_en: str
    count: int | None
    share: float | None


@dataclass(frozen=True)
class PublicStory:
    """What the public said and what was done."""

    service: str
    service_en: str
    said: str
    said_en: str
    did: str
    did_en: str
    result: str
    result_en: str


@dataclass(frozen=True)
class PublicDecision:
    """A reward, a commendation or a penalty that has been published."""

    service: str
    service_en: str
    kind: str
    kind_en: str
    title: str
    title_en: str
    reason: str
    reason_en: str
    decided_on: date | None
    is_role_model: bool


@dataclass(frozen=True)
class PublicService:
    """One service in the quarter: its score with interval, or why there is none."""

    code: str
    name: str
    name_en: str
    sector: str  # code
    area: str  # code
    score: float | None  # 0 to 100
    lower: float | None
    upper: float | None
    n: int | None
    tier: str
    is_ranked: bool
    satisfaction: PublicRate


@dataclass(frozen=True)
class ReportDue:
    """By when the next report must be out; provisional while the calendar of that year is not published."""

    on: date
    is_provisional: bool


@dataclass(frozen=True)
class PublishedFigures:
    """Everything pages and kiosk may show, read from the stored document of the newest published release.

    Without any release `release` is None, the tuples are empty and the verdict says so.
    `headline`: satisfaction, on_time, negatives_rectified, participation, in this order.
    `sectors`, `districts`: satisfaction of ratings, in the order of the directory. `three_rates`: response,
    resolution, satisfaction of call-backs. `city` is the satisfaction of the whole city (the line in the charts).
    `gap`: the difference between the best and the worst district, only when their intervals do not overlap.
    """

    release: ReleaseInfo | None
    verdict: str
    verdict_en: str
    summary: str  # one or two sentences under the verdict
    summary_en: str
    headline: tuple[PublicRate, ...] = ()
    sectors: tuple[PublicRate, ...] = ()
    districts: tuple[PublicRate, ...] = ()
    three_rates: tuple[PublicRate, ...] = ()
    levels: tuple[PublicCount, ...] = ()  # the five rating levels
    outcomes: tuple[PublicCount, ...] = ()  # what became of closed requests
    activities: tuple[PublicCount, ...] = ()  # suggestions, consultations, inspections, rectifications … in numbers
    services: tuple[PublicService, ...] = ()
    stories: tuple[PublicStory, ...] = ()  # you said, we did
    decisions: tuple[PublicDecision, ...] = ()
    role_models: tuple[PublicDecision, ...] = ()
    smallest_count: int = SMALLEST_COUNT
    tables: tuple[str, ...] = ()  # codes of the open data tables, for ReleaseInfo.data_path
    releases: tuple[ReleaseInfo, ...] = ()  # all published ones, newest first, revisions included
    next_due: ReportDue | None = None

    @property
    def city(self) -> PublicRate | None:
        return self.headline[0] if self.headline else None


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    ReleaseState: {
        ReleaseState.DRAFT: N_("Draft"),
        ReleaseState.SUBMITTED: N_("Submitted for approval"),
        ReleaseState.SENT_BACK: N_("Sent back"),
        ReleaseState.APPROVED: N_("Approved"),
        ReleaseState.PUBLISHED: N_("Published"),
    },
    ItemKind: {
        ItemKind.QUARTERLY_REPORT: N_("Quarterly report"),
        ItemKind.COMPLAINT_BULLETIN: N_("Monthly bulletin of requests"),
        ItemKind.ANNUAL_PLAN: N_("Annual plan of supervision"),
        ItemKind.CONSULTATION_SUMMARY: N_("Summary of a consultation"),
        ItemKind.HEARING_FEEDBACK: N_("Feedback after a hearing"),
        ItemKind.WORK_PROGRESS: N_("Progress of work"),
        ItemKind.OTHER: N_("Other disclosure"),
    },
    ItemState: {
        ItemState.TO_COME: N_("To come"),
        ItemState.DUE_SOON: N_("Due soon"),
        ItemState.LATE: N_("Late"),
        ItemState.DONE: N_("Published in time"),
        ItemState.DONE_LATE: N_("Published late"),
    },
    Change: {
        Change.IMPROVED: N_("Improving"),
        Change.STEADY: N_("Steady"),
        Change.WORSE: N_("Needs attention"),
        Change.UNKNOWN: N_("No comparison"),
    },
}
ERRORS: dict[str, str] = {
    "release_unknown": N_("There is no such release."),
    "report_needs_frozen_period": N_("The quarter {period} is not frozen. Freeze it on the Rankings page first."),
    "release_open": N_("A release of {period} is being prepared already. Finish that one."),
    "revision_without_reason": N_("Say what the revision changes and why: readers of the first edition must know."),
    "release_not_in_state": N_("The release is not in the state this step needs: {state}. Look at it again."),
    "release_changed": N_("Somebody has changed this release in the meantime. Look at it again, then decide."),
    "report_incomplete": N_("The table “{table}” has {rows} rows, but {needed} are needed. Prepare the report again."),
    "report_text_missing": N_("The report lacks its text “{field}”. Prepare it again."),
    "own_release": N_("You prepared this release. A second person has to approve it."),
    "send_back_reason_missing": N_("Say why it goes back, so that it can be mended."),
    "publication_text_too_long": N_("The text has {length} characters. Use at most {limit}."),
    "story_incomplete": N_("Each “you said, we did” needs both sides in Chinese and in English."),
    "stories_too_many": N_("The report shows at most {most} of these. Choose the most telling ones."),
    "item_unknown": N_("There is no such item in the disclosure calendar."),
    "item_done": N_("This item is marked as published already."),
    "item_by_release": N_("A quarterly report is done when its release is published; it cannot be ticked off by hand."),
    "item_done_in_future": N_("The day of publication lies in the future. Enter the day on which it was published."),
    "open_table_unknown": N_("There is no such table among the open data."),
}
ACTIONS: dict[str, str] = {  # what an entry of the trail says was done
    "publication.prepared_release": N_("Prepared a release"),
    "publication.rebuilt_release": N_("Prepared a release anew"),
    "publication.wrote_stories": N_("Chose what the public said and what was done"),
    "publication.submitted_release": N_("Submitted a release"),
    "publication.sent_back_release": N_("Sent a release back"),
    "publication.approved_release": N_("Approved a release"),
    "publication.published_release": N_("Published a release"),
    "publication.refreshed_calendar": N_("Brought the disclosure calendar up to date"),
    "publication.added_item": N_("Added an item to the disclosure calendar"),
    "publication.completed_item": N_("Marked an item of the disclosure calendar as published"),
}
OBJECTS: dict[str, str] = {  # what an entry of the trail is about: the word before the colon
    "release": N_("Release"),
    "disclosure_item": N_("Disclosure item"),
    "disclosure_calendar": N_("Disclosure calendar"),
}
FACTS: dict[str, str] = {  # what the facts of its entries are called
    "period": N_("quarter"),
    "revision": N_("revision"),
    "sha256": N_("SHA-256"),
    "story_count": N_("stories"),
    "item_count": N_("items"),
    "due_on": N_("due on"),
    "done_on": N_("done on"),
}
WAITING: dict[str, tuple[str, str]] = {  # what waits for somebody: the line, and why
    "publication.prepare": (
        N_("Prepare the report of {period}"),
        N_("the quarter is frozen and not yet published"),
    ),
    "publication.mend": (N_("Mend the report of {period}"), N_("it was sent back")),
    "publication.approve": (N_("Approve the report of {period}"), N_("it was submitted and needs a second person")),
    "publication.publish": (N_("Publish the report of {period}"), N_("it is approved")),
    "publication.disclose": (N_("Publish: {title}"), N_("it stands in the disclosure calendar")),
}
