"""Small changes to a scheme's files, as an office makes them on a page: one limit, one row, the version.

Comments and order of what an office wrote stay. What a scheme took from elsewhere is not touched there: the change is
laid over it in the scheme's own file. Every change is read back; one that would say anything else is not made.
"""

import copy
import csv
import io
import re
import tomllib
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from gezhi.schemes import toml
from gezhi.schemes.documents import MAIN, Source, merge, unit_files
from gezhi.schemes.durations import Duration
from gezhi.schemes.duties import PHOTOS, Rate
from gezhi.schemes.model import Finding, Question, Scheme, SchemeError
from gezhi.schemes.reading import words
from gezhi.schemes.shapes import TABLE_COLUMNS
from gezhi.schemes.stretches import Stretch
from gezhi.schemes.text import Text

_LAST_NUMBER = re.compile(r"(\d+)(?!.*\d)")
ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")

type Values = Mapping[str, str]


def next_version(version: str) -> str:
    """Return what the version after this one is likely called: `2014.1` → `2014.2`."""
    found = _LAST_NUMBER.search(version)
    if found is None:
        return f"{version}.2"
    return version[: found.start()] + str(int(found[1]) + 1) + version[found.end() :]


def set_version(source: Source, version: str) -> Source:
    """Return the files under another version."""
    return _set(source, ("version",), version)


def set_limit(source: Source, keys: Sequence[str], limit: str, *, at: int = 0, warn: str | None = None) -> Source:
    """Return the files with another limit at a rule; `keys` name its table, `at` which of its alternatives.

    `warn` changes the warning with it. Raise BadDuration for what is no limit.
    """
    wanted = str(Duration.parse(limit))
    table = _table(merge(source).rules, keys)
    written = copy.deepcopy(table.get("limit")) if table else None
    if isinstance(written, list) and at < len(written):
        if isinstance(written[at], dict):
            written[at]["limit"] = wanted
        else:
            written[at] = wanted
    else:
        written = wanted
    source = _set(source, (*keys, "limit"), written)
    return source if warn is None else _set(source, (*keys, "warn"), warn)


def set_words(source: Source, keys: Sequence[str], words: Mapping[str, tuple[str, str]]) -> Source:
    """Return the files with other words at a table that the scheme has: by key, in Chinese and in English if any."""
    if _table(merge(source).rules, keys) is None:
        raise SchemeError([Finding("error", "edit", ".".join(keys), _CANNOT)])
    for key, (zh, en) in words.items():
        source = _set(source, (*keys, key), {"zh": zh, "en": en} if en else zh)
    return source


def set_hours(source: Source, hours: Sequence[str]) -> Source:
    """Return the files with other hours of business."""
    return _set(source, ("calendar", "hours"), list(hours))


def set_rate(source: Source, duty: str, rate: str) -> Source:
    """Return the files with another rate of a duty: how often, or of how large a share. Raise BadDuty for no rate."""
    Rate.parse(rate)
    table = _table(merge(source).rules, ("duties", duty)) or {}
    key = next((one for one in ("sample", "at_least") if one in table), "")
    if not key:
        raise SchemeError([Finding("error", "edit", f"duties.{duty}", _CANNOT)])
    return _set(source, ("duties", duty, key), rate)


def set_duty_hours(source: Source, duty: str, hours: Sequence[str]) -> Source:
    """Return the files with other hours of a duty; with none, it is done at any hour. Raise BadStretch for no hours."""
    for one in hours:
        Stretch.parse(one)
    table = _table(merge(source).rules, ("duties", duty)) or {}
    if tuple(hours) == tuple(words(table.get("hours"))):
        return source
    return _set(source, ("duties", duty, "hours"), list(hours))


def set_asks(source: Source, scheme: Scheme, keys: Sequence[str], wanted: Mapping[str, bool]) -> Source:
    """Return the files with other questions at an action or an opening: by id, in order, whether each must be answered.

    What a question is narrowed to there (its bounds, other words) stays. `scheme` is what the files say.
    """
    given = {one.id: one for one in asked_at(scheme, keys)}
    unknown = [one for one in wanted if one not in scheme.questions]
    if unknown or not names_asker(scheme, keys):
        raise SchemeError([Finding("error", "edit", ".".join(keys), _CANNOT)])
    if [(one.id, one.required) for one in given.values()] == list(wanted.items()):
        return source
    written = [_asked(given.get(one), scheme.questions[one], required=must) for one, must in wanted.items()]
    return _set(source, (*keys, "asks"), written)


def names_asker(scheme: Scheme, keys: Sequence[str]) -> bool:
    """Say whether `keys` name a procedure (what opening asks) or one of its actions."""
    procedure = scheme.procedures.get(keys[1]) if len(keys) in (2, 4) and keys[0] == "procedures" else None
    return procedure is not None and (len(keys) == 2 or (keys[2] == "actions" and keys[3] in procedure.actions))


def asked_at(scheme: Scheme, keys: Sequence[str]) -> tuple[Question, ...]:
    """Return what is asked at a procedure's opening or at one of its actions; nothing where there is no such thing."""
    if not names_asker(scheme, keys):
        return ()
    procedure = scheme.procedures[keys[1]]
    return procedure.asks if len(keys) == 2 else procedure.actions[keys[3]].asks


