"""Search: what is written exactly so comes first, then what sounds so, then what nearly is so.

Candidates come from two trigram indexes (`words` and `sounds`); a candidate that is only similar must be near enough,
and not far behind the best.
"""

from __future__ import annotations

from datetime import datetime

from sanhao.goods.catalog import spelling
from sanhao.goods.catalog.core import PAGE_SIZE, Page, SearchResult, Suggestion
from sanhao.goods.catalog.queries import ON_SHELF, bounded, cards, paged
from sanhao.kit.rows import execute
from sanhao.kit.text import Lang

# Word similarity below which a trigram index offers nothing; what is only similar must reach more (Han more than
# Latin: their pinyin shares many syllables by chance), and this part of the best one's.
_OFFERED, _LATIN_NEAR, _HAN_NEAR, _PART_OF_BEST = 0.3, 0.32, 0.55, 0.75

CANDIDATES = f"""
    SELECT l.id, l.title_zh, l.title_en, l.listed_at,
           CASE WHEN strpos(l.words, %(q)s) > 0 THEN 0
                WHEN NOT EXISTS (SELECT FROM unnest(%(each)s::text[]) t WHERE strpos(l.words, t) = 0) THEN 1
                WHEN strpos(' ' || l.sounds || ' ', ' ' || %(s)s || ' ') > 0 THEN 2
                WHEN NOT %(han)s AND strpos(l.sounds, %(s)s) > 0 THEN 3
                ELSE 4 END AS tier,
           greatest(CASE WHEN %(han)s THEN 0 ELSE word_similarity(%(q)s, l.words) END,
                    word_similarity(%(s)s, l.sounds)) AS near
    FROM catalog_listing l
    WHERE {ON_SHELF} AND (l.words %%> %(q)s OR l.sounds %%> %(s)s)
"""
_FOUND = f"""
    SELECT id, row_number() OVER (ORDER BY tier, near DESC, length({{title}}), listed_at DESC, id DESC) AS n
    FROM (SELECT c.*, max(near) OVER () AS best FROM ({CANDIDATES}) c) x
    WHERE tier < 4 OR (near >= %(near)s AND near >= best * %(part)s)
    ORDER BY n LIMIT %(limit)s OFFSET %(offset)s
"""


def search(q: str, *, lang: Lang, now: datetime, page: int = 1) -> SearchResult:
    """Live listings for *q* in either script, pinyin, or misspelt. Any input is answered; an unreadable one by nothing.

    Among equals the shorter title in the reader's language wins: more of it is what was asked.
    Raises Invalid for a page out of bounds.
    """
    bounded(page)
    asked, syllables = spelling.query(q)
    if not asked:
        return SearchResult("", Page((), page, False))
    han = spelling.has_han(asked)
    # A session's setting and not a local one: queries open no transaction; every search sets it first.
    execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(_OFFERED)])
    found = cards(
        _FOUND.format(title="title_zh" if lang == "zh" else "title_en"),
        {"q": asked, "s": syllables, "each": asked.split(), "han": han,
         "near": _HAN_NEAR if han else _LATIN_NEAR, "part": _PART_OF_BEST,
         "limit": PAGE_SIZE + 1, "offset": PAGE_SIZE * (page - 1)},
        now=now,
    )  # fmt: skip
    return SearchResult(asked, paged(found, page))


def suggest(q: str, *, lang: Lang, now: datetime, limit: int = 8) -> list[Suggestion]:
    """Up to *limit* titles for what has been typed so far."""
    result = search(q, lang=lang, now=now)
    return [Suggestion(card.id, card.title) for card in result.page.cards[:limit]]
