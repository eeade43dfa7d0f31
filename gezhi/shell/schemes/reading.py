"""`gezhi scheme show`, `diff` and `new`: a plan to read, two plans compared, a new plan begun."""

import argparse
import html
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from gezhi.host.words import Trouble, language, say
from gezhi.schemes import skeleton, source
from gezhi.schemes.compare import changes, override_text
from gezhi.schemes.explain import Flow, flows
from gezhi.schemes.model import Scheme
from gezhi.schemes.text import Text
from gezhi.shell.schemes import duty_sheets
from gezhi.shell.schemes.duty_sheets import Sheet

_LIMITS = (
    ("环节", "Step"),
    ("承办", "Holder"),
    ("时限", "Limit"),
    ("提醒", "Warning"),
    ("到期后", "Then"),
    ("依据", "Clause"),
    ("出处", "Where"),
)
_ACTIONS = (
    ("动作", "Action"),
    ("从", "From"),
    ("到", "To"),
    ("由谁", "By"),
    ("要填", "Asks"),
    ("限制", "Bounds"),
    ("依据", "Clause"),
)
_ITEMS = (
    ("事项", "Item"),
    ("流程", "Procedure"),
    ("部门", "Department"),
    ("紧急程度", "Urgency"),
    ("时限", "Limit"),
    ("依据", "Clause"),
)


def arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `show`, `diff` and `new`."""
    command = actions.add_parser(
        "show",
        help="print a plan so that people can read it",
        description="Print a plan: flows, limits with their clauses, what it changes in what it extends.\n\n"
        "Example: gezhi scheme show schemes/shawan --html plan.html",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("path", type=Path, metavar="PATH")
    command.add_argument("--html", type=Path, metavar="FILE", help="write a page instead")
    command.set_defaults(do=_show)
    command = actions.add_parser(
        "diff",
        help="what changes from one plan to another",
        description="Example: gezhi scheme diff schemes/shawan my/shawan",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("old", type=Path, metavar="A")
    command.add_argument("new", type=Path, metavar="B")
    command.set_defaults(do=_diff)
    command = actions.add_parser(
        "new",
        help="begin a plan from shipped pieces",
        description="Write a small plan that passes the check, to change from there.\n\n"
        "Example: gezhi scheme new my/plan --title 某区网格方案 --from common/report_up",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("path", type=Path, metavar="PATH", help="the folder to make; its name becomes the id")
    command.add_argument("--title", default="", help="default: the folder's name")
    command.add_argument(
        "--from", dest="pieces", action="append", metavar="PIECE", help="what it extends (default: common/report_up)"
    )
    command.set_defaults(do=_new)


# ── show ──


def _show(options: argparse.Namespace) -> int:
    scheme = source.load(options.path)
    if options.html:
        options.html.write_text(as_html(scheme, language()), encoding="utf-8")
        print(say(f"已写入 {options.html}。", f"Wrote {options.html}."))
        return 0
    console = Console(width=None if sys.stdout.isatty() else 160)
    speech = language()
    console.print(f"[bold]{scheme.title.say(speech)}[/]  {scheme.id} {scheme.version}  {scheme.clause}")
    for heading, columns, rows in _tables(scheme, speech):
        table = Table(*columns, title=heading, title_justify="left", title_style="bold")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    return 0


def _tables(scheme: Scheme, speech: str) -> list[Sheet]:
    """Return every table of the readable plan: heading, column titles, rows."""
    tables = [
        _levels(scheme, speech),
        _posts(scheme, speech),
        *(table for flow in flows(scheme) for table in _flow(flow, speech)),
        _catalogue(scheme, speech),
        *duty_sheets.sheets(scheme, speech),
    ]
    if scheme.overrides:
        heading = say("所改动的继承规则", "What it changes in what it extends")
        tables.append(
            (heading, (say("改动", "Change"),), [(override_text(one).say(speech),) for one in scheme.overrides])
        )
    return tables


def _levels(scheme: Scheme, speech: str) -> Sheet:
    rows: list[tuple[str, ...]] = [
        (one.id, one.title.say(speech), one.centre.say(speech), one.clause) for one in scheme.levels.values()
    ]
    return say("层级", "Levels"), ("id", say("名称", "Title"), say("中心", "Centre"), say("依据", "Clause")), rows


def _posts(scheme: Scheme, speech: str) -> Sheet:
    rows: list[tuple[str, ...]] = [
        (one.id, one.title.say(speech), one.at, str(one.seats), one.superior, one.clause)
        for one in scheme.posts.values()
    ]
    columns = (
        "id",
        say("名称", "Title"),
        say("层级", "At"),
        say("人数", "Seats"),
        say("上级", "Superior"),
        say("依据", "Clause"),
    )
    return say("岗位", "Posts"), columns, rows


def _flow(flow: Flow, speech: str) -> list[Sheet]:
    def words(*texts: Text) -> tuple[str, ...]:
        return tuple(text.say(speech) for text in texts)

    limits = [
        (*words(one.title, one.holder, one.limit, one.warn, one.then), one.clause, one.place) for one in flow.limits
    ]
    ways = [
        (one.id, *words(one.title, one.source, one.target, one.by, one.asks, one.bounds), one.clause)
        for one in flow.actions
    ]
    name = f"{flow.title.say(speech)} {flow.id} {flow.clause}"
    return [
        (f"{name} · {say('时限', 'limits')}", _heads(_LIMITS), limits),
        (f"{name} · {say('动作', 'actions')}", ("id", *_heads(_ACTIONS)), ways),
    ]


def _heads(titles: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(say(zh, en) for zh, en in titles)


def _catalogue(scheme: Scheme, speech: str) -> Sheet:
    rows: list[tuple[str, ...]] = [
        (one.id, one.title.say(speech), one.procedure, one.department, one.urgency, one.limit, one.clause)
        for one in scheme.items.values()
    ]
    return say("事项目录", "Catalogue"), ("id", *_heads(_ITEMS)), rows


def as_html(scheme: Scheme, speech: str) -> str:
    """Return the readable plan as one page without scripts or styles of its own."""
    title = html.escape(scheme.title.say(speech))
    parts = [f"<h1>{title}</h1><p>{html.escape(f'{scheme.id} {scheme.version} {scheme.clause}')}</p>"]
    for heading, columns, rows in _tables(scheme, speech):
        head = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in columns)
        body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
        parts.append(
            f"<h2>{html.escape(heading)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )
    lang = "zh-Hans" if speech.startswith("zh") else "en"
    joined = "\n".join(parts)
    head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
    return f'<!doctype html>\n<html lang="{lang}">{head}\n<body>\n{joined}\n</body></html>\n'


def _cells(row: Sequence[str]) -> str:
    return "".join(f"<td>{html.escape(cell)}</td>" for cell in row)


# ── diff, new ──


def _diff(options: argparse.Namespace) -> int:
    old, new = source.load(options.old), source.load(options.new)
    found = changes(old, new)
    for change in found:
        clause = f"  ({change.clause})" if change.clause else ""
        place = f"  [{change.place}]" if change.place.file else ""
        within = f"{change.within.say(language())} · " if change.path.startswith("forms.") and change.within.zh else ""
        print(f"{within}{change.text.say(language())}{clause}{place}")
    for override in new.overrides:
        if override not in old.overrides:
            print(f"{say('改动继承规则', 'override')}: {override_text(override).say(language())}")
    print(say(f"共 {len(found)} 处不同。", f"{len(found)} difference(s)."))
    return 0


def _new(options: argparse.Namespace) -> int:
    from gezhi.foundation import clock  # noqa: PLC0415  only a new plan's version needs the year

    folder: Path = options.path
    if folder.exists() and any(folder.iterdir()):
        raise Trouble(f"{folder} 已存在且不为空。", f"{folder} exists and is not empty.")
    pieces = options.pieces or ["common/report_up"]
    skeleton.write(folder, title=options.title or folder.name, year=clock.now().year, pieces=pieces)
    print(
        say(f"已建立 {folder}。接着：gezhi scheme check {folder}", f"Made {folder}. Next: gezhi scheme check {folder}")
    )
    return 0
