"""How words are made comparable, so that a typo, another script or pinyin still finds the sweater. Pure.

*folded* text is lower-case, simplified, without marks: 羊絨衫 and 羊绒衫 become one. *sounds* are the toneless pinyin
of the same text, spaced by syllable and once more joined: 羊戎衫 sounds like 羊绒衫, and "yangrongshan" is part of it.
Pinyin is plain ASCII, so trigrams work whatever locale the database was made with.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

LONGEST_QUERY = 60
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003fffd]+")
_GAPS = re.compile(r"[\W_]+")


@cache
def _simplifier() -> Any:
    import opencc  # slow to load: only where somebody lists or searches

    return opencc.OpenCC("t2s")


def fold(text: str) -> str:
    """Lower-case, compatibility forms, accents and traditional characters folded; anything else becomes one space."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return _GAPS.sub(" ", str(_simplifier().convert(unicodedata.normalize("NFC", plain)))).strip()


def syllables(folded: str) -> str:
    """Han as spaced pinyin without tones; Latin stays as it is."""
    return " ".join(_HAN.sub(_spell, folded).split())


def _spell(match: re.Match[str]) -> str:
    from pypinyin import lazy_pinyin

    return f" {' '.join(lazy_pinyin(match.group(), errors='ignore'))} "


def sounds(folded: str) -> str:
    """What is stored: the syllables, then each run of Han joined, for pinyin typed without gaps."""
    joined = [_spell(run).replace(" ", "") for run in _HAN.finditer(folded)]
    return " ".join([syllables(folded), *joined]).strip()


@lru_cache(maxsize=4096)
def query(text: str) -> tuple[str, str]:
    """The folded query and its syllables; both empty when nothing readable was asked. Cut at a bounded length."""
    readable = text[: LONGEST_QUERY * 4].encode("utf-8", "replace").decode()
    folded = fold(readable)[:LONGEST_QUERY].strip()
    return folded, syllables(folded)


def has_han(folded: str) -> bool:
    return _HAN.search(folded) is not None


def parts(folded: str) -> list[str]:
    """What a query is made of: each Han character, each Latin word."""
    return list(dict.fromkeys(_HAN.sub(lambda run: f" {' '.join(run.group())} ", folded).split()))
