"""Every text people read exists in both languages, and no translation is left without its text."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir

from qs.i18n import Language, catalogue

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)[^}]*\}(?!\})")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def messages() -> dict[str, str]:
    """Every message in the code -> where it stands; the singular of those with a plural."""
    found: dict[str, str] = {}
    for folder in ("qs", "pages"):
        extracted = extract_from_dir(
            ROOT / folder,
            [("**.py", "python")],
            keywords=KEYWORDS,
            directory_filter=lambda path: "__pycache__" not in path,
        )
        for file, line, message, *_ in extracted:
            key = message if isinstance(message, str) else message[0]
            found[key] = f"{folder}/{file}:{line}"
    return found


def test_every_text_has_its_chinese():
    words = catalogue(Language.ZH)
    missing = [f"{place}: {message}" for message, place in messages().items() if not words.get(message, ("",))[0]]
    assert missing == []


def test_no_chinese_text_is_left_over():
    left = sorted(set(catalogue(Language.ZH)) - set(messages()))
    assert left == []


def test_a_translation_keeps_the_places_to_fill():
    lost = [
        message
        for message, translations in catalogue(Language.ZH).items()
        for translation in translations
        if set(PLACEHOLDER.findall(translation)) != set(PLACEHOLDER.findall(message))
    ]
    assert lost == []


def test_no_chinese_stands_in_the_code_as_a_message():
    assert [message for message in messages() if CHINESE.search(message)] == []
