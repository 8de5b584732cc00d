"""Reading persons, their roles and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sanhao.kit.arrays import array
from sanhao.kit.refusals import Forbidden, NotFound
from sanhao.kit.rows import fetch
from sanhao.people.core import AddressCard, GuestCard, PersonCard, QuickCard

_CARD = "id, name, email, language"
_ADDRESS = "id, recipient, phone, country, region, city, street, postcode, is_default"


def card(person_id: UUID) -> PersonCard:
    """Raises NotFound."""
    try:
        return cards([person_id])[person_id]
    except KeyError:
        raise no_person() from None


def cards(ids: Sequence[UUID]) -> dict[UUID, PersonCard]:
    """One query; unknown ids are missing. *email* is where they are written to: of a guest, what they gave."""
    rows = fetch(
        "SELECT p.id, p.name, coalesce(g.email, p.email) AS email, p.language FROM people_person p "
        "LEFT JOIN people_guest g ON g.person_id = p.id WHERE p.id = ANY(%s)",
        [list(set(ids))],
    )
    return {row["id"]: PersonCard(**row) for row in rows}


def last_seen(ids: Sequence[UUID]) -> dict[UUID, datetime | None]:
    """When each of these people last signed in, in business time; None: never."""
    rows = fetch("SELECT id, last_login FROM people_person WHERE id = ANY(%s)", [list(set(ids))])
    return {row["id"]: row["last_login"] for row in rows}


def by_email(email: str) -> PersonCard | None:
    """For staff and commands, never for a page a stranger can ask."""
    rows = fetch(f"SELECT {_CARD} FROM people_person WHERE email = %s", [email.strip().lower()])
    return PersonCard(**rows[0]) if rows else None


def guest_by_email(email: str) -> PersonCard | None:
    """Who bought last without an account and gave this e-mail. For staff, never for a page a stranger can ask."""
    rows = fetch(
        "SELECT p.id, p.name, g.email, p.language FROM people_guest g JOIN people_person p ON p.id = g.person_id "
        "WHERE g.email = %s ORDER BY g.opened_at DESC, p.id DESC LIMIT 1",
        [email.strip().lower()],
    )
    return PersonCard(**rows[0]) if rows else None


def guests(ids: Sequence[UUID]) -> dict[UUID, GuestCard]:
    """Those of *ids* who bought without an account. One query."""
    rows = fetch(
        "SELECT p.id, p.name, g.email, p.language, g.claimed_by_id AS claimed_by FROM people_guest g "
        "JOIN people_person p ON p.id = g.person_id WHERE g.person_id = ANY(%s)",
        [list(set(ids))],
    )
    return {row["id"]: GuestCard(**row) for row in rows}


def guests_of(person_id: UUID) -> list[UUID]:
    """What this person has taken over, the oldest first."""
    rows = fetch(
        "SELECT person_id FROM people_guest WHERE claimed_by_id = %s ORDER BY opened_at, person_id",
        [person_id],
    )
    return [row["person_id"] for row in rows]


def unclaimed(person_id: UUID) -> list[UUID]:
    """Purchases without an account that gave this person's own, confirmed e-mail, and that nobody has taken over."""
    rows = fetch(
        """
        SELECT g.person_id FROM people_guest g JOIN people_person p ON p.email = g.email
        WHERE p.id = %s AND p.email_confirmed_at IS NOT NULL AND g.claimed_by_id IS NULL
        ORDER BY g.opened_at, g.person_id
        """,
        [person_id],
    )
    return [row["person_id"] for row in rows]


def holders(ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Who has taken over each of *ids*; whoever stands for themselves is missing. Their rows are locked until the
    transaction ends, so that what is given to a guest cannot pass by somebody taking the purchase over right now."""
    rows = fetch(
        "SELECT g.person_id, g.claimed_by_id FROM unnest((SELECT %s::uuid[])) AS w (id) "
        "JOIN people_guest g ON g.person_id = w.id ORDER BY g.person_id FOR SHARE OF g",
        [array(set(ids))],
    )
    return {row["person_id"]: row["claimed_by_id"] for row in rows if row["claimed_by_id"]}


def roles_of(person_id: UUID) -> frozenset[str]:
    """What this person may do for the platform now; empty for most. An account switched off has no roles."""
    rows = fetch(
        """
        SELECT r.role FROM people_staffrole r JOIN people_person p ON p.id = r.person_id
        WHERE r.person_id = %s AND r.revoked_at IS NULL AND p.is_active
        """,
        [person_id],
    )
    return frozenset(row["role"] for row in rows)


def require_role(person_id: UUID, *roles: str) -> None:
    """Raise Forbidden ``staff.role`` unless the person has one of *roles*."""
    if not roles_of(person_id) & set(roles):
        raise Forbidden("staff.role", zh="你没有这项权限。", en="Your role does not allow this.")


def staff(*roles: str) -> dict[UUID, frozenset[str]]:
    """Everybody with one of *roles* (none named: any), and all their roles."""
    rows = fetch(
        """
        SELECT r.person_id, array_agg(r.role) AS roles FROM people_staffrole r
        JOIN people_person p ON p.id = r.person_id
        WHERE r.revoked_at IS NULL AND p.is_active GROUP BY r.person_id ORDER BY r.person_id
        """
    )
    found = {row["person_id"]: frozenset(row["roles"]) for row in rows}
    return {id: held for id, held in found.items() if not roles or held & set(roles)}


def has_staff() -> bool:
    return bool(fetch("SELECT 1 FROM people_staffrole LIMIT 1"))


def addresses(person_id: UUID) -> list[AddressCard]:
    """The default one first, then the newest."""
    rows = fetch(
        f"SELECT {_ADDRESS} FROM people_address WHERE person_id = %s ORDER BY is_default DESC, added_at DESC, id DESC",
        [person_id],
    )
    return [AddressCard(**row) for row in rows]


def address(address_id: UUID, *, person_id: UUID) -> AddressCard:
    """Raises NotFound, also for another person's address."""
    rows = fetch(
        f"SELECT {_ADDRESS} FROM people_address WHERE id = %s AND person_id = %s", [address_id, person_id]
    )
    if not rows:
        raise no_address()
    return AddressCard(**rows[0])


def quick_people() -> list[QuickCard]:
    """Who may be signed in with one click: nobody in a real world, where the table cannot hold a row."""
    rows = fetch(
        """
        SELECT p.id, p.name, q.what_zh, q.what_en FROM people_quicksignin q
        JOIN people_person p ON p.id = q.person_id WHERE p.is_active ORDER BY p.joined_at, p.id
        """
    )
    return [QuickCard(**row) for row in rows]


def no_person() -> NotFound:
    return NotFound("person.unknown", zh="没有这个人。", en="There is no such person.")


def no_address() -> NotFound:
    return NotFound("address.unknown", zh="没有这个地址。", en="There is no such address.")
