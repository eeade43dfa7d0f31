"""Writes docs/commands.md from the commands themselves, so that the page says what they take.

Usage: .venv/bin/python scripts/commands.py          (a test of the house fails while the page is out of date)
"""

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path

from gezhi.shell.main import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "commands.md"
HEAD = """# Commands

Every command says the same with `--help`. Exit codes: 0 done, 1 something was found wrong, 2 misuse, 130 interrupted.
Messages come in Chinese or English, by the terminal's locale or `GEZHI_LANGUAGE`. Commands that need the database use
`DATABASE_URL`, else the embedded one in `GEZHI_HOME`: that of the running `gezhi up`, or one started for the moment.
"""


def page() -> str:
    """Return the page's text."""
    overview = ["| command | does |", "|---|---|"]
    overview += [f"| [`gezhi {name}`](#gezhi-{name}) | {purpose} |" for name, purpose in COMMANDS.items()]
    return "\n".join([HEAD, *overview, "", *(line for name in COMMANDS for line in _command(name))])


def _command(name: str) -> Iterator[str]:
    module = importlib.import_module(f"gezhi.shell.{name}")
    parser = argparse.ArgumentParser(prog=f"gezhi {name}", description=module.__doc__)
    module.arguments(parser)
    yield from (f"## gezhi {name}", "", "```text", (module.__doc__ or "").strip(), "```", "")
    yield from _arguments(parser)
    for purpose, below in _subcommands(parser):
        yield from _subcommand(purpose, below, shared=module.__doc__ or "")


def _subcommand(purpose: str, parser: argparse.ArgumentParser, shared: str) -> Iterator[str]:
    yield from (f"### {parser.prog}", "", f"{purpose[:1].upper()}{purpose[1:]}.", "")
    words = (parser.description or "").strip()
    if words and words != shared.strip():
        yield from ("```text", words, "```", "")
    yield from _arguments(parser)


def _subcommands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            purposes = {choice.dest: choice.help or "" for choice in action._choices_actions}
            yield from ((purposes.get(name, ""), below) for name, below in action.choices.items())


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    listed = [one for one in parser._actions if not isinstance(one, argparse._HelpAction | argparse._SubParsersAction)]
    if listed:
        yield from ("| argument | meaning |", "|---|---|", *(_row(one, parser) for one in listed), "")


def _row(one: argparse.Action, parser: argparse.ArgumentParser) -> str:
    value = _value(one)
    words = f"`{' '.join(filter(None, [', '.join(one.option_strings), value]))}`"
    if one.option_strings and one.required:
        words += " (required)"
    meaning = parser._get_formatter()._expand_help(one) if one.help else ""
    return f"| {words} | {meaning} |"


def _value(one: argparse.Action) -> str:
    """Return how the argument's value is shown; empty for one that takes none."""
    if one.nargs == 0:
        return ""
    shown = one.metavar if isinstance(one.metavar, str) else None
    if shown is None and one.choices is not None:
        shown = "\\|".join(str(choice) for choice in one.choices)
    shown = shown or (one.dest.upper() if one.option_strings else one.dest)
    return f"{shown} …" if one.nargs in {"*", "+", argparse.REMAINDER} else shown


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written")
