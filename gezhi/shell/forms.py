"""Carry forms of a plan from and to XLSForm workbooks.

Examples:
  gezhi forms import survey.xlsx
  gezhi forms import survey.xlsx --scheme my/plan --id shop_check
  gezhi forms export schemes/shawan --form household -o household.xlsx
  gezhi forms export schemes/shawan -o forms/

Exit codes: 0 done, 1 something is wrong with the workbook or the scheme (nothing is written), 2 misuse.
"""

import argparse
import sys
from pathlib import Path

from gezhi.host.words import Trouble, language, say
from gezhi.schemes import source, xlsforms
from gezhi.schemes.documents import gather
from gezhi.schemes.durations import BadDuration, Duration
from gezhi.schemes.model import Scheme
from gezhi.schemes.xlsforms import adding
from gezhi.schemes.xlsforms.reading import Carried
from gezhi.shell.schemes import judging


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _import_arguments(actions)
    _export_arguments(actions)


def _import_arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = actions.add_parser(
        "import",
        help="check an XLSForm workbook and make a form of it",
        description="Check a workbook with XLSForm's own checker and make a plan's form of it. What can't be carried "
        "over is listed with sheet, row and reason. Without --scheme the form is printed.\n\n"
        "Example: gezhi forms import survey.xlsx --scheme my/plan --id shop_check",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("book", type=Path, metavar="FILE.xlsx")
    command.add_argument("--scheme", type=Path, metavar="PATH", help="the plan's folder that the form is written into")
    command.add_argument("--id", default="", help="what the form is called (default: the workbook's form_id)")
    command.add_argument("--replace", action="store_true", help="write over a form that came from a workbook before")
    command.add_argument("--purpose", default="", help="what the answers are for; needed for personal data")
    command.add_argument("--basis", default="", help="the legal basis; needed for personal data")
    command.add_argument("--retention", default="", help="how long they are kept, such as “24 months”")
    command.set_defaults(do=_import)


def _export_arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = actions.add_parser(
        "export",
        help="write forms of a plan as XLSForm workbooks",
        description="Write one form as a workbook, or all of them into a folder.\n\n"
        "Example: gezhi forms export schemes/shawan --form household -o household.xlsx",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("path", type=Path, metavar="PATH", help="the plan's folder")
    command.add_argument("--form", default="", metavar="ID", help="only this form")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.xlsx", help="a file, or a folder")
    command.set_defaults(do=_export)


def run(options: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    return judging.carry_out(options)


def _import(options: argparse.Namespace) -> int:
    try:
        data = options.book.read_bytes()
    except OSError as bad:
        raise Trouble(
            f"无法读取 {options.book}：{bad.strerror}。", f"Can't read {options.book}: {bad.strerror}."
        ) from bad
    carried = _with_grounds(xlsforms.read(data, form_id=options.id), options)
    for one in carried.left:
        where = f"{one.sheet} {say('第', 'row')} {one.row}{say(' 行', '')}"
        print(f"{options.book.name} · {where}: {one.text.say(language())}", file=sys.stderr)
    if options.scheme is None:
        print(adding.text_of(carried), end="")
        return 0
    before = gather(options.scheme)
    grown = adding.added(before, carried, replace=options.replace)
    file = options.scheme / Path(adding.file_of(before, carried.id)).name
    file.write_text(grown.files[adding.file_of(before, carried.id)], encoding="utf-8")
    count = len(carried.left)
    print(say(f"已写入 {file}；{count} 处没有带过来。", f"Wrote {file}; {count} thing(s) were not carried over."))
    return 0


def _with_grounds(carried: Carried, options: argparse.Namespace) -> Carried:
    given = {key: getattr(options, key) for key in ("purpose", "basis", "retention") if getattr(options, key)}
    if "retention" in given:
        try:
            Duration.parse(given["retention"])
        except BadDuration as bad:
            raise Trouble(bad.text.zh, bad.text.en) from bad
    fields = carried.table["fields"]
    return Carried(carried.id, {**carried.table, **given, "fields": fields}, carried.left)


def _export(options: argparse.Namespace) -> int:
    scheme = source.load(options.path)
    chosen = _chosen(scheme, options.form)
    single = options.output.suffix.lower() == ".xlsx"
    if single and len(chosen) != 1:
        names = ", ".join(chosen)
        raise Trouble(
            f"方案有 {len(chosen)} 张表单，请用 --form 选一张，或用 -o 给一个文件夹：{names}",
            f"The plan has {len(chosen)} forms: choose one with --form, or give a folder with -o: {names}",
        )
    if not single:
        options.output.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        written = xlsforms.write(scheme.forms[name])
        file = options.output if single else options.output / f"{name}.xlsx"
        file.write_bytes(written.data)
        for text in written.left:
            print(f"{name}: {text.say(language())}", file=sys.stderr)
        print(say(f"已写入 {file}。", f"Wrote {file}."))
    return 0


def _chosen(scheme: Scheme, form: str) -> list[str]:
    if form and form not in scheme.forms:
        names = ", ".join(scheme.forms)
        raise Trouble(f"方案中没有表单“{form}”。有：{names}", f"There is no form “{form}”. There are: {names}")
    return [form] if form else list(scheme.forms)
