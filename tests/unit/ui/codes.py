"""Every code that the program can raise or show, read off the source tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[3]
_ROOMS = ("station_app", "sync", "ui")
ERRORS = frozenset({"UserError", "EnvironmentFault", "EnvelopeError", "WrongUse"})
_PROBLEMS = frozenset({"FieldProblem", "_problem"})  # the code is the second or a later argument


@dataclass(frozen=True)
class Raised:
    """``code`` and where it stands."""

    code: str
    place: str


def raised_errors() -> list[Raised]:
    """Codes of ``UserError("...")`` and its like, and of ``FieldProblem(field, "...")``."""
    return [each for tree, path in _trees() for each in _calls(tree, path)]


def returned_problems() -> list[Raised]:
    """Codes that functions named ``..._problem`` return."""
    return [
        Raised(node.value.value, f"{path}:{node.lineno}")
        for tree, path in _trees()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name.endswith("_problem")
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]


def sentences_asked() -> list[Raised]:
    """Codes given to ``sentence("...")``."""
    return [
        Raised(node.args[0].value, f"{path}:{node.lineno}")
        for tree, path in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node) == "sentence" and node.args
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    ]


def _calls(tree: ast.Module, path: str) -> Iterator[Raised]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if _name(node) in ERRORS:
            arguments = node.args[:1]
        elif _name(node) in _PROBLEMS:
            arguments = node.args[1:]
        else:
            continue
        for argument in arguments:
            for constant in _constants(argument):
                yield Raised(constant, f"{path}:{node.lineno}")


def _constants(argument: ast.expr) -> Iterator[str]:
    """The texts an argument can be: a constant, or either side of a condition."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.IfExp):
        yield from _constants(argument.body)
        yield from _constants(argument.orelse)


def _trees() -> Iterator[tuple[ast.Module, str]]:
    for room in _ROOMS:
        for path in sorted((_ROOT / room).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(_ROOT))


def _name(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
