"""`gezhi scheme play`: run a table of who did what when through a plan, before adopting it."""

import argparse
import csv
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from gezhi.host.words import Trouble, say
from gezhi.schemes import plays, source
from gezhi.schemes.documents import decoded


def arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `play`."""
    command = actions.add_parser(
        "play",
        help="run a scenario through a plan, without a database",
        description="Run a table of who did what when through a plan. Columns: at, by, action, answers (JSON).\n"
        "The output appends ok, reason, step, holder, step_due, case_due, step_light, case_light, actions, notices.\n"
        "Columns want_… say what is expected; differences are listed, and the exit code is then 1.\n\n"
        "Example: gezhi scheme play schemes/shawan scenario.csv -o out.csv --look-back back.csv",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("path", type=Path, metavar="PATH", help="the scheme's folder")
    command.add_argument("scenario", type=Path, metavar="SCENARIO.csv")
    command.add_argument("-o", "--output", type=Path, metavar="OUT.csv", help="default: standard output")
    command.add_argument("--look-back", type=Path, metavar="BACK.csv", help="write who held the case how long")
    command.set_defaults(do=_play)


def _play(options: argparse.Namespace) -> int:
    scheme = source.load(options.path)
    try:
        text = decoded(options.scenario.read_bytes(), options.scenario.name)
        played = plays.play(scheme, plays.read_rows(text))
    except OSError as bad:
        zh, en = f"无法读取 {options.scenario}：{bad.strerror}。", f"Can't read {options.scenario}: {bad.strerror}."
        raise Trouble(zh, en) from bad
    except plays.PlayError as bad:
        raise Trouble(f"{options.scenario} {bad}", f"{options.scenario}: {bad}") from bad
    columns = list(played.rows[0]) if played.rows else ["at", "by", "action", "answers", *plays.OUT]
    _write(options.output, columns, played.rows)
    if options.look_back:
        _write(options.look_back, plays.LOOK_BACK, plays.look_back_rows(scheme, played))
    return _tell(options, played)


def _write(path: Path | None, columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> None:
    if path is None:
        writer = csv.DictWriter(sys.stdout, list(columns))
        writer.writeheader()
        writer.writerows(rows)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns))
        writer.writeheader()
        writer.writerows(rows)


def _tell(options: argparse.Namespace, played: plays.Played) -> int:
    refused = sum(row["ok"] != "yes" for row in played.rows)
    differing = plays.differences(played.rows)
    zh = f"{options.scenario}：{len(played.rows)} 行，其中 {refused} 行被拒，{len(differing)} 处与预期不符。"
    en = f"{options.scenario}: {len(played.rows)} rows, {refused} refused, {len(differing)} other than wanted."
    for one in differing:
        print(one, file=sys.stderr)
    print(say(zh, en), file=sys.stderr)
    return 1 if differing else 0
