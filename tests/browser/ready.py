"""Makes sure that there is a browser with Chinese fonts for the journeys; does nothing when there is.

Usage: python -m tests.browser.ready
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The same engine without windows, tabs and profiles: a journey costs a third less.
LIGHT = "chromium-headless-shell"
FONTS = "fonts-noto-cjk"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CANDIDATES = (LIGHT, "chromium", "chromium-browser", "google-chrome")


def browser() -> str | None:
    """Return the browser's path: `GEZHI_CHROMIUM`, else one on the path, else None."""
    named = os.environ.get("GEZHI_CHROMIUM")
    return named or next((found for name in CANDIDATES if (found := shutil.which(name))), None)


def main() -> int:
    """Install what is missing where we may; else say what to install."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _provide()
    missing = [*([] if browser() else [LIGHT]), *([] if has_chinese() else [FONTS])]
    if not missing:
        return 0
    print(
        "The journeys need Chromium and a Chinese font, and only root may install them:\n"
        f"    sudo apt-get install {' '.join(missing)}\n"
        "or set GEZHI_CHROMIUM to a browser. `make check` runs everything else without them.",
        file=sys.stderr,
    )
    return 1


def _provide() -> None:
    """Install what is missing. A browser that is there already will do where the light one cannot be had."""
    if not has_chinese():
        _install(FONTS)
    if os.environ.get("GEZHI_CHROMIUM") or shutil.which(LIGHT) or _install(LIGHT):
        return
    if browser() is None:
        _install("chromium")
    else:
        print(f"Going on with {browser()}")


def _install(package: str) -> bool:
    """Install a package, asking for newer lists of them only where those that are here do not do."""
    print(f"Installing {package} for the journeys in a browser", flush=True)
    words = ["install", "--yes", "--no-install-recommends", "--no-remove", package]
    return _apt(*words) or (_apt("update") and _apt(*words))


def _apt(*words: str) -> bool:
    surroundings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    patience = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20")
    return subprocess.run(["apt-get", "--quiet=2", *patience, *words], check=False, env=surroundings).returncode == 0  # noqa: S603, S607


def has_chinese() -> bool:
    """Say whether a font with Chinese characters is installed, as far as fontconfig can tell."""
    listing = shutil.which("fc-list")
    if listing is None:
        return any(Path("/usr/share/fonts").rglob("*CJK*"))
    found = subprocess.run([listing, ":lang=zh"], capture_output=True, check=False)  # noqa: S603
    return bool(found.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
