"""What the charts and the printed sheets of participation show, and what they refuse."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
import pytest
from docx import Document
from PIL import Image

from qs.chart_style import LIGHT
from qs.participation import charts
from qs.participation.print_sheets import point_address, point_sheet, qr_picture

SERVICES = pd.DataFrame(
    [("Surgery", 0.9, 0.8, 0.95, "90 / 100", 100), ("Permits", 0.7, 0.5, 0.85, "14 / 20", 20)],
    columns=list(charts.SERVICE_COLUMNS),
)
LEVELS = pd.DataFrame(
    [("Very satisfied", 5, 6, 0.6, "6"), ("Dissatisfied", 2, 4, 0.4, "4")], columns=list(charts.LEVEL_COLUMNS)
)


def test_satisfaction_is_drawn_with_its_interval_and_counts_in_the_order_given():
    spec = charts.satisfaction_chart(SERVICES, colours=LIGHT, overall=0.85).to_dict()
    overall, reach, dots = spec["layer"]
    assert overall["encoding"]["x"]["field"] == "overall"
    assert (reach["encoding"]["x"]["field"], reach["encoding"]["x2"]["field"]) == ("lower", "upper")
    assert dots["encoding"]["y"]["sort"] == ["Surgery", "Permits"]
    assert "counts" in {one["field"] for one in dots["encoding"]["tooltip"]}


def test_the_levels_are_drawn_best_first_with_their_counts():
    bars, words = charts.levels_chart(LEVELS, colours=LIGHT).to_dict()["layer"]
    assert bars["encoding"]["y"]["sort"] == ["Very satisfied", "Dissatisfied"]
    assert words["encoding"]["text"]["field"] == "counts"


@pytest.mark.parametrize(
    ("chart", "frame", "missing"),
    [(charts.satisfaction_chart, SERVICES, "upper"), (charts.levels_chart, LEVELS, "counts")],
)
def test_a_missing_column_is_named(chart, frame, missing):
    with pytest.raises(ValueError, match=missing):
        chart(frame.drop(columns=[missing]), colours=LIGHT)


def test_the_code_of_a_point_leads_to_the_public_rating_page():
    address = point_address("https://qs.example.org/", "ABCD2345")
    assert address == "https://qs.example.org/rate?point=ABCD2345"
    with Image.open(BytesIO(qr_picture(address))) as picture:
        assert picture.width == picture.height > 500


def test_the_printed_sheet_names_the_service_in_both_languages():
    sheet = point_sheet(
        "https://qs.example.org/rate?point=ABCD2345",
        service="外科",
        service_en="Surgery",
        counter="3号窗口",
        counter_en="Counter 3",
        code="ABCD2345",
    )
    document = Document(BytesIO(sheet))
    words = " ".join(paragraph.text for paragraph in document.paragraphs)
    for text in ("外科", "Surgery", "3号窗口", "Counter 3", "https://qs.example.org/rate", "ABCD2345"):
        assert text in words
    assert len(document.inline_shapes) == 1
