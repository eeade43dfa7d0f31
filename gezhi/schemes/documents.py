"""Reads the files of a scheme and of those it extends; merges them into one document with each rule's place."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gezhi.schemes import lines
from gezhi.schemes.model import Finding, Override, Place, SchemeError
from gezhi.schemes.text import Text

MAIN = "scheme.toml"
TABLES = ("catalogue", "departments")
# what names a file rather than rules: it never passes to a scheme that extends it
OWN = ("scheme", "version", "title", "extends", "clause")

_HEAD = re.compile(r"^\s*\[", re.MULTILINE)
# what a scheme may extend: a name below the schemes folder, never a way out of it
_NAME = re.compile(r"[^\W_][\w-]*(/[^\W_][\w-]*)*")

type Keys = tuple[str, ...]
type Row = dict[str, str]


@dataclass(frozen=True)
class Source:
    """The files of one scheme: `main` is its folder's name, `files` every text by its name under the schemes folder."""

    main: str
    files: Mapping[str, str]


@dataclass
class Document:
    """The merged rules of a scheme before they are judged: keys and values, places, overrides, rows of tables."""

    main: str
    rules: dict[str, Any] = field(default_factory=dict)
    places: dict[Keys, Place] = field(default_factory=dict)
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def place(self, *path: str) -> Place:
        """Return where a rule stands, or its nearest parent that is written down."""
        keys = path
        while keys:
            if keys in self.places:
                return self.places[keys]
            keys = keys[:-1]
        return Place(f"{self.main}/{MAIN}")

    def error(self, code: str, path: Keys, zh: str, en: str, *, severity: str = "error") -> None:
        """Note a finding at a rule, with the clause written at the rule or at the nearest rule around it."""
        finding = Finding(severity, code, ".".join(path), Text(zh, en), self.place(*path), self._clause(path))
        self.findings.append(finding)

    def _clause(self, path: Keys) -> str:
        keys = path
        while keys:
            table: object = self.rules
            for key in keys:
                table = table.get(key) if isinstance(table, dict) else None
            if isinstance(table, dict) and table.get("clause"):
                clause = table["clause"]
                return " ".join(str(one) for one in clause) if isinstance(clause, list) else str(clause)
            keys = keys[:-1]
        row = self.rows.get(path[0], {}).get(path[1], {}) if len(path) > 1 else {}
        return row.get("clause", "")

    @property
    def failed(self) -> bool:
        """Whether anything found so far keeps the scheme from being used."""
        return any(one.severity == "error" for one in self.findings)


def shipped() -> Path:
    """Return the folder of the shipped schemes: beside the package in a checkout, inside it in an installed copy."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "shipped_schemes"
    return inside if inside.is_dir() else package.parent / "schemes"


def gather(path: Path) -> Source:
    """Read a scheme's folder and every file that it extends; raise SchemeError when one is missing or unreadable."""
    folder = path.parent if path.name == MAIN else path
    folder = folder.resolve()
    files: dict[str, str] = {}
    if not (folder / MAIN).is_file():
        raise _failure(f"{folder.name}/{MAIN}", f"“{path}”里没有 {MAIN}。", f"There is no {MAIN} in “{path}”.")
    _gather_folder(folder, folder.name, files)
    return Source(folder.name, _completed(files, (folder.parent, shipped())))


def complete(source: Source) -> Source:
    """Return files that came alone together with the shipped ones that they extend; what they bring goes first."""
    return Source(source.main, _completed(dict(source.files), (shipped(),)))


def _completed(files: dict[str, str], roots: tuple[Path, ...]) -> dict[str, str]:
    waiting = _named(files) - _present(files)
    while waiting:
        name = waiting.pop()
        found = _find(name, roots)
        if found is None:
            continue
        before = set(files)
        if found.is_dir():
            _gather_folder(found, name, files)
        else:
            files[f"{name}.toml"] = _read(found)
        waiting |= _named({key: files[key] for key in files.keys() - before})
        waiting -= _present(files)
    return files


def _present(files: Mapping[str, str]) -> set[str]:
    return {key.removesuffix(".toml") for key in files} | {key.rpartition("/")[0] for key in files}


def _gather_folder(folder: Path, name: str, files: dict[str, str]) -> None:
    for file in sorted(folder.iterdir()):
        if file.suffix == ".toml" or (file.suffix == ".csv" and file.stem in TABLES):
            files[f"{name}/{file.name}"] = _read(file)


def _read(file: Path) -> str:
    return decoded(file.read_bytes(), file.name)


