"""Makes sure that there is a browser with Chinese fonts for the journeys; does nothing when there is.

Usage: python -m tests.browser.ready
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ("chromium", "fonts-noto-cjk")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CANDIDATES = ("chromium", "chromium-browser", "google-chrome")


def browser() -> str | None:
    """Return the browser's path: `GEZHI_CHROMIUM`, else one on the path, else None."""
    named = os.environ.get("GEZHI_CHROMIUM")
    return named or next((found for name in CANDIDATES if (found := shutil.which(name))), None)


def main() -> int:
    """Install what is missing where we may; else say what to install."""
    if browser() is not None and has_chinese():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' '.join(PACKAGES)} for the journeys in a browser")
        surroundings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", "--quiet=2", *words], check=True, env=surroundings)  # noqa: S603, S607
        return 0
    print(
        "The journeys need Chromium and a Chinese font, and only root may install them:\n"
        f"    sudo apt-get install {' '.join(PACKAGES)}\n"
        "or set GEZHI_CHROMIUM to a browser. `make check` runs everything else without them.",
        file=sys.stderr,
    )
    return 1


def has_chinese() -> bool:
    """Say whether a font with Chinese characters is installed, as far as fontconfig can tell."""
    listing = shutil.which("fc-list")
    if listing is None:
        return any(Path("/usr/share/fonts").rglob("*CJK*"))
    found = subprocess.run([listing, ":lang=zh"], capture_output=True, check=False)  # noqa: S603
    return bool(found.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
