"""Search in words, also Chinese ones of two characters, and by how Chinese words sound (`lajixiang`, `ljx`).

PostgreSQL's trigrams need three characters to find anything by index, and many Chinese words have two. So adjacent
Chinese characters are stored with a filler between them: 积水 becomes 积q水, which is a trigram. The same is done to
what is looked for.
"""

import re
from functools import lru_cache

_FILL = "q"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_HAN = re.compile(f"[{_HAN}]")
_RUN = re.compile(f"[{_HAN}]{{2,}}")
_SPECIAL = re.compile(r"([\\%_])")
_LATIN = re.compile("[a-z]{3,40}")
SHORTEST = 2
_MOST_WORDS = 6


def stored(text: str) -> str:
    """Return text as it is kept for search."""
    return _RUN.sub(lambda run: _FILL.join(run[0]), text.lower())


def sought(query: str) -> tuple[str, ...]:
    """Return the words looked for; words too short to be found by index are left out."""
    wanted = [word for word in query.replace("\x00", " ").lower().split() if len(word) >= SHORTEST]
    return tuple(wanted[:_MOST_WORDS])


def patterns(query: str) -> tuple[str, ...]:
    """Return a LIKE pattern for each word looked for."""
    return tuple("%" + _SPECIAL.sub(r"\\\1", stored(word)) + "%" for word in sought(query))


def is_sound(word: str) -> bool:
    """Say whether a word looked for may be how Chinese words sound: three letters or more."""
    return _LATIN.fullmatch(word) is not None


def sound(text: str) -> str:
    """Return how the Chinese words of a text sound: stretch by stretch in full, then by initials.

    清溪路积水 → `qingxilujishui qxljs`.
    """
    heard = [_syllables(stretch) for stretch in _RUN.findall(text)]
    return " ".join(part for one in heard for part in ("".join(one), "".join(s[:1] for s in one)))


def spans(text: str, query: str) -> list[tuple[int, int]]:
    """Return where in a text the words of a query stand, as written or as they sound: in order, none over another."""
    low, found = text.lower(), list[tuple[int, int]]()
    if len(low) != len(text):  # a letter whose small form is longer: places would be off
        return []
    for word in sought(query):
        at = low.find(word)
        span = (at, at + len(word)) if at >= 0 else _heard(text, word)
        if span is not None and all(span[1] <= begin or span[0] >= end for begin, end in found):
            found.append(span)
    return sorted(found)


def _heard(text: str, word: str) -> tuple[int, int] | None:
    """Return the first stretch of Chinese characters that sounds like a word, in full or by initials."""
    if not is_sound(word):
        return None
    places = [at for at, one in enumerate(text) if _IS_HAN.match(one)]
    sounds = _syllables("".join(text[at] for at in places))
    for full in (True, False):
        for first in range(len(places)):
            last = _reaches([one if full else one[:1] for one in sounds[first:]], word)
            if last is not None and places[first + last] - places[first] == last:
                return places[first], places[first + last] + 1
    return None


def _reaches(sounds: list[str], word: str) -> int | None:
    """Return the index of the syllable within which a word ends that begins with the first of them, or None."""
    rest = word
    for index, one in enumerate(sounds):
        if rest.startswith(one) and len(rest) > len(one):
            rest = rest[len(one) :]
        else:
            return index if one.startswith(rest) else None
    return None


@lru_cache(maxsize=4096)
def _syllables(text: str) -> list[str]:
    import pypinyin  # noqa: PLC0415  reading its dictionary takes a second, and few processes ever need it

    return pypinyin.lazy_pinyin(text, errors="ignore", strict=False)
