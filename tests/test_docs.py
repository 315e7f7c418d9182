"""The documents are true: commands, links, settings, layouts and the words of the screens they speak of all exist."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
import typer

from qs.cli import app
from qs.i18n import Language, catalogue
from qs.observations.feeds import FEED_FILES, mapping_from_toml
from qs.settings import Settings
from tests.test_architecture import CONTEXTS
from tests.test_words import messages

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCREENS = ("home", "live", "feeds", "standards", "directory", "people", "audit", "sign_in")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"python -m qs((?:[ \t]+[^\s`|&;]+)*)")
TARGET = re.compile(r"(?:`|^)make ([a-z]+)", re.MULTILINE)
SETTING = re.compile(r"\bQS_[A-Z_]*[A-Z]\b")
TEST_NAME = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
OTHER_VARIABLES = {"QS_SETTINGS_FILE", "QS_TEST_POSTGRES_URL", "QS_TEST_KILLS", "QS_KEY", "QS_BENCH_CITY"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def readme() -> str:
    return text(ROOT / "README.md")


def blocks(path: Path, language: str) -> list[str]:
    """The code blocks of a language in a document."""
    found: list[str] = re.findall(rf"^ *```{language}\n(.*?)^ *```", text(path), re.DOTALL | re.MULTILINE)
    return found


def anchors(path: Path) -> set[str]:
    """What the headings of a document are called in links."""
    titles = re.findall(r"^#+ (.+)$", text(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands(path: Path) -> list[list[str]]:
    """The words after each `python -m qs` in a document."""
    return [found.split() for found in COMMAND.findall(text(path))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_command_is_there_with_its_options(path):
    known = typer.main.get_command(app).commands
    for words in commands(path):
        if not words or words[0] in ("…", "streamlit"):
            continue
        assert words[0] in known, words
        options = {option for parameter in known[words[0]].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, words


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_feed_of_an_import_is_shipped(path):
    imports = [words for words in commands(path) if words[:1] == ["import"]]
    for words in imports:
        assert (FEED_FILES / f"{words[words.index('--feed') + 1]}.toml").exists(), words


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_target_of_make_is_there(path):
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    assert set(TARGET.findall(text(path))) <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_and_picture_leads_somewhere(path):
    for address in LINK.findall(text(path)):
        if address.startswith(("http://", "https://")):
            continue
        file, _, anchor = address.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), address
        assert not anchor or anchor in anchors(target), address


@pytest.mark.parametrize(("language", "guide"), [("en", "user_guide.md"), ("zh", "user_guide.zh.md")])
def test_every_screen_has_its_picture_in_the_guide(language, guide):
    for screen in SCREENS:
        assert f"(screenshots/{screen}_{language}.png)" in text(ROOT / "docs" / guide)


def test_every_setting_stands_in_the_table():
    rows = set(re.findall(r"^\| `(QS_[A-Z_]+)` \|", readme(), re.MULTILINE))
    assert rows == {f"QS_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_variable_is_read_by_something(path):
    known = OTHER_VARIABLES | {f"QS_{name.upper()}" for name in Settings.model_fields}
    assert set(SETTING.findall(text(path))) <= known


def test_the_map_names_every_context_in_order_and_in_its_own_words():
    rows = re.findall(r"^\| `qs/(\w+)` \| [^|]+ \| (.+) \|$", readme(), re.MULTILINE)
    own_words = [(name, (import_module(f"qs.{name}").__doc__ or "").strip()) for name in CONTEXTS]
    assert rows == own_words


def test_every_dependency_has_its_reason():
    wanted = {
        re.split(r"[=<>~]", line)[0].strip()
        for line in text(ROOT / "requirements.in").splitlines()
        if line and not line.startswith("#")
    }
    given = set(re.findall(r"^- `([^`]+)`: ", text(ROOT / "docs" / "decisions.md"), re.MULTILINE))
    assert given == wanted


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_test_and_file_of_code_is_there(path):
    for file, name in TEST_NAME.findall(text(path)):
        assert (ROOT / file).exists(), file
        functions = {node.name for node in ast.walk(ast.parse(text(ROOT / file))) if isinstance(node, ast.FunctionDef)}
        assert not name or name in functions, f"{file}::{name}"
    for file in re.findall(r"`((?:qs|pages|tests)/[\w/]+(?:\.\w+)?)`", text(path)):
        assert (ROOT / file).exists(), file


def test_the_layout_in_the_guide_is_one_that_is_accepted():
    (layout,) = blocks(ROOT / "docs" / "feeds.md", "toml")
    assert mapping_from_toml(layout.encode()).code == "county-halls"


def test_every_shipped_feed_and_every_field_of_a_layout_is_described():
    described = text(ROOT / "docs" / "feeds.md")
    for file in FEED_FILES.glob("*.toml"):
        assert f"`{file.stem}`" in described
        for field in mapping_from_toml(file.read_bytes()).raw:
            assert f"`{field}`" in described or f"`[{field}]`" in described or f"`[[{field}]]`" in described, field


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_json_example_can_be_read(path):
    for example in blocks(path, "json"):
        json.loads(example)


def test_the_english_guide_uses_the_words_of_the_screens():
    said = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text(ROOT / "docs" / "user_guide.md"))
    known = {message.replace("{n} ", "") for message in messages()}
    assert [word for word in said if word not in known and word != "italics"] == []


def test_the_chinese_guide_uses_the_words_of_the_screens():
    said = re.findall(r"「([^」]+)」", text(ROOT / "docs" / "user_guide.zh.md"))
    known = {word for words in catalogue(Language.ZH).values() for word in words}
    assert [word for word in said if word not in known] == []
