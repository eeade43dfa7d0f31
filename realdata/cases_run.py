"""Bring an empty database up to date and run one set of records through it: `python -m realdata.cases_run SET DATA`.

Tells its rows on standard output, one JSON object a line, and its progress on standard error.
"""

import importlib
import os
import sys
from pathlib import Path

import msgspec


def main() -> int:
    """Set the house up, run the set, print its rows; return 0 when it came to its end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    import django  # noqa: PLC0415  the settings must stand first

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    from gezhi.host import prepare as house  # noqa: PLC0415

    which, data = sys.argv[1], Path(sys.argv[2])
    for folder in (settings.HOME, settings.STATIC_ROOT):
        Path(folder).mkdir(parents=True, exist_ok=True)
    house.make_keys()
    house.migrate(lambda *_told: None)
    told = importlib.import_module(f"realdata.cases_{which}").run
    with translation.override("zh-hans"):
        for row in told(data):
            sys.stdout.write(msgspec.json.encode(row).decode() + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
