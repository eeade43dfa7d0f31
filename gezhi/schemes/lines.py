"""At which line of a TOML file a key stands. The parser of the standard library does not say, and findings must."""

import re
from collections import Counter

type Path = tuple[str, ...]

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEYS = re.compile(rf"\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*(=|\]\]?)?")
_PART = re.compile(_KEY)
# what may hide brackets in a value: strings of the four kinds and comments
_HIDING = re.compile(r'"""(?:.|\n)*?"""|' + r"'''(?:.|\n)*?'''" + r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*""")


def key_lines(text: str) -> dict[Path, int]:
    """Return for each key and table its line, from 1; elements of an array of tables are numbered from 0."""
    bare = _HIDING.sub(_blank, text)
    found: dict[Path, int] = {}
    table: Path = ()
    arrays: Counter[Path] = Counter()
    depth = 0
    for number, (line, seen) in enumerate(zip(text.split("\n"), bare.split("\n"), strict=True), start=1):
        if depth == 0:
            table = _note((line, seen, number), table, arrays, found)
        # brackets of a header close on their own line, so only values leave some open
        depth += seen.count("[") + seen.count("{") - seen.count("]") - seen.count("}")
    return found


def _blank(found: re.Match[str]) -> str:
    # keys may be quoted: keep quotes out of sight only for the counting of brackets
    return re.sub(r"[^\n]", " ", found[0])


def _note(at: tuple[str, str, int], table: Path, arrays: Counter[Path], found: dict[Path, int]) -> Path:
    line, seen, number = at
    head = seen.lstrip()
    if head.startswith("["):
        repeated = head.startswith("[[")
        keys = _KEYS.match(line.lstrip().lstrip("["))
        path = _inside(tuple(_unquote(part) for part in _PART.findall(keys[1])) if keys else (), arrays)
        if repeated:
            path = (*path, str(arrays[path]))
            arrays[path[:-1]] += 1
        found.setdefault(path, number)
        return path
    keys = _KEYS.match(line)
    if keys and keys[2] == "=" and "=" in seen:
        path = (*table, *(_unquote(part) for part in _PART.findall(keys[1])))
        found.setdefault(path, number)
    return table


def _inside(path: Path, arrays: Counter[Path]) -> Path:
    """Put the index of the newest element after each part of the path that is an array of tables."""
    done: Path = ()
    for index, part in enumerate(path):
        done = (*done, part)
        if arrays[done] and index < len(path) - 1:
            done = (*done, str(arrays[done] - 1))
    return done


def _unquote(part: str) -> str:
    return part[1:-1] if part[:1] in "\"'" else part
