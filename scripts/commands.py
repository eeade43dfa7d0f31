"""Writes the pages of commands from the commands themselves, so that they say what those take.

Usage: .venv/bin/python scripts/commands.py          (a test of the house fails while a page is out of date)
"""

import argparse
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from gezhi.shell.main import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "commands.md"
# commands that are about plans have a page of their own: together they would be too long to read
PLANS = ROOT / "docs" / "commands-plans.md"
ABOUT_PLANS = ("scheme", "forms", "duties", "worktime")
HEAD = """# Commands

Every command says the same with `--help`. Exit codes: 0 done, 1 something was found wrong, 2 misuse, 130 interrupted.
Messages come in Chinese or English, by the terminal's locale or `GEZHI_LANGUAGE`. Commands that need the database use
`DATABASE_URL`, else the embedded one in `GEZHI_HOME`: that of the running `gezhi up`, or one started for the moment.
"""


PLANS_HEAD = """# Commands about plans

What all commands share stands with [the other commands](commands.md).
"""


def pages() -> dict[Path, str]:
    """Return the pages' texts."""
    return {
        PAGE: _page(HEAD, [name for name in COMMANDS if name not in ABOUT_PLANS]),
        PLANS: _page(PLANS_HEAD, ABOUT_PLANS),
    }


def _page(head: str, names: Sequence[str]) -> str:
    overview = ["| command | does |", "|---|---|"]
    listed = COMMANDS if head is HEAD else names
    overview += [f"| [`gezhi {name}`]({_at(name, names)}#gezhi-{name}) | {COMMANDS[name]} |" for name in listed]
    return "\n".join([head, *overview, "", *(line for name in names for line in _command(name))])


def _at(name: str, here: Sequence[str]) -> str:
    return "" if name in here else PLANS.name


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
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)} written")
