"""How long a request was handled: counted for one as it is closed, and for many at once when it is proven."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from qs.complaints.figures.expected import Handled
from qs.complaints.figures.told import handling_hours, hours_handled
from tests.deadlines.test_working_time import FIRST, calendar

minutes = st.integers(0, 60 * 24 * 40)
stretches = st.lists(st.tuples(minutes, minutes), max_size=3)


@st.composite
def requests(draw):
    begins, ends = sorted((draw(minutes), draw(minutes)))
    stood = [tuple(FIRST + timedelta(minutes=at) for at in sorted(span)) for span in draw(stretches)]
    return Handled(FIRST + timedelta(minutes=begins), FIRST + timedelta(minutes=ends), tuple(stood))


@given(st.lists(requests(), min_size=1, max_size=10))
def test_one_request_counts_the_same_number_of_hours_alone_as_among_many(found):
    known = calendar()
    assert [hours_handled(known, one) for one in found] == handling_hours(known, found).tolist()
