"""Rules about templates: what a strict content security policy allows, and nothing else."""

import re

from tests.house.sources import PACKAGE, at, files

INLINE = {
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "an outside address": re.compile(r"<(script|link|img|iframe)\b[^>]*\b(src|href)=[\"']https?:", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off"),
}


def test_templates_keep_to_the_content_security_policy() -> None:
    found = [
        f"{at(path, number)} {what}"
        for path in files(".html", under=PACKAGE)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        for what, pattern in INLINE.items()
        if pattern.search(line)
    ]
    assert found == []


def test_no_box_for_a_text_cuts_what_is_pasted() -> None:
    """A browser drops what is beyond `maxlength` without a word; the server says how much is too much, and keeps it."""
    found = [
        at(path, number)
        for path in files(".html", under=PACKAGE)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"<textarea\b[^>]*\bmaxlength", line)
    ]
    assert found == []
