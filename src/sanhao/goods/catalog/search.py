"""Search: what is written exactly so comes first, then (if nothing is) what sounds so, then what nearly is so.

Candidates come from two trigram indexes (`words` and `sounds`); a candidate that is only similar must be near enough,
and not far behind the best.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sanhao.goods.catalog import spelling
from sanhao.goods.catalog.core import PAGE_SIZE, Page, SearchResult, Suggestion
from sanhao.goods.catalog.queries import ON_SHELF, bounded, cards, paged
from sanhao.kit.rows import execute
from sanhao.kit.text import Lang

# Word similarity at which a trigram index offers a candidate; Han more than Latin, as syllables meet by chance. What is
# only similar must reach more: Latin by letters, Han by the mean of its pinyin and of the characters it shares; and this
# part of the best.
_LATIN_OFFERED, _HAN_OFFERED = 0.32, 0.45
_LATIN_NEAR, _HAN_NEAR, _PART_OF_BEST = 0.32, 0.48, 0.7

# Tiers: 0 written so, 1 all parts of it written, 2 sounds so, 3 part of a sound, 4 only similar.
CANDIDATES = f"""
    SELECT c.*,
           CASE WHEN strpos(words, %(q)s) > 0 THEN 0
                WHEN shared = 1 THEN 1
                WHEN strpos(' ' || sounds || ' ', ' ' || %(s)s || ' ') > 0 THEN 2
                WHEN NOT %(han)s AND strpos(sounds, %(s)s) > 0 THEN 3
                ELSE 4 END AS tier,
           CASE WHEN %(han)s AND shared = 0 THEN 0
                WHEN %(han)s THEN (word_similarity(%(s)s, sounds) + shared) / 2
                ELSE greatest(word_similarity(%(q)s, words), word_similarity(%(s)s, sounds)) END AS near
    FROM (
        SELECT l.id, l.title_zh, l.title_en, l.listed_at, l.words, l.sounds,
               (SELECT avg((strpos(l.words, part) > 0)::int) FROM unnest(%(parts)s::text[]) AS part) AS shared
        FROM catalog_listing l
        WHERE {ON_SHELF} AND (l.words %%> %(q)s OR l.sounds %%> %(s)s)
    ) c
"""
_FOUND = f"""
    SELECT id, row_number() OVER (ORDER BY tier, near DESC, length({{title}}), listed_at DESC, id DESC) AS n
    FROM (SELECT c.*, max(near) OVER () AS best, min(tier) OVER () AS first FROM ({CANDIDATES}) c) x
    WHERE tier < 2 OR (tier < 4 AND first >= 2) OR (near >= %(near)s AND near >= best * %(part)s)
    ORDER BY n LIMIT %(limit)s OFFSET %(offset)s
"""


def candidates_of(q: str) -> dict[str, Any]:
    """The parameters of `CANDIDATES` for *q*, its similarity set; empty when nothing readable was asked."""
    asked, syllables = spelling.query(q)
    if not asked:
        return {}
    han = spelling.has_han(asked)
    # A session's setting and not a local one: queries open no transaction, and every search sets it first.
    offered = _HAN_OFFERED if han else _LATIN_OFFERED
    execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(offered)])
    return {"q": asked, "s": syllables, "parts": spelling.parts(asked), "han": han}


def search(q: str, *, lang: Lang, now: datetime, page: int = 1) -> SearchResult:
    """Live listings for *q* in either script, pinyin, or misspelt. Any input is answered; an unreadable one by nothing.

    Among equals the shorter title in the reader's language wins: more of it is what was asked.
    Raises Invalid for a page out of bounds.
    """
    bounded(page)
    params = candidates_of(q)
    if not params:
        return SearchResult("", Page((), page, False))
    near = _HAN_NEAR if params["han"] else _LATIN_NEAR
    found = cards(
        _FOUND.format(title="title_zh" if lang == "zh" else "title_en"),
        {
            **params,
            "near": near,
            "part": _PART_OF_BEST,
            "limit": PAGE_SIZE + 1,
            "offset": PAGE_SIZE * (page - 1),
        },
        now=now,
    )
    return SearchResult(params["q"], paged(found, page))


def suggest(q: str, *, lang: Lang, now: datetime, limit: int = 8) -> list[Suggestion]:
    """Up to *limit* titles for what has been typed so far."""
    result = search(q, lang=lang, now=now)
    return [Suggestion(card.id, card.title) for card in result.page.cards[:limit]]
