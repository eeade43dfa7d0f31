"""Reading what the setup's own forms say: days, whole numbers, points; what is wrong is said at the field."""

import re
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext

_BETWEEN = re.compile(r"[,，\s]+")
_MOST_POINTS = 5000


@dataclass(slots=True)
class Form:
    """What a form said, kept for showing it again, and what is wrong with it by field."""

    said: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def day(self, name: str, *, required: bool = True) -> date | None:
        """Return a day as written by a date field."""
        words = self.said.get(name, "").strip()
        if not words:
            if required:
                self.errors[name] = gettext("Please enter the day.")
            return None
        try:
            found = date.fromisoformat(words)
        except ValueError:
            self.errors[name] = gettext("This is no day: write it as 2026-01-31.")
            return None
        if not 1900 <= found.year <= 2200:
            self.errors[name] = gettext("This is no day: write it as 2026-01-31.")
            return None
        return found

    def whole(self, name: str, most: int = 2_000_000_000) -> int | None:
        """Return a whole number of 0 or more; None where nothing was written."""
        words = self.said.get(name, "").strip()
        if not words:
            return None
        if not words.isdecimal() or len(words) > len(str(most)) or int(words) > most:
            self.errors[name] = gettext("Write a whole number of 0 or more.")
            return None
        return int(words)

    def text(self, name: str, most: int, *, required: bool = False) -> str:
        """Return words, bounded."""
        words = self.said.get(name, "").strip()
        if required and not words:
            self.errors[name] = gettext("Please fill this in.")
        elif len(words) > most:
            self.errors[name] = gettext("At most %(most)d characters; these are %(n)d.") % {
                "most": most,
                "n": len(words),
            }
        return words

    def points(self, name: str) -> list[tuple[float, float]]:
        """Return points, one a line: longitude and latitude in degrees."""
        found: list[tuple[float, float]] = []
        lines = self.said.get(name, "").splitlines()
        if len(lines) > _MOST_POINTS:
            self.errors[name] = gettext("%(n)d points are too many: at most %(most)d. Import the border as a file.") % {
                "n": len(lines),
                "most": _MOST_POINTS,
            }
            return []
        for number, line in enumerate(lines, start=1):
            parts = [part for part in _BETWEEN.split(line.strip()) if part]
            if not parts:
                continue
            try:
                lon, lat = (float(part) for part in parts)
            except ValueError:
                lon, lat = 999.0, 999.0
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                self.errors[name] = gettext("Line %(n)d is no longitude and latitude in degrees.") % {"n": number}
                return []
            found.append((lon, lat))
        return found

    def refused(self, error: ValidationError, otherwise: str) -> None:
        """Note what an operation refused, at the field that it names or another."""
        if hasattr(error, "error_dict"):
            for name, messages in error.message_dict.items():
                self.errors[name if name in self.said else otherwise] = " ".join(messages)
        else:
            self.errors[otherwise] = " ".join(error.messages)


def whole(written: str) -> int:
    """Return the whole number that a form's hidden field holds; 0 for anything else."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 0


def read(request: HttpRequest) -> Form:
    """Return what a form sent."""
    return Form({name: str(value)[:200_000] for name, value in request.POST.items() if isinstance(value, str)})
