"""What the trail says is said in words: every action that is recorded anywhere, and what it is about."""

import ast
from pathlib import Path

import pytest

from qs.audit.terms import OBJECTS
from qs.i18n import Language, use_language
from qs.sentences import CHAIN, RECORDING, action_label, fact_label, object_label

QS = Path(__file__).resolve().parents[2] / "qs"
ROOMS = ("audit", "access", "directory", "standards", "observations")
WRITERS = {"record", "trace", "trace_changes"}


def written():
    """Every call that writes an entry in the rooms that write it in one place, as the nodes of action and object.

    What the rooms of the chain write is read where every action is tried: tests/rights/test_matrix.py.
    """
    for path in [path for room in ROOMS for path in (QS / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in WRITERS:
                yield node.args[1], node.args[2]


def recorded_actions():
    return {action.value for action, _ in written() if isinstance(action, ast.Constant)}


def recorded_kinds():
    found = set()
    for _, subject in written():
        first = subject.values[0] if isinstance(subject, ast.JoinedStr) else subject
        if isinstance(first, ast.Constant):
            found.add(first.value.split(":")[0])
    return found


def test_every_recorded_action_has_its_words():
    known = set().union(*(context.ACTIONS for context in RECORDING if context not in CHAIN))
    assert recorded_actions() == known


def test_an_action_that_is_not_written_out_is_only_passed_on():
    others = {ast.unparse(action) for action, _ in written() if not isinstance(action, ast.Constant)}
    assert others <= {"action"}


def test_every_kind_of_object_has_its_word():
    assert recorded_kinds() <= set(OBJECTS)


def test_an_entry_is_told_in_the_language_of_the_run():
    assert action_label("access.signed_in") == "Signed in"
    use_language(Language.ZH)
    assert action_label("access.signed_in") == "登录"


@pytest.mark.parametrize(
    ("code", "words"), [("service:12", "Service 12"), ("directory:all", "Directory"), ("case:7", "case 7")]
)
def test_an_object_is_told_by_its_kind_and_number(code, words):
    assert object_label(code) == words


def test_what_only_an_older_version_wrote_keeps_its_code():
    assert action_label("service.abolished") == "service.abolished"
    assert fact_label("colour") == "colour"
