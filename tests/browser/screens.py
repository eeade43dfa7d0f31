"""Photographs every page of the walk into docs/screens, in the demo district, with an index page.

Usage: python -m gezhi.host.throwaway -- python -m tests.browser.screens [WORD …]
    only pages whose name holds one of the words, when given
"""

import os
import sys

import django


def main(words: list[str]) -> int:
    """Set Django up, then take the pictures."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    django.setup()
    from tests.browser import album

    return album.make(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
