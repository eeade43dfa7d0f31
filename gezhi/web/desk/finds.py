"""Why a search found a row: the words that fit, marked in the title, else shown from where they stand."""

from dataclasses import dataclass

from gezhi.cases.models import Case
from gezhi.foundation import words

_AROUND = 16


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch of text; `hit` where it is what was looked for."""

    text: str
    hit: bool = False


def shown_why(case: Case, sought: str) -> tuple[tuple[Marked, ...], tuple[Marked, ...]]:
    """Return the title with what fits marked, and, where the title is not why, the stretch of the text that is."""
    spans = words.spans(case.title, sought)
    title = marked(case.title, spans)
    missing = [word for word in words.sought(sought) if not words.spans(case.title, word)]
    for text in (case.address, case.text):
        for word in missing:
            found = words.spans(text, word)
            if found:
                return title, _stretch(text, found[0])
    return title, ()


def marked(text: str, spans: list[tuple[int, int]]) -> tuple[Marked, ...]:
    """Return a text cut into what fits and what does not."""
    parts, at = list[Marked](), 0
    for begin, end in spans:
        if begin > at:
            parts.append(Marked(text[at:begin]))
        parts.append(Marked(text[begin:end], hit=True))
        at = end
    return (*parts, Marked(text[at:])) if at < len(text) else tuple(parts)


def _stretch(text: str, span: tuple[int, int]) -> tuple[Marked, ...]:
    begin, end = max(0, span[0] - _AROUND), min(len(text), span[1] + _AROUND)
    inside = marked(text[begin:end].replace("\n", " "), [(span[0] - begin, span[1] - begin)])
    return (
        *([Marked("…")] if begin else []),
        *inside,
        *([Marked("…")] if end < len(text) else []),
    )
