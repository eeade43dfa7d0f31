"""Tables on the command line: CSV read in whatever encoding an office saved it, written as UTF-8, row by row."""

import codecs
import csv
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gezhi.host.words import Trouble

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the line of the file on which it ends, its cells by column, and how many had no column."""

    line: int
    cells: dict[str, str]
    surplus: int = 0


class Table:
    """A CSV file with a header, read once from top to bottom."""

    def __init__(self, path: Path) -> None:
        """Open the file and read its header; raise Trouble when that fails."""
        try:
            self.encoding = encoding_of(path)
            self._bytes = path.open("rb")
        except OSError as error:
            raise Trouble(f"无法读取 {path}：{error.strerror}。", f"Can't read {path}: {error.strerror}.") from error
        self._size = path.stat().st_size
        self._path = path
        self._lines = csv.reader(io.TextIOWrapper(self._bytes, encoding=self.encoding, newline=""))
        self.columns = [name.strip() for name in self._next() or []]

    def need(self, *columns: str) -> None:
        """Raise Trouble unless the table has all these columns."""
        missing = [column for column in columns if column not in self.columns]
        if missing:
            here = ", ".join(self.columns) or "–"
            raise Trouble(
                f"{self._path} 缺少列：{', '.join(missing)}；现有列：{here}。",
                f"{self._path} lacks the column {', '.join(missing)}; it has: {here}.",
            )

    def rows(self) -> Iterator[Row]:
        """Give the records in order, empty lines left out; cells that are missing are empty. Progress on a terminal."""
        with self._bytes, _progress(self._size) as advance:
            while (cells := self._next()) is not None:
                if cells:
                    lacking = len(self.columns) - len(cells)
                    named = dict(zip(self.columns, cells + [""] * lacking, strict=False))
                    yield Row(self._lines.line_num, named, max(0, -lacking))
                    advance(self._bytes.tell())

    def _next(self) -> list[str] | None:
        try:
            return next(self._lines, None)
        except UnicodeDecodeError as error:
            raise Trouble(
                f"{self._path} 既不是 UTF-8 也不是 GBK 编码的 CSV 文件。",
                f"{self._path} is not a CSV file in UTF-8 or GBK.",
            ) from error
        except csv.Error as error:
            line = self._lines.line_num
            raise Trouble(
                f"{self._path} 第 {line} 行不是有效的 CSV（{error}）。",
                f"{self._path}, line {line} is not CSV ({error}).",
            ) from error


@contextmanager
def written(path: Path | None, columns: list[str]) -> Iterator["csv.DictWriter[str]"]:
    """Open a CSV file (standard output if None) with a header for writing rows; raise Trouble when that fails."""
    if path is None:
        yield _headed(sys.stdout, columns)
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise Trouble(f"无法写入 {path}：{error.strerror}。", f"Can't write {path}: {error.strerror}.") from error
    with file:
        yield _headed(file, columns)


@contextmanager
def _progress(size: int) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how much of a file has been read; elsewhere nothing."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with Progress(BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn(), console=console) as shown:
        task = shown.add_task("", total=size)
        yield lambda position: shown.update(task, completed=position)


def encoding_of(path: Path) -> str:
    """Return `utf-8-sig` where the whole file reads as UTF-8, else `gb18030` (which GBK and GB 2312 are parts of)."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _headed(file: IO[str], columns: list[str]) -> "csv.DictWriter[str]":
    writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    return writer
