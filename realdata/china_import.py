"""Import one table into an empty database and say how many areas came in and how long it took."""

import os
import sys
import time
from datetime import date
from pathlib import Path


def main() -> int:
    """Migrate, import the table named on the command line, print one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    import django  # noqa: PLC0415  the settings must stand first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from gezhi.foundation import clock  # noqa: PLC0415
    from gezhi.territory import drafts, operations, tables  # noqa: PLC0415

    call_command("migrate", verbosity=0, skip_checks=True)
    began = time.perf_counter()
    drafted = drafts.draft(tables.read(Path(sys.argv[1])))
    result = operations.import_areas(drafted=drafted, actor=None, now=clock.now(), on=date(2023, 6, 30))
    print(f"imported: {result.new:,} new, {len(result.wrong)} wrong, {time.perf_counter() - began:.0f} s")
    return 0 if result.written and not result.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
