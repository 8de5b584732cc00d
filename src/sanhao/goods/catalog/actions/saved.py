"""What somebody keeps in mind."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.goods.catalog import core
from sanhao.goods.catalog.models import SavedListing
from sanhao.kit.ids import new_id
from sanhao.kit.rows import execute


@transaction.atomic
def save(person_id: UUID, listing_id: UUID, *, now: datetime) -> None:
    """Remember a listing for *person_id*; twice is once. Raises NotFound for what buyers cannot see."""
    done = execute(
        """
        INSERT INTO catalog_savedlisting (id, person_id, listing_id, saved_at)
        SELECT %s, %s, id, %s FROM catalog_listing WHERE id = %s AND state IN ('live', 'paused')
        ON CONFLICT (person_id, listing_id) DO UPDATE SET saved_at = catalog_savedlisting.saved_at
        """,
        [new_id(), person_id, now, listing_id],
    )
    if not done:
        raise core.no_listing()


@transaction.atomic
def unsave(person_id: UUID, listing_id: UUID) -> None:
    """Forget a saved listing; not saved is fine."""
    SavedListing.objects.filter(person_id=person_id, listing_id=listing_id).delete()
