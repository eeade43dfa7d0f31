"""Names as they are typed on a keyboard: full pinyin and initials."""

from functools import lru_cache

from pypinyin import lazy_pinyin


@lru_cache(maxsize=20_000)
def _of(sign: str) -> str:
    return str(lazy_pinyin(sign)[0]).lower()


def keys(name: str) -> str:
    """Return full pinyin and initials of a name: 中山 → `zhongshan zs`; signs are read one by one, enough to find."""
    syllables = [_of(sign) for sign in name if not sign.isspace()]
    return f"{''.join(syllables)} {''.join(syllable[:1] for syllable in syllables)}"