def decoded(raw: bytes, name: str) -> str:
    """Return the text of a file as offices save them, in UTF-8 or GB18030; raise SchemeError for anything else."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _failure(name, "文件不是 UTF-8 也不是 GB18030 编码。", "The file is neither UTF-8 nor GB18030.")


def _failure(file: str, zh: str, en: str) -> SchemeError:
    return SchemeError([Finding("error", "file", "", Text(zh, en), Place(file))])


def _find(name: str, roots: tuple[Path, ...]) -> Path | None:
    if not _NAME.fullmatch(name):
        return None
    for root in roots:
        if (root / f"{name}.toml").is_file():
            return root / f"{name}.toml"
        if (root / name / MAIN).is_file():
            return root / name
    return None


def _named(files: Mapping[str, str]) -> set[str]:
    """Return what the files extend, without judging them: a broken file is reported when it is merged."""
    named: set[str] = set()
    for name, text in files.items():
        if name.endswith(".toml"):
            named |= set(_extended(text))
    return named


def parsed(text: str) -> dict[str, Any]:
    """Return what a TOML text says; what is nested deeper than anybody writes is a mistake like any other."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deeply") from None


def _extended(text: str) -> tuple[str, ...]:
    """Return what a file extends. `extends` stands before the first table, so only that much is read."""
    for part in (_HEAD.split(text, maxsplit=1)[0], text):
        try:
            extends = parsed(part).get("extends", [])
        except tomllib.TOMLDecodeError:
            continue
        listed = [extends] if isinstance(extends, str) else extends if isinstance(extends, list) else []
        return tuple(one for one in listed if isinstance(one, str))
    return ()


def main_of(files: Mapping[str, str]) -> str:
    """Return the folder of the scheme among files from which the main one's name was lost: the one none extends."""
    named = _named(files)
    mains = [name.removesuffix(f"/{MAIN}") for name in files if name.endswith(f"/{MAIN}")]
    return next((name for name in mains if name not in named), mains[0] if mains else "")


def merge(source: Source) -> Document:
    """Merge a scheme's files, those it extends first, into one document."""
    document = Document(source.main)
    main = f"{source.main}/{MAIN}"
    if main in source.files:
        # known before anything is merged, so that a wrong `extends` can be pointed at
        document.places.update(
            {path: Place(main, line) for path, line in lines.key_lines(source.files[main]).items() if len(path) == 1}
        )
    for name in _order(source, document):
        own = name == source.main
        rules, places = _read_unit(source, name, document)
        if not own:
            rules = {key: value for key, value in rules.items() if key not in OWN}
        overlay(document, document.rules, rules, (), places)
        for table in TABLES:
            text = source.files.get(f"{name}/{table}.csv")
            if text is not None:
                _merge_rows(document, table, f"{name}/{table}.csv", text)
    return document


def _order(source: Source, document: Document) -> list[str]:
    """Return the units (folders and single files) to merge: bases before what extends them, none twice."""
    order: list[str] = []

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            circle = " → ".join((*trail, name))
            document.error(
                "extends_circle", ("extends",), f"extends 成环：{circle}。", f"extends goes in a circle: {circle}."
            )
            return
        if name in order:
            return
        if f"{name}.toml" not in source.files and f"{name}/{MAIN}" not in source.files:
            document.error(
                "unknown_extends", ("extends",), f"找不到要继承的“{name}”。", f"There is no “{name}” to extend."
            )
            return
        for base in _bases(source, name):
            visit(base, (*trail, name))
        order.append(name)

    visit(source.main, ())
    return order


def unit_files(source: Source, name: str) -> list[str]:
    """Return the TOML files that make a folder or a piece, the main one first."""
    if f"{name}.toml" in source.files:
        return [f"{name}.toml"]
    inside = [file for file in source.files if file.startswith(f"{name}/") and file.count("/") == name.count("/") + 1]
    # scheme.toml first, so that it is what others repeat
    return sorted((file for file in inside if file.endswith(".toml")), key=lambda file: (not file.endswith(MAIN), file))


def _bases(source: Source, name: str) -> Iterator[str]:
    for file in unit_files(source, name):
        yield from _extended(source.files[file])


def _read_unit(source: Source, name: str, document: Document) -> tuple[dict[str, Any], dict[Keys, Place]]:
    """Read the TOML files of one unit together; the same key in two of them is two rules for one thing."""
    rules: dict[str, Any] = {}
    places: dict[Keys, Place] = {}
    for file in unit_files(source, name):
        text = source.files[file]
        try:
            loaded = parsed(text)
        except tomllib.TOMLDecodeError as bad:
            document.findings.append(_syntax(file, bad))
            continue
        here = {path: Place(file, line) for path, line in lines.key_lines(text).items()}
        _join(rules, loaded, (), places=places, here=here, document=document)
        places.update({path: place for path, place in here.items() if path not in places})
    return rules, places


