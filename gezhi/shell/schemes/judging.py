"""`gezhi scheme check`: what is wrong with a plan, or worth a second thought; `schema`: its grammar for editors."""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from gezhi.host.words import Trouble, language, say
from gezhi.schemes.check import check
from gezhi.schemes.model import Finding, SchemeError
from gezhi.schemes.schema import json_schema

_WORDS = {"error": ("错误", "error"), "reminder": ("提醒", "reminder")}


def arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `check` and `schema`."""
    command = actions.add_parser(
        "check",
        help="find what is wrong with a plan",
        description="Find what is wrong with a plan, with file, line, clause and a plain message.\n\n"
        "Example: gezhi scheme check schemes/shawan --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("path", type=Path, metavar="PATH", help="the scheme's folder")
    command.add_argument("--json", action="store_true", help="print the findings as JSON")
    command.add_argument("--strict", action="store_true", help="exit 1 for reminders, too")
    command.set_defaults(do=_check)
    command = actions.add_parser(
        "schema",
        help="write the JSON Schema of the scheme language, for editors",
        description="Example: gezhi scheme schema schemes/scheme.schema.json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("output", type=Path, nargs="?", metavar="FILE", help="default: standard output")
    command.set_defaults(do=_schema)


def carry_out(options: argparse.Namespace) -> int:
    """Do what was asked of a plan and return the exit code: 1 when the plan is wrong, 2 when the words were."""
    try:
        code: int = options.do(options)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2
    except SchemeError as bad:
        report(bad.findings, sys.stderr, language())
        return 1
    return code


def _check(options: argparse.Namespace) -> int:
    findings = check(options.path)
    errors = sum(one.severity == "error" for one in findings)
    if options.json:
        print(json.dumps([_plain(one) for one in findings], ensure_ascii=False, indent=1))
    else:
        report(findings, sys.stdout, language())
        zh = f"{options.path}：{errors} 个错误，{len(findings) - errors} 个提醒。"
        en = f"{options.path}: {errors} error(s), {len(findings) - errors} reminder(s)."
        print(say(zh, en))
    return 1 if errors or (options.strict and findings) else 0


def _plain(one: Finding) -> dict[str, object]:
    return {
        "severity": one.severity,
        "code": one.code,
        "file": one.place.file,
        "line": one.place.line,
        "path": one.path,
        "clause": one.clause,
        "message": {"zh": one.text.say("zh"), "en": one.text.say("en")},
    }


def report(findings: Iterable[Finding], to: IO[str], speech: str) -> None:
    """Print findings as `file:line: error: path (clause): message`."""
    for one in findings:
        word = _WORDS[one.severity][0 if speech.startswith("zh") else 1]
        clause = f" ({one.clause})" if one.clause else ""
        path = f" {one.path}{clause}:" if one.path else ""
        print(f"{one.place}: {word}:{path} {one.text.say(speech)}", file=to)


def _schema(options: argparse.Namespace) -> int:
    text = json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"
    if options.output is None:
        print(text, end="")
        return 0
    options.output.write_text(text, encoding="utf-8")
    print(say(f"已写入 {options.output}。", f"Wrote {options.output}."))
    return 0
