"""The design system's small parts as template tags; what has markup of its own lives in `templates/web/parts`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gezhi.foundation import clock, crypto
from gezhi.schemes.state import Light
from gezhi.schemes.text import Text
from gezhi.territory import queries as territory
from gezhi.web import undo, wording
from gezhi.web.account.idle import seconds_left
from gezhi.web.components import SHEETS

register = template.Library()


@register.simple_tag
def stylesheets() -> SafeString:
    """Link the design system's style sheets, in order."""
    return format_html_join("\n    ", '<link rel="stylesheet" href="{}">', ((static(sheet),) for sheet in SHEETS))


@register.simple_tag(takes_context=True)
def session_left(context: Mapping[str, Any]) -> int:
    """Return for how many seconds the reader's session lasts if nobody uses it; 0 where nobody is signed in."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return 0
    return seconds_left(request, clock.now())


@register.simple_tag(takes_context=True)
def draft_key(context: Mapping[str, Any]) -> str:
    """Return the key that seals what the signed-in person typed on this machine: the same each time, nobody else's."""
    return crypto.hash_secret(f"drafts:{context['request'].user.pk}")


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """Draw an icon of the sprite; decorative unless it has a label."""
    classes = f"i i--{size}" if size else "i"
    return _drawing(f"i-{name}", classes, label)


@register.simple_tag
def lamp(light: str, label: str = "") -> SafeString:
    """Draw the shape of a light: circle, triangle, diamond, square or ringed tick."""
    return _drawing(f"lamp-{light}", f"lamp lamp--{light}", label)


@register.simple_tag(name="light")
def light_badge(light: str, size: str = "", words: str = "") -> SafeString:
    """Say a light as colour, shape and word; `size` is empty, `l` (large) or `bare` (no background)."""
    classes = f"light light--{light}" + (f" light--{size}" if size else "")
    return format_html(
        '<span class="{}">{}{}</span>',
        classes,
        _drawing(f"lamp-{light}", f"lamp lamp--{light}", ""),
        words or wording.LIGHT_WORDS[Light(light)],
    )


@register.simple_tag
def light_word(light: str) -> str:
    """Say a light's word alone, where its shape stands elsewhere."""
    return str(wording.LIGHT_WORDS[Light(light)])


@register.simple_tag(takes_context=True)
def nav_link(
    context: Mapping[str, Any], name: str, symbol: str, words: str, *, count: int | None = None, alarm: int = 0
) -> SafeString:
    """Link a page of the frame's navigation; the page that is open is marked. A count may stand beside it."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return SafeString("")
    return format_html(
        '<a href="{}"{} title="{}">{}<span class="w">{}</span>{}</a>',
        address,
        SafeString(' aria-current="page"') if _is_here(context, name) else "",
        words,
        icon(symbol),
        words,
        _count(count, alarm),
    )


@register.filter
def say(text: Text | str) -> str:
    """Say a scheme's wording in the reader's language."""
    return wording.say(text)


@register.simple_tag(takes_context=True)
def moment(context: Mapping[str, Any], value: datetime) -> SafeString:
    """Say a due moment with weekday and time, in a `<time>`; reads the page's `now`."""
    return _time(value, wording.say_moment(value, context["now"]))


@register.simple_tag(takes_context=True)
def past(context: Mapping[str, Any], value: datetime) -> SafeString:
    """Say when something happened, in a `<time>`; reads the page's `now`."""
    return _time(value, wording.say_past(value, context["now"]))


@register.simple_tag
def when(value: date, words: str = "") -> SafeString:
    """Say a day or a moment in a `<time>`, exactly unless words are given; exact when pointed at."""
    return _time(value, words or wording.say_exactly(value))


@register.filter
def limit(value: str) -> str:
    """Say a scheme's limit: `3 workdays` → 3 个工作日."""
    return wording.say_limit(value)


@register.filter
def span(seconds: int) -> str:
    """Say a span of working time: 30小时05分."""
    return wording.say_span(seconds)


@register.filter
def hours(seconds: int) -> str:
    """Say working time for a table's column: 30:05."""
    return wording.say_hours(seconds)


@register.filter
def unlocal(value: float) -> str:
    """Write a coordinate for machines: a point and no grouping, whatever the language."""
    return f"{value:.6f}"


@register.filter
def metres(value: float) -> str:
    """Say a distance."""
    return wording.say_metres(value)


@register.filter
def short(name: str) -> str:
    """Say an area as people do: 余溪村村民委员会 → 余溪村."""
    return territory.short_name(name)


@register.filter
def split(words: str) -> list[str]:
    """Split a literal at its spaces."""
    return words.split()


@register.filter(name="undo")
def undo_address(tags: str | None) -> str:
    """Return where the undoing of a message is sent to; empty when it can't be undone."""
    return undo.address(tags)


@register.filter
def initial(name: str) -> str:
    """Return the letter that stands for a person: the family name's first character."""
    return name.strip()[:1]


@register.simple_tag(takes_context=True)
def address_with(context: Mapping[str, Any], **changes: object) -> str:
    """Return this page's query string with some parameters changed (None or "" removes one): filters are links."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


def _drawing(symbol: str, classes: str, label: str) -> SafeString:
    heard = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="{}" {}><use href="{}#{}"/></svg>', classes, heard, static("gezhi/icons.svg"), symbol
    )


def _time(value: date, words: str) -> SafeString:
    """Draw a time in words, machine-readable, exact when pointed at."""
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), wording.say_exactly(value), words)


def _is_here(context: Mapping[str, Any], name: str) -> bool:
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    return match is not None and name in {match.view_name, context.get("section")}


def _count(count: int | None, alarm: int) -> SafeString:
    if count is None:
        return SafeString("")
    return format_html('<span class="{}">{}</span>', "n n--red" if alarm else "n", count)
