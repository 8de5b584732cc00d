"""Photos and a film that prove something: checked and kept before the transaction, noted in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from sanhao.kit import media
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales.case import Side

PHOTOS, FILMS = 9, 1


def keep(files: Sequence[UploadedFile]) -> list[media.Stored]:
    """Look at *files*, make photos anew and keep them; nobody's case knows of them yet. What is left over by a refusal
    after this is a file without a name, and no harm.

    Raises Invalid ``evidence.many``, and what `kit.media` refuses. What a browser says of a file decides only which
    check it gets.
    """
    films = [file for file in files if (file.content_type or "").startswith("video/")]
    if len(films) > FILMS or len(files) - len(films) > PHOTOS:
        raise too_many()
    return [
        media.keep_film(file, size=file.size or 0)
        if file in films
        else media.keep_photo(file, size=file.size or 0)
        for file in files
    ]


def add(
    case_id: UUID, side: Side | Literal["courier"], stored: Sequence[media.Stored], *, by: UUID | None, round: int, now: datetime,
    documents: Sequence[media.Stored] = (),
) -> None:  # fmt: skip
    """Note *stored* on a case, in the caller's transaction (which holds the case). The same file again is once.
    *documents* of them are papers."""
    if not stored:
        return
    [have] = fetch(
        "SELECT count(*) FILTER (WHERE mime LIKE 'image/%%')::int AS photos, "
        "count(*) FILTER (WHERE mime LIKE 'video/%%')::int AS films "
        "FROM aftersales_evidence WHERE case_id = %s AND side = %s AND round = %s",
        [case_id, side, round],
    )
    films = sum(one.mime.startswith("video/") for one in stored)
    if have["films"] + films > FILMS or have["photos"] + len(stored) - films > PHOTOS:
        raise too_many()
    unique = {one.digest: one for one in stored}
    execute(
        """
        INSERT INTO aftersales_evidence (id, case_id, side, round, digest, mime, size, width, height, document, at, by_id)
        SELECT e.id, %(case)s, %(side)s, %(round)s, e.digest, e.mime, e.size, e.width, e.height, e.digest = ANY(%(documents)s),
            %(now)s, %(by)s
        FROM unnest(%(ids)s::uuid[], %(digests)s::text[], %(mimes)s::text[], %(sizes)s::int[], %(widths)s::int[],
                    %(heights)s::int[]) AS e (id, digest, mime, size, width, height)
        ON CONFLICT (case_id, side, digest) DO NOTHING
        """,
        {
            "case": case_id, "side": side, "round": round, "now": now, "by": by, "ids": [new_id() for _ in unique],
            "digests": list(unique), "mimes": [one.mime for one in unique.values()],
            "sizes": [one.size for one in unique.values()], "widths": [one.width for one in unique.values()],
            "heights": [one.height for one in unique.values()], "documents": [one.digest for one in documents],
        },
    )  # fmt: skip


def too_many() -> Refusal:
    return Invalid(
        "evidence.many",
        zh=f"最多{PHOTOS}张照片和{FILMS}段视频。",
        en=f"{PHOTOS} photos and {FILMS} film at most.",
    )
