"""What waits says until when, as it is said in an office."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pages._ui.rooms import when_words
from qs.i18n import Language, use_language


@pytest.mark.parametrize(
    ("gap", "chinese", "english"),
    [
        (timedelta(days=2), "11月25日前", "until 25 Nov"),
        (timedelta(days=60), "2027年1月22日前", "until 22 Jan 2027"),
        (timedelta(hours=2), "今天 12:00 前", "today until 12:00"),
    ],
)
def test_the_year_is_named_only_when_it_is_another(now, gap, chinese, english):
    use_language(Language.ZH)
    assert when_words(now + gap, now) == chinese
    use_language(Language.EN)
    assert when_words(now + gap, now) == english


def test_what_has_no_date_says_so_and_what_is_late_says_since_when(now):
    assert when_words(None, now) == "no date set"
    assert when_words(now - timedelta(days=3), now) == "late by 3 days"
