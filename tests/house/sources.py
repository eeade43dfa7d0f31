"""The product's files as the house rules read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gezhi"
SKIPPED = {".git", ".venv", "node_modules", "build", "dist", "site", "vendor", "__pycache__", "var"}
# Lower rooms first; those in one set are strangers to each other.
FLOORS = (
    {"foundation"},
    {"territory", "schemes"},
    {"people"},
    {"notices", "enactment"},
    {"registers"},
    {"cases"},
    {"duties"},
    {"sync"},
    {"web", "api"},
    {"demo"},
    {"config"},
    {"host"},
    {"shell"},
)


def files(*endings: str, under: Path = ROOT) -> Iterator[Path]:
    """Yield our own files with these endings (all of them when none is given)."""
    for path in _all():
        if path.is_relative_to(under) and (not endings or path.suffix in endings):
            yield path


@cache
def _all() -> tuple[Path, ...]:
    """Return our own files in order. Built and hidden folders are not even entered: they hold tens of thousands."""
    found = []
    for folder, inner, names in ROOT.walk():
        inner[:] = [name for name in inner if name not in SKIPPED and (name == ".ci" or not name.startswith("."))]
        found += [folder / name for name in names if not name.startswith(".")]
    return tuple(sorted(found))


def modules(*, tests: bool = False) -> Iterator[Path]:
    """Yield the package's modules, without migrations, with or without its tests."""
    for path in files(".py", under=PACKAGE):
        if "migrations" not in path.parts and (tests or "tests" not in path.parts):
            yield path


@cache
def tree(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text(), str(path))


def at(path: Path, line: int) -> str:
    """Return `file:line` for a message."""
    return f"{path.relative_to(ROOT)}:{line}"


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` of a name or attribute; a call in between is written `()`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return "…"
