"""A commit, an fsync, a rename or a request outside the named points fails here, by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ("station_app", "sync", "ui", "central")
ALLOWED = {
    # function or method name: the only modules that may call it
    "fsync": {"station_app/durable.py"},
    "fdatasync": set(),
    "commit": {"station_app/durable.py"},
    "begin_nested": set(),
}
OS_ONLY = {"replace": {"station_app/durable.py"}, "rename": set(), "link": set()}
REQUEST_VERBS = {"request", "send", "get", "post", "put", "patch", "head", "urlopen"}


def _modules() -> list[Path]:
    return sorted(path for room in HOUSE for path in (ROOT / room).rglob("*.py"))


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]


def _offences(path: Path, tree: ast.AST) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    found = []
    for call in _calls(tree):
        assert isinstance(call.func, ast.Attribute)
        verb, owner = call.func.attr, call.func.value
        owner_name = owner.id if isinstance(owner, ast.Name) else ""
        if owner_name == "durable":
            found += [] if _names_a_point(call) else [f"{name}:{call.lineno} durable.{verb} without a Point"]
        elif verb in ALLOWED and name not in ALLOWED[verb]:
            found.append(f"{name}:{call.lineno} .{verb}()")
        elif verb in ("rename", "replace") and _takes_one_path(call):
            found.append(f"{name}:{call.lineno} Path.{verb}()")
        elif owner_name in ("os", "shutil") and verb in {*OS_ONLY, "move"} and name not in OS_ONLY.get(verb, set()):
            found.append(f"{name}:{call.lineno} {owner_name}.{verb}()")
    return found


def _takes_one_path(call: ast.Call) -> bool:
    """As ``Path.rename`` and ``Path.replace`` do; text, dates and records take more, or by name."""
    return len(call.args) == 1 and not call.keywords and not isinstance(call.args[0], ast.Starred)


def _names_a_point(call: ast.Call) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(
        (isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "Point")
        or (isinstance(each, ast.Name) and "point" in each.id)
        or (isinstance(each, ast.Attribute) and "point" in each.attr)
        for each in given
    )


@pytest.mark.parametrize("path", _modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_durable_acts_go_through_the_one_module(path: Path) -> None:
    assert _offences(path, ast.parse(path.read_text("utf-8"))) == []


def test_requests_leave_through_one_function() -> None:
    """``requests`` is used in two modules alone; in each ``_send``, which takes a Point, is the only way out."""
    ways_out = ["station_app/devices/escl_http.py", "sync/transport.py"]
    assert _callers(_is_request) == [f"{module}:_open" for module in ways_out]
    assert _callers(_opens) == [f"{module}:_send" for module in ways_out]


def _callers(wanted: Callable[[ast.Call], bool]) -> list[str]:
    return [
        f"{path.relative_to(ROOT).as_posix()}:{function.name}"
        for path in _modules()
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(wanted(call) for call in _calls(function))
    ]


def _opens(call: ast.Call) -> bool:
    return ast.unparse(call.func) == "self._open" and any("session" in ast.unparse(each) for each in call.args)


def _is_request(call: ast.Call) -> bool:
    assert isinstance(call.func, ast.Attribute)
    owner = ast.unparse(call.func.value).lower()
    return call.func.attr in REQUEST_VERBS and ("session" in owner or owner in ("requests", "urllib.request"))


def test_the_check_sees_an_offence() -> None:
    bad = ast.parse(
        "import os\nos.fsync(1)\nc.commit()\nos.replace('a', 'b')\npath.rename(other)\npath.replace(other)\n"
    )
    assert len(_offences(ROOT / "ui" / "bad.py", bad)) == 5
    unnamed = ast.parse("durable.commit(c, 3)")
    assert len(_offences(ROOT / "ui" / "bad.py", unnamed)) == 1
