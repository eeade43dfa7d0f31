"""Search in words, also Chinese ones of two characters.

PostgreSQL's trigrams need three characters to find anything by index, and many Chinese words have two. So adjacent
Chinese characters are stored with a filler between them: 积水 becomes 积q水, which is a trigram. The same is done to
what is looked for.
"""

import re

_FILL = "q"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN = re.compile(f"(?<=[{_HAN}])(?=[{_HAN}])")
_SPECIAL = re.compile(r"([\\%_])")
SHORTEST = 2


def stored(text: str) -> str:
    """Return text as it is kept for search."""
    return _BETWEEN.sub(_FILL, text.lower())


def patterns(query: str) -> tuple[str, ...]:
    """Return a LIKE pattern for each word looked for; words too short to be found by index are left out."""
    wanted = [word for word in query.replace("\x00", " ").lower().split() if len(word) >= SHORTEST]
    return tuple("%" + _SPECIAL.sub(r"\\\1", stored(word)) + "%" for word in wanted[:6])
