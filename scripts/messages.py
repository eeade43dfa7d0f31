#!/usr/bin/env python
"""Keep the Chinese translations in step with the code. Every room has a `locale` folder; msgids are English.

scripts/messages.py update [gezhi/web …]   add what is new, drop what is gone, keep what is translated
scripts/messages.py check                  say what is missing, fuzzy or unused; exit 1 if anything is
scripts/messages.py compile                write the .mo files
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
LOCALE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
# function → positions of (context, msgid, plural) among its arguments; None where it has none
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_IN_TEMPLATE = re.compile(r"\b(_|n?p?gettext)\(")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[-0-9.]*[a-z]")
_CONDITIONAL_PLURAL = "nplurals=1; plural=0;"


@dataclass(frozen=True, slots=True)
class Message:
    """A msgid as the code says it."""

    msgid: str
    plural: str = ""
    context: str | None = None


@dataclass(slots=True)
class Room:
    """A folder with translations of its own, and what its files say."""

    folder: Path
    messages: dict[Message, list[str]] = field(default_factory=dict)

    @property
    def catalogue(self) -> Path:
        """Where its translations stand."""
        return self.folder / LOCALE


def rooms() -> list[Room]:
    """Return every room that says something, the deepest first where one lies in another."""
    apps = sorted((path.parent for path in (ROOT / "gezhi").rglob("apps.py")), key=lambda path: -len(path.parts))
    found = [Room(folder) for folder in apps]
    for path in sorted(
        [*(ROOT / "gezhi").rglob("*.py"), *(ROOT / "gezhi").rglob("*.html"), *(ROOT / "gezhi").rglob("*.txt")]
    ):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        room = next((room for room in found if path.is_relative_to(room.folder)), None)
        said = list(_said(path))
        if said and room is None:
            raise SystemExit(f"{path.relative_to(ROOT)}: says words to translate, but lies in no Django app")
        for message, line in said:
            assert room is not None
            room.messages.setdefault(message, []).append(f"{path.relative_to(ROOT)}:{line}")
    return [room for room in found if room.messages]


def _said(path: Path) -> Iterator[tuple[Message, int]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _calls(ast.parse(source))
    elif path.suffix in {".html", ".txt"} and "{%" in source:
        for number, line in enumerate(templatize(source).splitlines(), start=1):
            for found in _IN_TEMPLATE.finditer(line):
                for message, _ in _calls(ast.parse(_first_call(line[found.start() :]))):
                    yield message, number


def _first_call(text: str) -> str:
    """Return the call at the text's beginning: up to the first bracket that makes it valid."""
    for end in (position + 1 for position, letter in enumerate(text) if letter == ")"):
        try:
            ast.parse(text[:end])
        except SyntaxError:
            continue
        return text[:end]
    raise SystemExit(f"can't read {text[:60]!r}")


