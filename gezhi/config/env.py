"""Typed readers of environment variables that fail loudly."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit


class EnvError(Exception):
    """An environment variable has a value that can't be used; the message names it and the fix."""


def text(name: str, default: str) -> str:
    """Return the variable, or the default when unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no variable."""
    raw = os.environ.get(name, "").strip().lower()
    if raw == "":
        return default
    if raw in {"1", "yes", "true", "on"}:
        return True
    if raw in {"0", "no", "false", "off"}:
        return False
    raise EnvError(f"{name}={raw!r}: write yes or no")


def whole(name: str, default: int, *, low: int, high: int) -> int:
    """Return a whole number within bounds."""
    raw = os.environ.get(name, "").strip()
    if raw == "":
        return default
    try:
        number = int(raw)
    except ValueError:
        raise EnvError(f"{name}={raw!r}: write a whole number from {low} to {high}") from None
    if not low <= number <= high:
        raise EnvError(f"{name}={number}: must be from {low} to {high}")
    return number


def secret(name: str, file: Path, default: str) -> str:
    """Return a secret from the variable, else from the file, else the default."""
    if given := os.environ.get(name):
        return given
    try:
        return file.read_text().strip() or default
    except FileNotFoundError:
        return default
    except OSError as error:
        raise EnvError(f"{name} is not set and {file} can't be read: {error.strerror}") from None


def folder(name: str, default: Path) -> Path:
    """Return a folder path with ~ resolved."""
    return Path(text(name, str(default))).expanduser()


def words(name: str, default: list[str]) -> list[str]:
    """Return a comma-separated list."""
    raw = os.environ.get(name, "").strip()
    return [word.strip() for word in raw.split(",") if word.strip()] if raw else default


def database(url: str) -> dict[str, object]:
    """Return Django's database settings for `postgresql://user:password@host:port/name`.

    A host that is a percent-encoded or query-given path (`?host=/run/x`) means a unix socket.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise EnvError(f"DATABASE_URL: scheme {parts.scheme!r}; Gezhi needs postgresql://user:password@host/name")
    name = parts.path.lstrip("/")
    if not name:
        raise EnvError("DATABASE_URL: the database's name is missing; write postgresql://user:password@host/name")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }
