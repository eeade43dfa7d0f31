"""Opens what an office sends in: a workbook, a zip of a scheme's folder, or a single TOML file. Nothing is trusted.

What comes out is text only; it is judged by the check like any other. Sizes are bounded before anything is unpacked,
names in a zip can't lead anywhere, formulas and error values are refused where they stand.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from gezhi.schemes import workbook
from gezhi.schemes.documents import MAIN, TABLES, Source, complete, decoded, main_of
from gezhi.schemes.model import Finding, Place, SchemeError
from gezhi.schemes.text import Text

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 12 * 1024 * 1024
MOST_FILES = 300
MOST_CELLS = 200_000
# What the reader of workbooks raises for what is none, or is damaged somewhere inside.
_UNREADABLE = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, KeyError, IndexError, ValueError,
    TypeError, OSError, AttributeError, SyntaxError,
)  # fmt: skip
_LEAD_OUT = re.compile(r"[\w-]+")
_KINDS = (".xlsx", ".zip", ".toml")

type Sheets = dict[str, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """The files of a scheme as they were sent in; `sheets` says in which row of which sheet a rule stood."""

    source: Source
    kind: str
    sheets: Sheets = field(default_factory=dict)


def unpack(name: str, raw: bytes) -> Parcel:
    """Return the scheme's files; raise SchemeError with findings in plain words for what can't be taken."""
    if len(raw) > MOST_BYTES:
        raise _refused(name, "too_large", *_too_large(len(raw)))
    suffix = PurePosixPath(name.lower()).suffix
    match suffix:
        case ".xlsx":
            return _from_workbook(name, raw)
        case ".zip":
            return _from_zip(name, raw)
        case ".toml":
            return _from_text(name, raw)
    zh = f"不认识这种文件（{suffix or '没有后缀'}）。请上传 .xlsx 工作簿、方案文件夹的 .zip，或单个 .toml。"
    en = f"This kind of file ({suffix or 'no ending'}) can't be read. Send an .xlsx workbook, a .zip of the scheme's folder, or one .toml."  # noqa: E501
    raise _refused(name, "kind", zh, en)


def sheet_place(sheets: Mapping[str, tuple[str, int]], path: str) -> Place | None:
    """Return sheet and row of a rule, or of the nearest rule around it; None where it came from no sheet."""
    keys = path.split(".")
    while keys:
        found = sheets.get(".".join(keys))
        if found:
            return Place(*found)
        keys.pop()
    return None


def _from_text(name: str, raw: bytes) -> Parcel:
    folder = _folder_name(PurePosixPath(name).stem)
    return Parcel(complete(Source(folder, {f"{folder}/{MAIN}": decoded(raw, name)})), "text")


# ── a zip of the folder ──


def _from_zip(name: str, raw: bytes) -> Parcel:
    files: dict[str, str] = {}
    with _opened(name, raw) as parcel:
        for entry in _entries(name, parcel):
            path = _inside(entry.filename)
            if path is not None:
                files[path] = decoded(_bytes(name, parcel, entry), path)
    if MAIN in files:  # the folder's contents were packed without the folder
        folder = _folder_name(PurePosixPath(name).stem)
        files = {path if "/" in path else f"{folder}/{path}": text for path, text in files.items()}
    if not any(path.endswith(f"/{MAIN}") for path in files):
        zh, en = (
            f"压缩包里没有 {MAIN}：请打包整个方案文件夹。",
            f"There is no {MAIN} in it: pack the scheme's whole folder.",
        )
        raise _refused(name, "no_main", zh, en)
    return Parcel(complete(Source(main_of(files), files)), "folder")


def _opened(name: str, raw: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(raw))
    except zipfile.BadZipFile:
        zh, en = (
            "文件已损坏，打不开：请重新导出后再上传。",
            "The file is damaged and can't be opened: export it anew and send it again.",
        )
        raise _refused(name, "damaged", zh, en) from None


def _entries(name: str, parcel: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = [one for one in parcel.infolist() if not one.is_dir()]
    if len(entries) > MOST_FILES:
        zh, en = (
            f"里面有 {len(entries)} 个文件，最多 {MOST_FILES} 个。",
            f"It holds {len(entries)} files; {MOST_FILES} are the most.",
        )
        raise _refused(name, "too_many", zh, en)
    # Python reads no more of an entry than it declares, so that what is declared bounds what is unpacked
    if sum(one.file_size for one in entries) > MOST_UNPACKED:
        most = MOST_UNPACKED // 1024 // 1024
        raise _refused(name, "too_large", f"解开后超过 {most} MB。", f"Unpacked it is more than {most} MB.")
    return entries


def _bytes(name: str, parcel: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return parcel.read(entry)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        zh, en = (
            f"“{entry.filename}”读不出来（损坏或加了密码）。",
            f"“{entry.filename}” can't be read (damaged, or behind a password).",
        )
        raise _refused(name, "damaged", zh, en) from None


def _inside(path: str) -> str | None:
    """Return a file's name as folder/name, or None for what is no part of a scheme or leads out of its folder."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    last = PurePosixPath(parts[-1])
    wanted = last.suffix == ".toml" or (last.suffix == ".csv" and last.stem in TABLES)
    folders = [part for part in parts[:-1] if part != "__MACOSX"]
    if not wanted or len(folders) < len(parts) - 1 or parts[-1].startswith("."):
        return None
    if not all(_LEAD_OUT.fullmatch(part) for part in (*folders, last.stem)):
        return None
    # schemes/shawan/scheme.toml is shawan/scheme.toml: only the nearest folder counts
    return "/".join((*folders[-1:], parts[-1]))


def _folder_name(stem: str) -> str:
    return re.sub(r"[^\w-]+", "-", stem).strip("-").lower()[:64] or "scheme"


# ── a workbook ──


def _from_workbook(name: str, raw: bytes) -> Parcel:
    with _opened(name, raw) as parcel:
        _entries(name, parcel)
    try:
        book = load_workbook(io.BytesIO(raw))
    except _UNREADABLE:
        zh, en = "这不是可以读取的 Excel 工作簿。", "This is no workbook that can be read."
        raise _refused(name, "damaged", zh, en) from None
    findings = list(_faults(book))
    if findings:
        raise SchemeError(findings[:50])
    files = workbook.taken(book)
    folder = _folder_name(PurePosixPath(name).stem)
    return Parcel(Source(folder, {f"{folder}/{file}": text for file, text in files.items()}), "workbook", _sheets(book))


def _faults(book: Workbook) -> Iterator[Finding]:
    """Yield what keeps a workbook from being read: no sheet of ours, merged cells, formulas, values in error."""
    if "scheme" not in book.sheetnames or "levels" not in book.sheetnames:
        zh = "没有“scheme”和“levels”工作表：请用“下载工作簿”得到的文件修改后上传。"
        en = "The sheets “scheme” and “levels” are missing: change the workbook that “Download the workbook” gives."
        yield Finding("error", "workbook", "", Text(zh, en), Place("workbook"))
        return
    for name in (one for one in workbook.SHEETS if one in book.sheetnames):
        sheet: Any = book[name]
        if not hasattr(sheet, "merged_cells"):
            continue
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            zh, en = (
                "工作表太大：请删去末尾的空行空列。",
                "The sheet is too large: delete the empty rows and columns at its end.",
            )
            yield Finding("error", "workbook", name, Text(zh, en), Place(name))
            return
        for merged in sheet.merged_cells.ranges:
            zh = f"{merged.coord} 是合并单元格：请取消合并，每行都写上值。"
            en = f"{merged.coord} is merged: unmerge it and write the value in every row."
            yield Finding("error", "merged_cells", name, Text(zh, en), Place(name, merged.min_row))
        yield from _bad_cells(name, sheet)


def _bad_cells(name: str, sheet: Any) -> Iterator[Finding]:
    for row in sheet.iter_rows():
        for cell in row:
            place = Place(name, cell.row)
            if cell.data_type == "f":
                zh, en = (
                    f"{cell.coordinate} 是公式：请改成写定的值。",
                    f"{cell.coordinate} is a formula: write its value instead.",
                )
                yield Finding("error", "formula", name, Text(zh, en), place)
            elif cell.data_type == "e":
                zh = f"{cell.coordinate} 是错误值（{cell.value}）：请改成正确的值或留空。"
                en = f"{cell.coordinate} is an error value ({cell.value}): mend or clear it."
                yield Finding("error", "error_value", name, Text(zh, en), place)


def _sheets(book: Workbook) -> Sheets:
    """Return for each rule the sheet and row where it stood."""
    found: Sheets = {}
    for sheet, line, row in workbook.placed(book):
        match sheet:
            case "scheme":
                path = str(row.get("key", ""))
            case "levels":
                path = f"levels.{line - 2}"
            case "steps" | "actions":
                path = f"procedures.{row.get('procedure', '')}.{sheet}.{row.get('id', '')}"
            case _:
                path = f"{sheet}.{row.get('id', '')}"
        found[path] = (sheet, line)
    return found


def _too_large(size: int) -> tuple[str, str]:
    most = MOST_BYTES // 1024 // 1024
    return (
        f"文件有 {size // 1024 // 1024} MB，最多 {most} MB。",
        f"The file has {size // 1024 // 1024} MB; {most} MB are the most.",
    )


def _refused(name: str, code: str, zh: str, en: str) -> SchemeError:
    return SchemeError([Finding("error", code, "", Text(zh, en), Place(name))])
