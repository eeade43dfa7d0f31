"""A new scheme to begin with: small, in order, with a procedure from the shipped pieces and a first play."""

from collections.abc import Sequence
from pathlib import Path

from gezhi.schemes import source, toml
from gezhi.schemes.documents import Document, gather, merge
from gezhi.schemes.model import SchemeError

_HEAD = """# {title}
scheme = {id}
version = "{year}.1"
title = {title_text}
timezone = "Asia/Shanghai"
extends = [{extends}]
"""
_RULES = """conflict_desk = "inspector"

[calendar]
statutory = "cn"
hours = ["08:30-12:00", "14:00-17:30"]
counting = "law"

# top first
[[levels]]
id = "district"
title = {zh = "区", en = "District"}

[[levels]]
id = "township"
title = {zh = "镇街", en = "Township"}

[[levels]]
id = "village"
title = {zh = "村（社区）", en = "Village or community"}

[[levels]]
id = "grid"
title = {zh = "网格", en = "Grid"}

[posts.grid_worker]
title = {zh = "网格员", en = "Grid worker"}
at = "grid"
superior = "station_head"
rights = ["see_contact"]

[posts.station_head]
title = {zh = "站长", en = "Station head"}
at = "village"
superior = "centre_staff"
rights = ["see_contact"]

[posts.centre_staff]
title = {zh = "镇街中心工作人员", en = "Township centre staff"}
at = "township"
superior = "dispatcher"
rights = ["see_contact", "supervise"]

[posts.dispatcher]
title = {zh = "区中心派遣员", en = "District dispatcher"}
at = "district"
superior = "inspector"
rights = ["see_contact", "supervise"]

[posts.inspector]
title = {zh = "监督专员", en = "Inspector"}
at = "district"
"""
_DEPARTMENTS = """id,title,title_en,level,superior,clause
city_management,城市管理局,City management bureau,district,dispatcher,
"""
_CATALOGUE = """id,title,title_en,parent,procedure,department,urgency,limit,clause
env,市容环境,City appearance,,{procedure},city_management,,,
env.litter,暴露垃圾,Exposed rubbish,env,,,,5 workdays,
"""
_PLAY = """at,by,action,answers,want_ok
{year}-03-05T10:00:00+08:00,reporter,open,"{{""item"": ""env.litter"", ""channel"": ""portal""}}",yes
"""
_HANDLING = """
[procedures.handling]
title = {{zh = "办理", en = "Handling"}}
based_on = [{bases}]
first = "accept"

[procedures.handling.steps.accept]
title = {{zh = "受理办理", en = "Taken in and handled"}}
holder = "{holder}"
limit = "3 workdays"
warn = "1 workday"

[procedures.handling.actions.finish]
title = {{zh = "办结", en = "Finish"}}
from = "accept"
to = "{end}"
asks = ["result"]
does_work = true
public = true
"""
# who holds the steps for which a piece names nobody; the office that writes the plan puts its own post there
_ANYBODY = "station_head"


def write(folder: Path, *, title: str, year: int, pieces: Sequence[str]) -> None:
    """Write a new scheme into an empty folder; `pieces` are what it extends. Raise SchemeError when one is unknown.

    A whole scheme is extended as it is. A procedure that a file gives is used. A piece that is a whole way is based
    upon, with a holder, to be changed, for each step that names none; lesser pieces are laid into a small procedure.
    """
    folder.mkdir(parents=True, exist_ok=True)
    main = folder / "scheme.toml"
    extends = list(dict.fromkeys((*pieces, "common/notices", "common/questions")))
    head = _HEAD.format(
        id=toml.value(folder.name),
        title=" ".join(title.split()),
        title_text=toml.value({"zh": title, "en": title}),
        year=year,
        extends=", ".join(toml.value(one) for one in extends),
    )
    main.write_text(head + "\n" + _RULES, encoding="utf-8")
    document = merge(gather(folder))
    if document.failed:
        main.unlink()
        raise SchemeError(document.findings)
    if any(
        document.place("posts", post).file.startswith(f"{one}/") for one in pieces for post in document.rules["posts"]
    ):
        main.write_text(head.replace(', "common/notices", "common/questions"', ""), encoding="utf-8")
        return
    procedure, rules = _procedure(document, pieces)
    main.write_text(head + "\n" + _RULES + rules, encoding="utf-8")
    main.write_text(head + "\n" + _RULES + rules + _holders(folder), encoding="utf-8")
    (folder / "departments.csv").write_text(_DEPARTMENTS, encoding="utf-8")
    (folder / "catalogue.csv").write_text(_CATALOGUE.format(procedure=procedure), encoding="utf-8")
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / "01-opened.csv").write_text(_PLAY.format(year=year), encoding="utf-8")


def _procedure(document: Document, files: Sequence[str]) -> tuple[str, str]:
    """Return the procedure for the first item, and the rules that make it, "" where a file gives the procedure."""
    given = _given(document, "procedures", files)
    if given:
        return given[0], ""
    pieces = _given(document, "pieces", files)
    whole = next((one for one in pieces if "first" in document.rules["pieces"][one]), "")
    if whole:
        return whole, f"\n[procedures.{whole}]\nbased_on = [{toml.value(whole)}]\n"
    signs = any("sign" in document.rules["pieces"][one].get("steps", {}) for one in pieces)
    bases = ", ".join(toml.value(one) for one in pieces)
    return "handling", _HANDLING.format(bases=bases, holder=_ANYBODY, end="sign" if signs else "closed")


def _given(document: Document, table: str, files: Sequence[str]) -> list[str]:
    """Return what the named files themselves give of a table, in their order."""
    written = {(keys[1], place.file) for keys, place in document.places.items() if keys[:1] == (table,) and keys[1:]}
    return [key for file in files for key in document.rules.get(table, {}) if (key, f"{file}.toml") in written]


def _holders(folder: Path) -> str:
    document, _ = source.read(folder)
    lacking = [one.path for one in document.findings if one.code == "missing_key" and ".steps." in one.path]
    return "".join(f'\n[{path}]\nholder = "{_ANYBODY}"\n' for path in lacking)
