"""Every read of this room: what a telephone takes along, whole or since a cursor."""

from gezhi.sync.queries.download import KEEP_DAYS, download

__all__ = ["KEEP_DAYS", "download"]
