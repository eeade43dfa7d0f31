"""A form that changed between download and sync, in words; and single answers in words, masked where they must be."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from gezhi.registers.values import is_sensitive, mask, plain
from gezhi.schemes.filled import flat
from gezhi.schemes.forms import SILENT, Field, Form
from gezhi.sync.queries.asking import say

_DOTS = "••••"
_NAMED = 5


def what_changed(given: str, now: Form | None, before: Form | None) -> tuple[str, ...]:
    """Say what a form asks now that it did not ask when it was filled in (`given` is that one's digest)."""
    if not given or now is None or given == now.print:
        return ()
    words = [_("The form was changed after your phone had last heard of it. Your answers are kept.")]
    if before is None or before.print != given:
        words.append(_("Please go through it once more as it is now."))
        return (" ".join(words),)
    old, new = _asked(before), _asked(now)
    for title, some in (
        (_("New: %(titles)s."), [one for name, one in new.items() if name not in old]),
        (
            _("Asked in another way: %(titles)s."),
            [one for name, one in new.items() if name in old and old[name] != one],
        ),
        (_("Asked no more: %(titles)s."), [one for name, one in old.items() if name not in new]),
    ):
        if some:
            words.append(title % {"titles": _titles(some)})
    return (" ".join(words),)


def _asked(form: Form) -> dict[str, Field]:
    return {one.id: one for one, _when in flat(form.fields) if one.kind not in SILENT}


def _titles(some: Iterable[Field]) -> str:
    titles = [say(one.title) for one in some]
    return "、".join(titles[:_NAMED]) + (" …" if len(titles) > _NAMED else "")


def in_words(field: Field | None, value: Any) -> str:
    """Return a value in words; one that is sensitive stays masked on a telephone."""
    if value is None:
        return ""
    if field is None:  # nobody can say any more whether it is sensitive
        return _DOTS
    if is_sensitive(field):
        return mask(field, str(plain(value))) if not isinstance(value, list | dict) else _DOTS
    titles = {option.id: say(option.title) for option in field.choices}
    if isinstance(value, list):
        return "、".join(titles.get(str(one), str(one)) for one in value)
    return titles.get(str(value), str(plain(value)))
