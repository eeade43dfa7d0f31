"""Rules about what stands in the source files. Each failure names file and line."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import FLOORS, PACKAGE, ROOT, at, dotted, files, modules, tree

LONGEST_FILE = 500
# Doors of the foundation through which every room writes.
WRITING_MODULES = {
    "gezhi/foundation/journal.py",
    "gezhi/foundation/outbox.py",
    "gezhi/foundation/files/keep.py",
}
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
CLOCKS = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|timezone\.now|time\.(time|time_ns|localtime))$")


def test_no_file_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files(".py", ".html", ".css", ".js", ".md")
        if (lines := path.read_text().count("\n")) > LONGEST_FILE
    }
    assert long == {}


def test_rows_are_written_in_operations_only() -> None:
    found = []
    for path in modules():
        name = path.relative_to(ROOT).as_posix()
        if name in WRITING_MODULES or "operations" in name or name.startswith(("gezhi/demo/", "gezhi/schemes/")):
            continue  # schemes has no database: what it saves are workbooks
        found += [
            f"{at(path, node.lineno)} {dotted(node.func)}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
        ]
    assert found == []


def test_only_the_clock_reads_the_clock() -> None:
    found = [
        f"{at(path, node.lineno)} {dotted(node.func)}"
        for path in modules()
        if path != PACKAGE / "foundation" / "clock.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and CLOCKS.search(dotted(node.func))
    ]
    assert found == []


def test_no_plan_is_named_in_python() -> None:
    plans = {path.name for path in (ROOT / "schemes").iterdir() if path.is_dir()} - {"common"}
    assert plans, "schemes/ is where the plans are"
    found = []
    for path in modules():
        if PACKAGE / "shell" in path.parents:
            continue  # its help gives examples; it decides nothing
        examples = set(docstrings(tree(path)))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in examples:
                words = node.value
                if words in plans or re.search(r"shawan|沙湾", words, re.IGNORECASE):
                    found.append(f"{at(path, node.lineno)} {words[:60]!r}")
    assert found == []


def docstrings(module: ast.Module) -> Iterator[int]:
    """Yield the identities of docstring nodes: an example in a help text rules nothing."""
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield id(first.value)


def test_nothing_is_evaluated() -> None:
    found = [
        at(path, node.lineno)
        for path in modules(tests=True)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}
    ]
    assert found == []


@pytest.mark.parametrize("room", sorted(set().union(*FLOORS)))
def test_each_room_says_what_it_owns_promises_and_never_does(room: str) -> None:
    words = ast.get_docstring(tree(PACKAGE / room / "__init__.py")) or ""
    lines = words.splitlines()
    assert lines, f"gezhi/{room}/__init__.py has no docstring"
    assert lines[0].startswith("Owns ")
    assert any(line.startswith("Promises: ") for line in lines)
    assert any(line.startswith("Never: ") for line in lines)


def test_every_room_has_its_floor() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms == set().union(*FLOORS)


def test_no_address_of_a_registry_and_no_path_of_a_machine() -> None:
    forbidden = re.compile(
        "|".join(
            [
                r"files\.python" + "hosted",
                r"pypi\.org/" + "simple",
                r"registry\.npm" + "js",
                r"--index" + "-url",
                r"(?<![\w.~-])/(root|work|home/\w+)/" + r"\w",
            ]
        )
    )
    found = []
    for path in files():
        if path.suffix in {".mo", ".png", ".ico", ".gz", ".xlsx", ".woff2"}:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            if forbidden.search(line):
                found.append(f"{at(path, number)} {line.strip()[:80]}")
    assert found == []


@pytest.mark.parametrize("lock", ["requirements/run.txt", "requirements/dev.txt", "package-lock.json"])
def test_lock_files_hold_no_download_addresses(lock: str) -> None:
    words = (ROOT / lock).read_text()
    assert '"resolved"' not in words
    addresses = re.findall(r"\bhttps?://[^\s\"']+", words)
    assert [address for address in addresses if not is_donation(address)] == []


def is_donation(address: str) -> bool:
    """npm copies each package's own funding page into the lock file; nothing is fetched from there."""
    return any(name in address for name in ("funding", "sponsors", "opencollective", "github.com/", "feross.org"))


def test_each_package_in_the_python_locks_has_a_hash() -> None:
    for lock in ("run", "dev"):
        entries = re.split(r"\n(?=\w)", (ROOT / "requirements" / f"{lock}.txt").read_text())
        assert [entry.split("=")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_type_errors_are_never_silenced_wholesale_and_no_test_is_skipped() -> None:
    silenced = re.compile(r"# type: ignore(?!\[)|# noqa(?!: )")
    skipped = re.compile(r"pytest\.(mark\.)?(skip|xfail)|unittest\.skip")
    found = []
    for path in [*modules(tests=True), *files(".py", under=ROOT / "tests")]:
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if silenced.search(line) or skipped.search(line):
                found.append(f"{at(path, number)} {line.strip()[:80]}")
    assert found == []
