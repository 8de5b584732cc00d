"""The address book of a person: at most 20, one of them the default while there is any."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people.core import MOST_ADDRESSES, AddressDraft, clean_address
from sanhao.people.queries import no_address, no_person


def add_address(person_id: UUID, draft: AddressDraft, *, now: datetime, is_default: bool = False) -> UUID:
    """The first one becomes the default by itself. Raises Invalid naming the field, Refusal ``address.too_many``."""
    clean = clean_address(draft)
    with transaction.atomic():
        count = _lock_book(person_id)
        if count >= MOST_ADDRESSES:
            raise Refusal(
                "address.too_many",
                zh=f"最多保存 {MOST_ADDRESSES} 个地址。",
                en=f"You can keep at most {MOST_ADDRESSES} addresses.",
            )
        id = new_id()
        execute(
            """
            INSERT INTO people_address (id, person_id, recipient, phone, country, region, city, street, postcode,
                                        is_default, added_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, false, %s)
            """,
            [id, person_id, clean.recipient, clean.phone, clean.country, clean.region, clean.city, clean.street,
             clean.postcode, now],
        )  # fmt: skip
        if is_default or count == 0:
            _make_default(id, person_id)
    return id


def edit_address(address_id: UUID, draft: AddressDraft, *, person_id: UUID) -> None:
    """Raises NotFound (also for another's), Invalid naming the field. Orders placed keep what they froze."""
    clean = clean_address(draft)
    if not execute(
        """
        UPDATE people_address SET recipient = %s, phone = %s, country = %s, region = %s, city = %s, street = %s,
                                  postcode = %s
        WHERE id = %s AND person_id = %s
        """,
        [clean.recipient, clean.phone, clean.country, clean.region, clean.city, clean.street, clean.postcode,
         address_id, person_id],
    ):  # fmt: skip
        raise no_address()


def set_default_address(address_id: UUID, *, person_id: UUID) -> None:
    """Raises NotFound, also for another's."""
    with transaction.atomic():
        _lock_book(person_id)
        _make_default(address_id, person_id)


def remove_address(address_id: UUID, *, person_id: UUID) -> None:
    """If it was the default, the newest of the rest takes its place. Raises NotFound, also for another's."""
    with transaction.atomic():
        _lock_book(person_id)
        removed = fetch(
            "DELETE FROM people_address WHERE id = %s AND person_id = %s RETURNING is_default",
            [address_id, person_id],
        )
        if not removed:
            raise no_address()
        rest = fetch(
            "SELECT id FROM people_address WHERE person_id = %s ORDER BY added_at DESC, id DESC LIMIT 1",
            [person_id],
        )
        if removed[0]["is_default"] and rest:
            _make_default(rest[0]["id"], person_id)


def _lock_book(person_id: UUID) -> int:
    """Take the person's row so that two requests never leave two defaults or none; returns how many they have."""
    if not fetch("SELECT id FROM people_person WHERE id = %s FOR NO KEY UPDATE", [person_id]):
        raise no_person()
    [row] = fetch("SELECT count(*) AS n FROM people_address WHERE person_id = %s", [person_id])
    return int(row["n"])


def _make_default(address_id: UUID, person_id: UUID) -> None:
    execute(
        "UPDATE people_address SET is_default = false WHERE person_id = %s AND is_default AND id <> %s",
        [person_id, address_id],
    )
    if not execute(
        "UPDATE people_address SET is_default = true WHERE id = %s AND person_id = %s",
        [address_id, person_id],
    ):
        raise no_address()