def _calls(tree: ast.AST) -> Iterator[tuple[Message, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in CALLS:
            continue
        words = [
            arg.value if isinstance(arg, ast.Constant) and isinstance(arg.value, str) else None for arg in node.args
        ]
        context, msgid, plural = CALLS[name]
        said = words[msgid] if len(words) > msgid else None
        if said:
            yield (
                Message(
                    said,
                    (words[plural] or "") if plural is not None else "",
                    words[context] if context is not None else None,
                ),
                node.lineno,
            )


def _literal(argument: ast.expr) -> str | None:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def update(only: list[str]) -> int:
    """Bring the catalogues (all, or those of the rooms named) in step and say what is still to translate."""
    for room in rooms():
        if only and str(room.folder.relative_to(ROOT)) not in only:
            continue
        old = polib.pofile(str(room.catalogue), encoding="utf-8") if room.catalogue.exists() else polib.POFile()
        known = {Message(entry.msgid, entry.msgid_plural, entry.msgctxt): entry for entry in old}
        new = polib.POFile(wrapwidth=110)
        new.metadata = {
            "Language": "zh_Hans",
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": _CONDITIONAL_PLURAL,
        }
        for message in sorted(room.messages, key=lambda one: (one.msgid, one.context or "")):
            new.append(_entry(message, room.messages[message], known.get(message)))
        room.catalogue.parent.mkdir(parents=True, exist_ok=True)
        new.save(str(room.catalogue))
        missing = sum(not entry.translated() for entry in new)
        print(f"{room.folder.relative_to(ROOT)}: {len(new)} messages, {missing} to translate")
    return 0


def _entry(message: Message, places: list[str], old: polib.POEntry | None) -> polib.POEntry:
    files = sorted({place.rsplit(":", 1)[0] for place in places})
    entry = polib.POEntry(msgid=message.msgid, msgctxt=message.context, occurrences=[(file, "") for file in files])
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = old.msgstr_plural if old else {0: ""}
    else:
        entry.msgstr = old.msgstr if old else ""
    if "%(" in message.msgid:
        entry.flags = ["python-format"]
    return entry


def findings() -> list[str]:
    """Say what is wrong with the translations: one line each, with the room and the place."""
    found: list[str] = []
    told: dict[Message, dict[str, str]] = {}
    for room in rooms():
        where = room.catalogue.relative_to(ROOT)
        if not room.catalogue.exists():
            found.append(f"{where}: is missing; run scripts/messages.py update")
            continue
        entries = {
            Message(entry.msgid, entry.msgid_plural, entry.msgctxt): entry
            for entry in polib.pofile(str(room.catalogue), encoding="utf-8")
        }
        found += [
            f"{where}: {message.msgid!r} ({places[0]}) has no entry"
            for message, places in room.messages.items()
            if message not in entries
        ]
        found += [f"{where}: {message.msgid!r} is not used" for message in entries if message not in room.messages]
        found += [line for entry in entries.values() for line in _faults(entry, str(where))]
        for message, entry in entries.items():
            told.setdefault(Message(message.msgid, "", message.context), {})[str(where)] = _said_in(entry)
    return found + [line for message, said in told.items() for line in _clashes(message, said)]


def _said_in(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def _clashes(message: Message, said: dict[str, str]) -> Iterator[str]:
    """Name a msgid that rooms translate differently: to Django they are one catalogue, and one of the words is lost."""
    if len(set(said.values())) > 1:
        words = "; ".join(f"{where}: {one}" for where, one in said.items())
        yield f"{message.msgid!r} has several translations; say in a context what each is ({words})"


def _faults(entry: polib.POEntry, where: str) -> Iterator[str]:
    said = _said_in(entry)
    if not said:
        yield f"{where}: {entry.msgid!r} is not translated"
    elif entry.fuzzy:
        yield f"{where}: {entry.msgid!r} is fuzzy"
    else:
        allowed = set(_PLACEHOLDER.findall(entry.msgid)) | set(_PLACEHOLDER.findall(entry.msgid_plural or ""))
        strange = set(_PLACEHOLDER.findall(said)) - allowed
        # dates have more words at hand than one language uses
        if strange and not strange <= {"month", "weekday", "year", "day"}:
            yield f"{where}: {entry.msgid!r} is translated with unknown {sorted(strange)}"


def compile_all() -> int:
    """Write a .mo file beside every catalogue."""
    for path in sorted((ROOT / "gezhi").rglob("locale/*/LC_MESSAGES/*.po")):
        polib.pofile(str(path), encoding="utf-8").save_as_mofile(str(path.with_suffix(".mo")))
    return 0


def check() -> int:
    """Print the findings; 1 if there are any."""
    found = findings()
    print("\n".join(found) or "translations: complete")
    return 1 if found else 0


def main(words: list[str]) -> int:
    """Run a command of this tool."""
    match words:
        case ["update", *only]:
            return update(only)
        case ["check"]:
            return check()
        case ["compile"]:
            return compile_all()
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
