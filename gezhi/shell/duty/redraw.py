"""`gezhi duties redraw`: draw a sample again from what was kept of it, and say whether it is the same."""

import argparse
import sys
from uuid import UUID

from gezhi.host.words import Trouble, say
from gezhi.shell.duty.due import connect_database


def arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `redraw`."""
    command = actions.add_parser(
        "redraw",
        help="draw a sample again from its seed and its population, to prove it",
        description="Draw a sample again from the seed and the population that were kept with it, and compare it with "
        "what was drawn. The id of a draw stands in the address of its page.\n\n"
        "Example: gezhi duties redraw 0198f3c2-7a1e-7d11-9c4e-0d2f6b1a5e77",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("draw", metavar="DRAW", help="the id of a draw")
    command.set_defaults(do=_redraw)


def _redraw(options: argparse.Namespace) -> int:
    try:
        pk = UUID(options.draw)
    except ValueError as bad:
        raise Trouble(f"“{options.draw}”不是抽样的编号。", f"“{options.draw}” is not the id of a draw.") from bad
    connect_database()
    from gezhi.duties import operations  # noqa: PLC0415  the database must be at hand first
    from gezhi.duties.models import Draw  # noqa: PLC0415

    row = Draw.objects.filter(pk=pk).first()
    found = operations.redraw(row) if row else None
    if row is None:
        raise Trouble("没有这次抽样。", "There is no such draw.")
    if found is None:
        raise Trouble(
            "这次抽样没有保存总体，无法重抽。", "Of this draw no population was kept, so it can't be drawn again."
        )
    print(f"{row.scheme}.{row.duty} {row.period} seed {row.seed}")
    print(
        say(
            f"总体 {found.population}，与记录的摘要{'一致' if found.whole else '不一致'}；"
            f"重抽 {found.drawn} 个，与原样本{'一致' if found.same else '不一致'}。",
            f"Population of {found.population}: the hash is {'the one noted' if found.whole else 'another'}. "
            f"Sample of {found.drawn}: {'the same' if found.same else 'another'}.",
        ),
        file=sys.stdout,
    )
    return 0 if found.whole and found.same else 1
