"""Words on screen: gettext catalogues read by Babel at start, the language of the run, and local formats."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from babel import dates, numbers
from babel.messages.pofile import read_po

from qs.settings import settings

LOCALE_DIR = Path(__file__).parent / "locale"
TEXTS_KEPT = 8192  # of each kind: screens show the same figures and days over and over, and Babel is slow


class Language(StrEnum):
    """A language in which every text exists."""

    ZH = "zh_CN"
    EN = "en"


LANGUAGE_NAMES = {Language.ZH: "中文", Language.EN: "English"}
_language: ContextVar[Language] = ContextVar("language", default=Language.ZH)


def use_language(language: Language) -> None:
    """Choose the language of everything shown from here on in this run."""
    _language.set(language)


def language() -> Language:
    return _language.get()


@contextmanager
def speaking(wanted: Language) -> Iterator[None]:
    """Everything inside the block is put in one language: for texts that somebody else reads."""
    before = _language.set(wanted)
    try:
        yield
    finally:
        _language.reset(before)


def choose_language(accepted: str | None) -> Language:
    """The language for an `Accept-Language` header or a browser locale: Chinese unless another one comes first."""
    first = (accepted or "zh").split(",")[0].strip().lower()
    return Language.ZH if first.startswith("zh") or not first else Language.EN


@cache
def catalogue(chosen: Language) -> dict[str, tuple[str, ...]]:
    """Message -> its translations (one, or one for each plural form). English is the code itself."""
    path = LOCALE_DIR / chosen / "LC_MESSAGES" / "qs.po"
    if not path.exists():
        return {}
    messages: dict[str, tuple[str, ...]] = {}
    with path.open("rb") as file:
        for message in read_po(file, locale=chosen):
            if message.id and message.string:
                key = message.id if isinstance(message.id, str) else message.id[0]
                messages[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return messages


def gettext(message: str) -> str:
    return catalogue(language()).get(message, (message,))[0]


def ngettext(singular: str, plural: str, n: int) -> str:
    """The right form for `n`; Chinese has one form."""
    forms = catalogue(language()).get(singular)
    if forms:
        return forms[0]
    return singular if n == 1 else plural


def N_(message: str) -> str:
    """Mark a text for translation where it is written, to be translated where it is shown."""
    return message


_ = gettext


def pick(chinese: str, english: str | None) -> str:
    """The name or text of a record in the language of the run: the English one when it exists and is wanted."""
    return english if english and language() is Language.EN else chinese


def locale_code() -> str:
    return language().value


def number(value: float, places: int = 0) -> str:
    """A number with grouped digits and a fixed number of decimals."""
    return decimal_text(value, f"#,##0{'.' + '0' * places if places else ''}", locale_code())


def percent(share: float, places: int = 1) -> str:
    """A share (0 to 1) as a percentage."""
    return percent_text(share, f"#,##0{'.' + '0' * places if places else ''}%", locale_code())


@lru_cache(maxsize=TEXTS_KEPT)
def decimal_text(value: float, pattern: str, locale: str) -> str:
    return numbers.format_decimal(value, format=pattern, locale=locale)


@lru_cache(maxsize=TEXTS_KEPT)
def percent_text(share: float, pattern: str, locale: str) -> str:
    return numbers.format_percent(share, format=pattern, locale=locale)


@lru_cache(maxsize=TEXTS_KEPT)
def date_text(value: date, pattern: str, locale: str) -> str:
    return dates.format_date(value, pattern, locale=locale)


def moment(value: datetime, *, seconds: bool = False) -> str:
    """Date and time in the office's time zone, to the minute or the second."""
    local = value.astimezone(settings().zone)
    return f"{day(local.date())} {clock(value, seconds=seconds)}"


def clock(value: datetime, *, seconds: bool = False) -> str:
    return value.astimezone(settings().zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day(value: date) -> str:
    pattern = "y年M月d日" if language() is Language.ZH else "d MMM y"
    return date_text(value, pattern, locale_code())


def near_day(value: date, today: date) -> str:
    """A day as it is said when it is near: without the year while it is this one."""
    if value.year != today.year:
        return day(value)
    return date_text(value, "M月d日" if language() is Language.ZH else "d MMM", locale_code())


def month(value: date) -> str:
    pattern = "y年M月" if language() is Language.ZH else "MMM y"
    return date_text(value, pattern, locale_code())


def weekday(value: date) -> str:
    return date_text(value, "EEEE", locale_code())


def age(gap: timedelta) -> str:
    """How long something took or is ago, in its largest whole unit: 26 hours, 3 minutes."""
    seconds = max(int(gap.total_seconds()), 0)
    if seconds < 90:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=seconds)
    if seconds < 90 * 60:
        return ngettext("{n} minute", "{n} minutes", seconds // 60).format(n=seconds // 60)
    if seconds < 48 * 3600:
        return ngettext("{n} hour", "{n} hours", seconds // 3600).format(n=seconds // 3600)
    days = seconds // 86400
    if days < 90:
        return ngettext("{n} day", "{n} days", days).format(n=days)
    if days < 730:
        return ngettext("{n} month", "{n} months", days // 30).format(n=days // 30)
    return ngettext("{n} year", "{n} years", days // 365).format(n=days // 365)
