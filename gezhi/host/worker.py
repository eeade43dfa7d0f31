"""The background worker: runs the rooms' tasks from the queue in the database."""

import os

from django.core.management import execute_from_command_line


def main() -> None:
    """Work until told to stop. Jobs are periodic and take what is due, so one that was cut off needs no repeating."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    words = ["procrastinate", "--skip-checks", "worker", "--concurrency=2", "--delete-jobs=successful"]
    words += ["--shutdown-graceful-timeout=8"]
    execute_from_command_line(["gezhi worker", *words])


if __name__ == "__main__":
    main()
