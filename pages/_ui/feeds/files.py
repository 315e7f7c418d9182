"""An uploaded file as a table: read once, with the question about its encoding where the bytes leave it open."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from pages._ui.widgets import note, show_error
from qs.errors import QualityError
from qs.i18n import gettext as _
from qs.sentences import label
from qs.tabular import Candidate, EncodingUnknown, Reading, scan_table
from qs.tabular.terms import Encoding

KEPT_MINUTES = 15
FILES_KEPT = 4
TYPES = ["csv", "xlsx", "gz", "txt", "tsv"]


@dataclass(frozen=True)
class Upload:
    """A file somebody handed over, read."""

    sha256: str
    reading: Reading


def uploaded_table(label_text: str, *, key: str) -> Upload | None:
    """The uploader and what it takes to read the file; None until there is a table."""
    file = st.file_uploader(label_text, type=TYPES, key=key)
    if file is None:
        note(_("CSV or XLSX, also as .gz. The first row holds the column names. Nothing is stored before you say so."))
        return None
    data = file.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        with st.spinner(_("Reading the file")):
            reading = scanned(sha256, file.name, None, None, _data=data)
    except EncodingUnknown as unknown:
        encoding = asked_encoding(unknown, key=key)
        if encoding is None:
            return None
        try:
            reading = scanned(sha256, file.name, encoding, None, _data=data)
        except QualityError as error:
            show_error(error)
            return None
    except QualityError as error:
        show_error(error)
        return None
    return Upload(sha256, chosen_sheet(reading, sha256, data, key=key))


@st.cache_resource(ttl=timedelta(minutes=KEPT_MINUTES), max_entries=FILES_KEPT, show_spinner=False)
def scanned(sha256: str, file_name: str, encoding: Encoding | None, sheet: str | None, *, _data: bytes) -> Reading:
    """The file, read once for the many runs a page makes; whoever has the same bytes gets the same table."""
    return scan_table(_data, file_name=file_name, encoding=encoding, sheet=sheet)


def asked_encoding(unknown: EncodingUnknown, *, key: str) -> Encoding | None:
    """Show the first lines in each encoding the bytes allow, and let a person choose."""
    show_error(unknown)
    samples: dict[Encoding, Candidate] = {candidate.encoding: candidate for candidate in unknown.candidates}
    chosen: Encoding | None = st.radio(
        _("In which encoding does the text read right?"),
        list(samples),
        index=None,
        format_func=label,
        key=f"{key}_encoding",
    )
    for candidate in samples.values():
        note(label(candidate.encoding))
        st.code("\n".join(candidate.sample_rows), language=None)
    return chosen


def chosen_sheet(reading: Reading, sha256: str, data: bytes, *, key: str) -> Reading:
    """The sheet to load, when a workbook has several."""
    sheets = reading.table.sheets
    if len(sheets) < 2:
        return reading
    sheet = st.selectbox(_("Sheet"), list(sheets), key=f"{key}_sheet")
    if sheet == reading.table.sheet:
        return reading
    try:
        return scanned(sha256, reading.table.file_name, None, sheet, _data=data)
    except QualityError as error:
        show_error(error)
        st.stop()
