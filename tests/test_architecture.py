"""The house rules that matter, as tests: who may import whom, where time and commits live, what an action is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTEXTS = (  # upstream to downstream
    "audit",
    "access",
    "attachments",
    "vault",
    "notices",
    "directory",
    "deadlines",
    "standards",
    "observations",
    "rectifications",
    "complaints",
    "participation",
    "topics",
    "monitoring",
    "inspections",
    "evaluations",
    "rankings",
    "incentives",
    "training",
    "programme",
    "publication",
)
CORE = {
    "actor",
    "chart_style",
    "columns",
    "db",
    "definitions",
    "errors",
    "frames",
    "i18n",
    "periods",
    "settings",
    "sheets",
    "stats",
    "tabular",
    "texts",
    "toml",
    "versions",
    "waiting",
}
EDGES = {
    "calibration",
    "cli",
    "coverage",
    "office",
    "pipeline",
    "proofs",
    "retention",
    "web",
    "demo",
    "migrations",
    "sentences",
    "models",
    "__main__",
}
MAY_NAME_STREAMLIT = {  # the edge that serves its pages and checks its options
    "qs/web/gateway.py",
    "qs/web/options.py",
    "qs/web/passwords.py",
    "qs/web/security_headers.py",
}
MAY_READ_THE_CLOCK = ("qs/cli.py", "qs/pipeline.py", "qs/proofs.py", "qs/web/", "qs/demo/simulate.py", "pages/_ui/")


def sources(*places: str) -> list[Path]:
    return [path for place in places for path in sorted((ROOT / place).rglob("*.py")) if "versions" not in path.parts]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def rooms(path: Path) -> set[str]:
    """The rooms of `qs` that a file imports: `qs.access.queries` -> access."""
    return {parts[1] for parts in (module.split(".") for module in imported(path)) if parts[0] == "qs" and parts[1:]}


@pytest.mark.parametrize("path", sources("qs"), ids=name_of)
def test_the_core_does_not_know_streamlit(path):
    if name_of(path) in MAY_NAME_STREAMLIT:
        return
    assert not [module for module in imported(path) if module.split(".")[0].startswith("streamlit")]


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_context_imports_only_upstream(context):
    allowed = CORE | set(CONTEXTS[: CONTEXTS.index(context) + 1])
    for path in sources(f"qs/{context}"):
        assert rooms(path) <= allowed, name_of(path)


def test_the_core_imports_no_context_and_no_edge():
    for path in sources("qs"):
        room = path.relative_to(ROOT / "qs").parts[0].removesuffix(".py")
        if room in CORE:
            assert rooms(path) <= CORE, name_of(path)


def test_every_room_is_on_the_map():
    found = {
        path.name.removesuffix(".py") for path in (ROOT / "qs").iterdir() if not path.name.startswith("__pycache__")
    }
    assert found - {"__init__", "locale"} <= CORE | EDGES | set(CONTEXTS)


@pytest.mark.parametrize("path", sources("qs", "pages"), ids=name_of)
def test_only_the_edges_read_the_clock(path):
    if name_of(path).startswith(MAY_READ_THE_CLOCK):
        return
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    names = {node.func.attr for node in calls if isinstance(node.func, ast.Attribute)}
    assert not names & {"now", "utcnow", "today"}


@pytest.mark.parametrize("path", sources("qs", "pages"), ids=name_of)
def test_nobody_but_the_store_commits(path):
    if name_of(path) == "qs/db.py":
        return
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    assert not [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr in {"commit", "rollback"}]


@pytest.mark.parametrize("path", sources("qs", "pages"), ids=name_of)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", sources("qs", "pages"), ids=name_of)
def test_no_failure_is_swallowed(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = getattr(node.type, "id", None)
            reraises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
            handled = name_of(path) == "qs/web/gateway.py"  # the last handler: answers 500 and logs the incident
            assert (node.type is not None and caught not in {"Exception", "BaseException"}) or reraises or handled
            assert not all(isinstance(inner, ast.Pass) for inner in node.body)


TRACING = {"record", "trace", "trace_changes"}  # how rooms leave a trace


def public_actions() -> list[tuple[str, ast.FunctionDef]]:
    """Every action of every context: those of its `actions.py`, and those that stand in the file of their noun."""
    found = []
    for context in CONTEXTS[1:]:
        for path in sources(f"qs/{context}"):
            nodes = [node for node in tree(path).body if isinstance(node, ast.FunctionDef) and is_action(node)]
            found += [(name_of(path), node) for node in nodes if path.name == "actions.py" or records(node)]
    return found


def is_action(node: ast.FunctionDef) -> bool:
    """Helpers inside an actions module take no `now`: an action changes something at a moment."""
    return "now" in {argument.arg for argument in node.args.kwonlyargs}


def records(node: ast.FunctionDef) -> bool:
    """An action of its own leaves a trace, by itself or through its room's helper, and checks a right."""
    names = {
        call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    }
    return node.name not in TRACING and bool(names & TRACING)


