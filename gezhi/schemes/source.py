"""The way in: from a scheme's folder, or from its files as they were kept when it was put into force, to the scheme."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from gezhi.schemes import build, shapes
from gezhi.schemes.documents import Document, Source, gather, main_of, merge, shipped
from gezhi.schemes.model import Finding, Place, Scheme, SchemeError
from gezhi.schemes.text import Text
from gezhi.schemes.worktime import WorktimeError

__all__ = ["Source", "gather", "load", "read", "shipped"]


def load(path_or_files: Path | str | Source | Mapping[str, str]) -> Scheme:
    """Return the scheme; raise SchemeError with every finding when the files do not make one.

    Files are texts by name under the schemes folder (`shawan/scheme.toml`, `common/report_up.toml`), as `gather` reads
    them. Reference errors that `check` finds do not keep a scheme from being loaded; wrong spelling does.
    """
    document, scheme = read(path_or_files)
    if scheme is None or document.failed:
        raise SchemeError(document.findings)
    return scheme


def read(path_or_files: Path | str | Source | Mapping[str, str]) -> tuple[Document, Scheme | None]:
    """Return the merged document with its findings, and the scheme if its spelling allows to make one.

    The same text is read once: putting a plan into force checks it, builds it and asks for it again as a version.
    """
    text = _source(path_or_files)
    document, scheme = _read(text.main, tuple(sorted(text.files.items())))
    # Whoever checks adds findings of their own.
    return replace(document, findings=[*document.findings]), scheme


@lru_cache(maxsize=8)
def _read(main: str, files: tuple[tuple[str, str], ...]) -> tuple[Document, Scheme | None]:
    document = merge(Source(main, dict(files)))
    if not document.failed:
        shapes.judge(document)
    if document.failed:
        return document, None
    try:
        return document, build.build(document)
    except WorktimeError as bad:
        place = document.place("calendar")
        document.findings.append(Finding("error", "calendar", "calendar", Text(bad.text.zh, bad.text.en), place))
        return document, None


def _source(path_or_files: Path | str | Source | Mapping[str, str]) -> Source:
    if isinstance(path_or_files, Source):
        return path_or_files
    if isinstance(path_or_files, Path | str):
        return gather(Path(path_or_files))
    if not path_or_files:
        finding = Finding("error", "file", "", Text("没有文件。", "There are no files."), Place())
        raise SchemeError([finding])
    return Source(main_of(path_or_files), path_or_files)
