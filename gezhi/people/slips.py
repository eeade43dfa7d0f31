"""Slips to print and hand over: who, where to go, the code, as text and as a picture; eight on a page of A4."""

import os
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import segno
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.people.operations.passwords import Slip
from gezhi.people.spans import last_day_of

_STYLE = """
@page { size: A4; margin: 10mm }
body { margin: 0; font: 11pt/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 0 }
section { border: 1px dashed #888; padding: 5mm; min-height: 54mm; break-inside: avoid; box-sizing: border-box;
  display: grid; grid-template-columns: 1fr 30mm; column-gap: 4mm; align-content: start }
h2 { margin: 0; font-size: 13pt }
p { margin: 1mm 0 }
svg { width: 30mm; height: 30mm; grid-row: 1 / span 4; grid-column: 2 }
code { font: 600 11pt/1.4 ui-monospace, Consolas, monospace; white-space: nowrap }
small { grid-column: 1 / -1; color: #444 }
"""


def page(slips: Sequence[Slip], address_of: Callable[[Slip], str]) -> str:
    """Return a page of HTML that prints by itself, without network."""
    body = "\n".join(_section(slip, address_of(slip)) for slip in slips)
    title = escape(_("Slips for the first sign-in"))
    return (
        f'<!doctype html>\n<html lang="{get_language() or "zh-hans"}"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style>\n<main>\n{body}\n</main></html>\n"
    )


def write(file: Path, text: str) -> None:
    """Write the slips into a new file that only its owner can read; never over an existing one (`FileExistsError`)."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def _section(slip: Slip, address: str) -> str:
    picture = segno.make(address, error="m").svg_inline(scale=1, border=2, omitsize=True)
    account = slip.account
    until = last_day_of(slip.expires_at).isoformat()
    advice = _("Scan the picture or open the address, and choose a password. The code works once, until %(until)s.")
    return (
        f"<section><h2>{escape(account.name)}</h2>{picture}"
        f"<p>{escape(_('Username'))}: <b>{escape(account.username)}</b></p>"
        f"<p>{escape(address.rsplit('/', 1)[0])}</p><p><code>{escape(slip.code)}</code></p>"
        f"<small>{escape(advice % {'until': until})} {escape(_('Tell the code to nobody.'))}</small></section>"
    )