def _syntax(file: str, bad: tomllib.TOMLDecodeError) -> Finding:
    at = re.search(r"line (\d+)", str(bad))
    line = int(at[1]) if at else 0
    if "overwrite" in str(bad).lower() or "twice" in str(bad).lower():
        text = Text(f"同一条规则写了两次（{bad}）。", f"The same rule is written twice ({bad}).")
        return Finding("error", "two_rules", "", text, Place(file, line))
    return Finding(
        "error", "syntax", "", Text(f"TOML 写法有误：{bad}。", f"This is not TOML: {bad}."), Place(file, line)
    )


def _join(
    into: dict[str, Any],
    more: dict[str, Any],
    path: Keys,
    *,
    places: Mapping[Keys, Place],
    here: Mapping[Keys, Place],
    document: Document,
) -> None:
    for key, value in more.items():
        where = (*path, key)
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _join(into[key], value, where, places=places, here=here, document=document)
        elif key in into and key != "extends":
            first, second = places.get(where, Place()), here.get(where, Place())
            text = Text(
                f"“{'.'.join(where)}”写了两次：{first} 与 {second}。",
                f"“{'.'.join(where)}” is written twice: {first} and {second}.",
            )
            document.findings.append(Finding("error", "two_rules", ".".join(where), text, second))
        else:
            into[key] = value


def overlay(
    document: Document, base: dict[str, Any], top: dict[str, Any], path: Keys, places: Mapping[Keys, Place]
) -> None:
    """Lay `top` over `base` key by key, in place; what is replaced is noted as an override with both places."""
    _lay(document, base, top, path, places)
    document.places.update(places)


def _lay(
    document: Document, base: dict[str, Any], top: dict[str, Any], path: Keys, places: Mapping[Keys, Place]
) -> None:
    for key, value in top.items():
        where = (*path, key)
        old = base.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            _lay(document, old, value, where, places)
            continue
        removed = value is False and isinstance(old, dict)
        if key in base and old != value:
            change = Override(
                ".".join(where), old, None if removed else value, document.place(*where), places.get(where, Place())
            )
            document.overrides.append(change)
        if removed:
            del base[key]
        else:
            base[key] = value


def _merge_rows(document: Document, table: str, file: str, text: str) -> None:
    # spreadsheets end lines in three ways
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=None))
    rows = document.rows.setdefault(table, {})
    here: dict[str, int] = {}
    try:
        for raw in reader:
            row = {
                (key or "").strip(): (cell or "").strip() for key, cell in raw.items() if isinstance(cell, str | None)
            }
            if any(row.values()):
                _merge_row(document, rows, row, path=(table, row.get("id", "")), at=(file, reader.line_num, here))
    except csv.Error as bad:
        text_of = Text(f"CSV 写法有误：{bad}。", f"This is not CSV: {bad}.")
        document.findings.append(Finding("error", "syntax", table, text_of, Place(file, reader.line_num)))


def _merge_row(
    document: Document, rows: dict[str, Row], row: Row, *, path: tuple[str, str], at: tuple[str, int, dict[str, int]]
) -> None:
    row_id, (file, line, here) = path[1], at
    if not row_id or row_id in here:
        document.findings.append(_bad_row(row_id, file, line, here))
        return
    here[row_id] = line
    known = rows.get(row_id)
    filled = row if known is None else {key: cell for key, cell in row.items() if cell}
    for key, cell in filled.items() if known is not None else ():
        old = (known or {}).get(key, "")
        if old != cell:
            name = f"{path[0]}.{row_id}.{key}"
            document.overrides.append(Override(name, old, cell, document.place(*path), Place(file, line)))
    rows[row_id] = {**(known or {}), **filled}
    document.places[path] = Place(file, line)


def _bad_row(row_id: str, file: str, line: int, here: Mapping[str, int]) -> Finding:
    if not row_id:
        return Finding("error", "no_id", "", Text("这一行没有 id。", "This row has no id."), Place(file, line))
    zh, en = f"“{row_id}”写了两次（第 {here[row_id]} 行）。", f"“{row_id}” stands here twice (line {here[row_id]})."
    return Finding("error", "two_rules", row_id, Text(zh, en), Place(file, line))
