"""`gezhi scheme export` and `import`: a plan as an Excel workbook, out and in."""

import argparse
import sys
from pathlib import Path
from zipfile import BadZipFile

from openpyxl.utils.exceptions import InvalidFileException

from gezhi.host.words import Trouble, language, say
from gezhi.schemes import source, workbook
from gezhi.schemes.check import check
from gezhi.schemes.model import SchemeError
from gezhi.shell.schemes.judging import report


def arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `export` and `import`."""
    command = actions.add_parser(
        "export",
        help="write a plan as an Excel workbook",
        description="Example: gezhi scheme export schemes/shawan shawan.xlsx",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("path", type=Path, metavar="PATH")
    command.add_argument("output", type=Path, metavar="OUT.xlsx")
    command.set_defaults(do=_export)
    command = actions.add_parser(
        "import",
        help="make a plan's folder from an Excel workbook",
        description="The plan stands by itself afterwards: what it extended is written out. It is checked at once.\n\n"
        "Example: gezhi scheme import shawan.xlsx my/shawan",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("book", type=Path, metavar="BOOK.xlsx")
    command.add_argument("path", type=Path, metavar="PATH", help="the folder to write; existing files are replaced")
    command.set_defaults(do=_import)


def _export(options: argparse.Namespace) -> int:
    document, scheme = source.read(options.path)
    if scheme is None:
        raise SchemeError(document.findings)
    workbook.export(document, options.output)
    print(say(f"已写入 {options.output}。", f"Wrote {options.output}."))
    return 0


def _import(options: argparse.Namespace) -> int:
    try:
        files = workbook.read(options.book)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as bad:
        raise Trouble(f"无法读取 {options.book}：{bad}", f"Can't read {options.book}: {bad}") from bad
    options.path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (options.path / name).write_text(text, encoding="utf-8")
    findings = check(options.path)
    report(findings, sys.stdout, language())
    errors = sum(one.severity == "error" for one in findings)
    zh, en = f"已写入 {options.path}：{errors} 个错误。", f"Wrote {options.path}: {errors} error(s)."
    print(say(zh, en))
    return 1 if errors else 0
