"""Filling the placeholders of a template: `{number}`, `{due}` … and nothing else (no attributes, no code)."""

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def render(template: str, values: Mapping[str, object]) -> str:
    """Return the template with its placeholders filled; one that has no value stays as it is written, to be seen."""
    return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], match[0])), template)