@pytest.mark.parametrize(("name", "node"), public_actions(), ids=lambda value: getattr(value, "name", value))
def test_every_action_says_who_acts(name, node):
    assert "actor" in {argument.arg for argument in node.args.kwonlyargs}
    assert node.args.args[0].arg == "session"


PAGES = [*(ROOT / "pages").glob("*.py"), *(ROOT / "pages" / "public").glob("*.py")]
FOR_EVERYBODY = ("pages/public/", "pages/kiosk.py")  # whose door asks nobody who they are
MAY_SEND_MARKUP = "pages/_ui/public/style.py"  # loads the style sheets of the public pages, static files
MAY_BRING_PARTS = "pages/_ui/public/parts.py"  # the only place whose own scripts run in the visitor's browser


@pytest.mark.parametrize("path", sorted(PAGES), ids=name_of)
def test_every_page_asks_at_the_door_first(path):
    door = "open_public" if name_of(path).startswith(FOR_EVERYBODY) else "open_page"
    for node in tree(path).body:
        if (
            isinstance(node, ast.Import | ast.ImportFrom)
            or is_constant(node)
            or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        ):
            continue
        value = node.value if isinstance(node, ast.Assign | ast.Expr) else None
        assert isinstance(value, ast.Call), f"the first statement must be {door}"
        assert getattr(value.func, "id", "") == door
        break


def is_constant(node: ast.stmt) -> bool:
    """NAME = 1, or A, B = "x", "y"."""
    if not isinstance(node, ast.Assign):
        return False
    values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    return all(isinstance(value, ast.Constant) for value in values)


@pytest.mark.parametrize("path", sources("pages"), ids=name_of)
def test_no_screen_shows_raw_html_or_holds_sql(path):
    text = path.read_text(encoding="utf-8")
    for word in (
        "unsafe_allow_html=True",
        "sqlalchemy as sa",
        "st.download_button",
        "eval(",
    ):
        assert word not in text
    assert "st.html(" not in text or name_of(path) == MAY_SEND_MARKUP
    assert "streamlit.components" not in text or name_of(path) == MAY_BRING_PARTS


@pytest.mark.parametrize("path", sorted((ROOT / "pages" / "_ui" / "public" / "parts").rglob("*.*")), ids=name_of)
def test_parts_of_public_forms_fetch_nothing_and_write_text_only(path):
    text = path.read_text(encoding="utf-8")
    for word in ("http:", "https:", "//cdn", "innerHTML", "outerHTML", "eval(", "fetch(", "XMLHttpRequest", "import("):
        assert word not in text


def test_the_one_place_that_sends_markup_sends_whole_files_only():
    calls = [
        node
        for node in ast.walk(tree(ROOT / MAY_SEND_MARKUP))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.html"
    ]
    handed = {ast.unparse(argument) for call in calls for argument in call.args}
    assert handed == {"PUBLIC", "PUBLIC_DARK", "WALL"}


@pytest.mark.parametrize("path", sorted((ROOT / "pages" / "_ui").rglob("*.css")), ids=name_of)
def test_style_sheets_fetch_nothing(path):
    text = path.read_text(encoding="utf-8")
    assert "url(" not in text
    assert "@import" not in text
