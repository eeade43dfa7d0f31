"""A form from a workbook laid into a plan, in a file of its own; a plan that it would break is left as it is."""

from gezhi.schemes import toml
from gezhi.schemes.check import check
from gezhi.schemes.documents import Source
from gezhi.schemes.model import SchemeError
from gezhi.schemes.source import read
from gezhi.schemes.xlsforms.checked import refused
from gezhi.schemes.xlsforms.reading import Carried


def file_of(source: Source, form_id: str) -> str:
    """Return the file that a form from a workbook stands in."""
    return f"{source.main}/form_{form_id}.toml"


def text_of(carried: Carried) -> str:
    """Return a form as TOML, headed by what could not be carried over."""
    lines = [
        "# From an XLSForm workbook.",
        *(f"# Not carried over ({one.sheet} {one.row}): {one.text.en}" for one in carried.left),
    ]
    head = "\n".join(" ".join(line.split()) for line in lines)
    return f"{head}\n\n{toml.document({'forms': {carried.id: carried.table}})}"


def added(source: Source, carried: Carried, *, replace: bool = False) -> Source:
    """Return a plan's files with the form; raise SchemeError for one that is there already or would break the plan."""
    document, scheme = read(source)
    if scheme is None:
        raise SchemeError(document.findings)
    name = file_of(source, carried.id)
    known = carried.id in scheme.forms
    if known and (name not in source.files or not replace):
        zh = f"方案里已有表单“{carried.id}”。请另取编号"
        en = f"The plan has a form “{carried.id}” already. Give this one another id"
        if name in source.files:
            zh, en = f"{zh}，或选择替换", f"{en}, or choose to replace it"
        raise refused("settings", 2, f"{zh}。", f"{en}.")
    grown = Source(source.main, {**source.files, name: text_of(carried)})
    before = set(check(source))
    broken = [one for one in check(grown) if one.severity == "error" and one not in before]
    if broken:
        raise SchemeError(broken)
    return grown
