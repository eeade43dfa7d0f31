"""Photos and documents that people send: checked, cleaned of what they tell without meaning to, kept, handed out.

What a file is, its first bytes say, not its name. A photo's place and time are read, then everything but the picture is
dropped. Files lie under `MEDIA_ROOT` and are never served from there: a view that has checked access calls `respond`.
"""

from gezhi.foundation.files.keep import forget, forget_place, path_of, respond, store
from gezhi.foundation.files.look import FileRefused
from gezhi.foundation.files.uses import foreign, forget_unused, ids_in, in_use, named_by, sweep, take
from gezhi.foundation.models import StoredFile

__all__ = [
    "FileRefused",
    "StoredFile",
    "foreign",
    "forget",
    "forget_place",
    "forget_unused",
    "ids_in",
    "in_use",
    "named_by",
    "path_of",
    "respond",
    "store",
    "sweep",
    "take",
]
