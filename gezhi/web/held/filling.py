"""Writing values into a form of a page that is drawn already, whatever made it; everything else stays byte for byte."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

type Values = Mapping[str, Sequence[str]]
_MARKED = ("radio", "checkbox")
_LEFT = ("hidden", "file", "password", "submit", "button", "image", "reset")
# Buttons that say what happens: one that stood on another page is not pressed unseen along with those of this one.
PRESSED = frozenset(
    {
        "close", "crs", "decision", "do", "give", "look", "more", "step", "stop", "sure", "take", "take_good", "token",
        "what", "withdraw",
    }
)  # fmt: skip


@dataclass(slots=True)
class _Tag:
    name: str
    attrs: dict[str, str | None]
    start: int
    raw: str
    # of a text box: where its words begin and end; of an option: the name of its select
    inside: int = 0
    until: int = 0
    of: str = ""


@dataclass(slots=True)
class _Form:
    tag: _Tag
    around: list[_Tag]
    fields: list[_Tag] = field(default_factory=list)

    def address(self, page: str) -> str:
        return urlsplit(urljoin(page, self.tag.attrs.get("action") or page)).path

    def named(self, name: str) -> bool:
        return any(one.attrs.get("name") == name for one in self.fields)

    def fit(self, values: Values) -> tuple[int, int]:
        """Say how well it fits: hidden fields that say the same, fields of the same name."""
        hidden = [one for one in self.fields if one.attrs.get("type") == "hidden"]
        same = sum((one.attrs.get("value") or "") in values.get(one.attrs.get("name") or "", ()) for one in hidden)
        return same, sum((one.attrs.get("name") or "") in values for one in self.fields)


def filled(html: str, *, page: str, to: str, values: Values, extra: Values) -> str | None:
    """Return the page with the form that is sent to `to` filled, opened, and with `extra` as hidden fields.

    None where no such form is on it.
    """
    form = _form_of(html, page, to, values)
    if form is None:
        return None
    changes = [*_opened(form), *_more(form, values, extra), *_changed(form, values)]
    for start, end, words in sorted(changes, reverse=True):
        html = html[:start] + words + html[end:]
    return html


def draft_of(html: str, *, page: str, to: str, values: Values) -> str:
    """Return under which name a browser keeps what is typed in the form that `filled` would fill; empty where none."""
    form = _form_of(html, page, to, values)
    return (form.tag.attrs.get("data-draft") or "") if form is not None else ""


def _form_of(html: str, page: str, to: str, values: Values) -> _Form | None:
    forms = [one for one in _forms(html) if one.address(page) == to and one.tag.attrs.get("method") == "post"]
    form = max(forms, key=lambda one: one.fit(values), default=None)
    return form if form is not None and form.fit(values)[1] else None


type _Change = tuple[int, int, str]


def _opened(form: _Form) -> Iterator[_Change]:
    for tag in [*form.around, form.tag]:
        attrs = dict(tag.attrs)
        attrs.pop("hidden", None)
        if tag.name == "details":
            attrs["open"] = None
        if attrs != tag.attrs:
            yield tag.start, tag.start + len(tag.raw), _drawn(tag.name, attrs)


def _more(form: _Form, values: Values, extra: Values) -> Iterator[_Change]:
    """Add what the page has no field for: files that were kept, people who were named, further rows."""
    lost = {name: sent for name, sent in values.items() if name not in PRESSED and not form.named(name)}
    at = form.tag.start + len(form.tag.raw)
    words = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, several in {**lost, **extra}.items()
        for value in several
    )
    if words:
        yield at, at, words


def _changed(form: _Form, values: Values) -> Iterator[_Change]:
    seen: dict[str, int] = {}
    for tag in form.fields:
        name = tag.of or tag.attrs.get("name") or ""
        sent = values.get(name)
        kind = (tag.attrs.get("type") or "text").lower()
        if tag.name == "option":
            if sent is not None:
                yield _marked(tag, "selected", on=(tag.attrs.get("value") or "") in sent)
        elif tag.name == "input" and kind in _MARKED:
            # an empty box is not sent at all
            yield _marked(tag, "checked", on=(tag.attrs.get("value") or "on") in (sent or ()))
        elif sent and (tag.name == "textarea" or (tag.name == "input" and (kind not in _LEFT or _counts(tag)))):
            value = sent[min(seen.get(name, 0), len(sent) - 1)]
            seen[name] = seen.get(name, 0) + 1
            if tag.name == "textarea":
                yield tag.inside, tag.until, f"\n{escape(value, quote=False)}"
            else:
                yield tag.start, tag.start + len(tag.raw), _drawn("input", {**tag.attrs, "value": value})


def _counts(tag: _Tag) -> bool:
    """Say whether a hidden field counts the rows that were filled in."""
    return "data-rows" in tag.attrs


def _marked(tag: _Tag, mark: str, *, on: bool) -> _Change:
    attrs = {name: value for name, value in tag.attrs.items() if name != mark}
    if on:
        attrs[mark] = None
    return tag.start, tag.start + len(tag.raw), _drawn(tag.name, attrs)


def _drawn(name: str, attrs: Mapping[str, str | None]) -> str:
    said = "".join(f" {key}" if value is None else f' {key}="{escape(value)}"' for key, value in attrs.items())
    return f"<{name}{said}>"


def _forms(html: str) -> list[_Form]:
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return reader.forms


class _Reader(HTMLParser):
    """Finds the forms of a page with their fields, and where each stands in the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[_Form] = []
        self._form: _Form | None = None
        self._around: list[_Tag] = []
        self._select = ""
        self._box: _Tag | None = None
        self._lines = [0]
        # the parser counts line feeds only; what else may break a line, in words pasted from elsewhere, does not count
        for line in html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field, or what folds something away."""
        if tag not in ("form", "input", "textarea", "select", "option", "button", "details", "section", "div"):
            return
        raw = self.get_starttag_text() or ""
        one = _Tag(tag, dict(attrs), self._here(), raw)
        if tag in ("details", "section", "div"):
            if self._form is None:
                self._around.append(one)
        elif tag == "form":
            self._form = _Form(one, [box for box in self._around if box.name == "details" or "hidden" in box.attrs])
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(one)

    def handle_endtag(self, tag: str) -> None:
        """Note where a form or a text box ends."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._box is not None:
            self._box.until = self._here()
            self._box = None
        elif tag in ("details", "section", "div") and self._form is None:
            self._leave(tag)

    def _field(self, one: _Tag) -> None:
        if one.name == "select":
            self._select = one.attrs.get("name") or ""
        elif one.name == "option":
            one.of = self._select
        elif one.name == "textarea":
            one.inside = one.until = one.start + len(one.raw)
            self._box = one
        if self._form is not None:
            self._form.fields.append(one)

    def _leave(self, tag: str) -> None:
        for at in range(len(self._around) - 1, -1, -1):
            if self._around[at].name == tag:
                del self._around[at:]
                return

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