def _asked(given: Question | None, base: Question, *, required: bool) -> str | dict[str, Any]:
    """Write one question of a list as the language does: `photos_after?` need not be answered."""
    more: dict[str, Any] = {}
    if given is not None:
        more = {key: getattr(given, key) for key in ("low", "high") if getattr(given, key) != getattr(base, key)}
        if given.title != base.title:
            more["title"] = {"zh": given.title.zh, "en": given.title.en} if given.title.en else given.title.zh
    if required and not base.required:
        more["required"] = True
    name = f"{base.id}?" if base.required and not required else base.id
    return {"question": name, **more} if more else name


def set_evidence(source: Source, duty: str, *, form: str, photos: str) -> Source:
    """Return the files with another form that a duty is written down in, and another rule for its photos."""
    table = _table(merge(source).rules, ("duties", duty))
    if table is None or photos not in PHOTOS or (table.get("form") and not form):
        raise SchemeError([Finding("error", "edit", f"duties.{duty}", _CANNOT)])
    for key, value, default in (("form", form, ""), ("photos", photos, "none")):
        if value != table.get(key, default):
            source = _set(source, ("duties", duty, key), value)
    return source


def set_row(source: Source, table: str, row_id: str, values: Values) -> Source:
    """Return the files with a row of the catalogue or of the departments changed, or added where there is none."""
    name = f"{source.main}/{table}.csv"
    rows, columns = _rows(source.files.get(name, ""), table)
    row = next((one for one in rows if one.get("id") == row_id), None)
    if row is None:
        row = {"id": row_id}
        rows.insert(_beside(rows, values.get("parent", "")), row)
    row |= values
    columns += [one for one in values if one not in columns]
    return _with(source, name, _csv(rows, columns))


def drop_row(source: Source, table: str, row_id: str) -> Source:
    """Return the files without a row that the scheme's own table has."""
    name = f"{source.main}/{table}.csv"
    rows, columns = _rows(source.files.get(name, ""), table)
    kept = [one for one in rows if one.get("id") != row_id]
    return _with(source, name, _csv(kept, columns))


def own_rows(source: Source, table: str) -> frozenset[str]:
    """Return the ids of the rows that stand in the scheme's own table."""
    rows, _ = _rows(source.files.get(f"{source.main}/{table}.csv", ""), table)
    return frozenset(one.get("id", "") for one in rows)


# ── tables of rows ──


def _rows(text: str, table: str) -> tuple[list[dict[str, str]], list[str]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=None))
    columns = [one.strip() for one in reader.fieldnames or ()] or list(TABLE_COLUMNS[table])
    rows = [{(key or "").strip(): (cell or "").strip() for key, cell in raw.items() if key} for raw in reader]
    return [row for row in rows if any(row.values())], columns


def _beside(rows: Sequence[Values], parent: str) -> int:
    """Return where a new row goes: after the last one with the same heading, or after the heading, or at the end."""
    if parent:
        for index in range(len(rows) - 1, -1, -1):
            if parent in (rows[index].get("parent"), rows[index].get("id")):
                return index + 1
    return len(rows)


def _csv(rows: Sequence[Values], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


# ── rules ──


def _set(source: Source, keys: tuple[str, ...], value: Any) -> Source:
    """Set one key where the scheme's own files say it, else in its main file."""
    name = _home(source, keys)
    text = source.files[name]
    wanted = tomllib.loads(text)
    _put(wanted, keys, value)
    for write in (_in_place, _appended):
        changed = write(text, keys, value)
        if changed is not None and _reads_as(changed, wanted):
            return _with(source, name, changed)
    raise SchemeError([Finding("error", "edit", ".".join(keys), _CANNOT)])


_CANNOT = Text(
    "这条规则的写法不能在页面上改：请下载工作簿修改后上传。",
    "This rule is written in a way that can't be changed on the page: change it in the workbook and upload that.",
)


def _home(source: Source, keys: tuple[str, ...]) -> str:
    """Return the own file that already says most of the way to a key; the main file where none says any."""
    best, name = 0, f"{source.main}/{MAIN}"
    for file in unit_files(source, source.main):
        table: Any = tomllib.loads(source.files[file])
        depth = 0
        for key in keys:
            if not isinstance(table, dict) or key not in table:
                break
            table, depth = table[key], depth + 1
        if depth > max(best, 1):
            best, name = depth, file
    return name


def _in_place(text: str, keys: tuple[str, ...], value: Any) -> str | None:
    try:
        document = tomlkit.parse(text)
        _put(document, keys, value)
        return tomlkit.dumps(document)
    except (TOMLKitError, KeyError, TypeError, ValueError, AttributeError):
        return None


def _appended(text: str, keys: tuple[str, ...], value: Any) -> str | None:
    header = ".".join(toml.key(one) for one in keys[:-1])
    return f"{text.rstrip()}\n\n[{header}]\n{toml.key(keys[-1])} = {toml.value(value)}\n" if header else None


def _put(table: MutableMapping[str, Any], keys: tuple[str, ...], value: Any) -> None:
    for key in keys[:-1]:
        table = table.setdefault(key, {})
    table[keys[-1]] = value


def _reads_as(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _table(rules: Mapping[str, Any], keys: Sequence[str]) -> Mapping[str, Any] | None:
    table: Any = rules
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


def _with(source: Source, name: str, text: str) -> Source:
    return Source(source.main, {**source.files, name: text})
