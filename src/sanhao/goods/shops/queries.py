"""Reading shops and who works in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sanhao.books.ledger.api import Ref, balances
from sanhao.goods.shops.core import (
    ROLES,
    Member,
    Membership,
    Role,
    ShopCard,
    ShopMoney,
    Standing,
    no_shop,
    not_your_role,
)
from sanhao.kit.arrays import array
from sanhao.kit.rows import fetch
from sanhao.kit.text import Text

_COLUMNS = (
    "s.id, s.slug, s.name_zh, s.name_en, s.story_zh, s.story_en, s.mark, s.country, s.region, s.timezone, "
    "s.currency, s.ship_hours, s.state, s.standing, s.score, s.opened_at"
)


def _card(row: dict[str, Any]) -> ShopCard:
    return ShopCard(
        id=row["id"],
        slug=row["slug"],
        name=Text(zh=row["name_zh"], en=row["name_en"]),
        story=Text(zh=row["story_zh"], en=row["story_en"]),
        mark=row["mark"],
        country=row["country"],
        region=row["region"],
        timezone=row["timezone"],
        currency=row["currency"],
        ship_hours=row["ship_hours"],
        state=row["state"],
        standing=row["standing"],
        score=row["score"],
        opened_at=row["opened_at"],
    )


def shops(ids: Collection[UUID]) -> dict[UUID, ShopCard]:
    """The shops among *ids*, in one query; unknown ids are left out."""
    wanted = "unnest((SELECT %s::uuid[])) AS w (id)"  # planned once: see `array`
    rows = fetch(f"SELECT {_COLUMNS} FROM shops_shop s JOIN {wanted} USING (id)", [array(set(ids))])
    return {row["id"]: _card(row) for row in rows}


def shop(shop_id: UUID) -> ShopCard:
    """Raises NotFound."""
    found = shops([shop_id])
    if shop_id not in found:
        raise no_shop()
    return found[shop_id]


def by_slug(slug: str) -> ShopCard:
    """Raises NotFound. NUL and such are merely unknown."""
    rows = fetch(
        f"SELECT {_COLUMNS} FROM shops_shop s WHERE s.slug = %s", [slug.replace("\0", "\ufffd")[:100]]
    )
    if not rows:
        raise no_shop()
    return _card(rows[0])


def all_open() -> list[ShopCard]:
    """Every open shop, the oldest first."""
    rows = fetch(f"SELECT {_COLUMNS} FROM shops_shop s WHERE s.state = 'open' ORDER BY s.opened_at, s.id")
    return [_card(row) for row in rows]


def all_shops() -> list[ShopCard]:
    """Every shop there is, closed ones too, the oldest first: for staff."""
    rows = fetch(f"SELECT {_COLUMNS} FROM shops_shop s ORDER BY s.opened_at, s.id")
    return [_card(row) for row in rows]


def shops_of(person_id: UUID) -> list[Membership]:
    """Where *person_id* works, in the order of joining."""
    rows = fetch(
        f"SELECT {_COLUMNS}, m.role FROM shops_shopmember m JOIN shops_shop s ON s.id = m.shop_id "
        "WHERE m.person_id = %s ORDER BY m.joined_at, m.id",
        [person_id],
    )
    return [Membership(_card(row), row["role"]) for row in rows]


def members(shop_id: UUID) -> list[Member]:
    rows = fetch(
        "SELECT person_id, role, joined_at FROM shops_shopmember WHERE shop_id = %s ORDER BY joined_at, id",
        [shop_id],
    )
    return [Member(row["person_id"], row["role"], row["joined_at"]) for row in rows]


def members_of(shop_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Who works in each shop, in one query: whom to tell."""
    found: dict[UUID, list[UUID]] = {}
    for row in fetch(
        "SELECT shop_id, person_id FROM shops_shopmember WHERE shop_id = ANY(%s) ORDER BY joined_at, id",
        [list(shop_ids)],
    ):
        found.setdefault(row["shop_id"], []).append(row["person_id"])
    return found


def managers_of(shop_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Who may see the money of each shop, in one query."""
    found: dict[UUID, list[UUID]] = {}
    for row in fetch(
        "SELECT shop_id, person_id FROM shops_shopmember WHERE shop_id = ANY(%s) AND role IN ('owner', 'manager') "
        "ORDER BY joined_at, id",
        [list(shop_ids)],
    ):
        found.setdefault(row["shop_id"], []).append(row["person_id"])
    return found


def members_after(
    last: UUID, *, markets: Sequence[str] | None, without: Sequence[str], limit: int
) -> list[tuple[UUID, UUID, str]]:
    """(membership, person, the shop's time zone) in order of membership, those after *last*: of shops in the countries
    *markets*, or of all but those in *without*. Closed shops are left out."""
    rows = fetch(
        """
        SELECT m.id, m.person_id, s.timezone FROM shops_shopmember m JOIN shops_shop s ON s.id = m.shop_id
        WHERE m.id > %(last)s AND s.state <> 'closed'
          AND CASE WHEN %(markets)s::text[] IS NULL THEN s.country <> ALL(%(without)s::text[])
                   ELSE s.country = ANY(%(markets)s::text[]) END
        ORDER BY m.id LIMIT %(limit)s
        """,
        {"last": last, "markets": markets and list(markets), "without": list(without), "limit": limit},
    )
    return [(row["id"], row["person_id"], row["timezone"]) for row in rows]


def require_member(shop_id: UUID, person_id: UUID, *, roles: Sequence[Role] = ROLES) -> Membership:
    """The membership of *person_id* in *shop_id*.

    Raises NotFound for a stranger, who must not learn that the shop's inside exists, and Forbidden for a member whose
    role is not among *roles*.
    """
    rows = fetch(
        f"SELECT {_COLUMNS}, m.role FROM shops_shopmember m JOIN shops_shop s ON s.id = m.shop_id "
        "WHERE m.shop_id = %s AND m.person_id = %s",
        [shop_id, person_id],
    )
    if not rows:
        raise no_shop()
    if rows[0]["role"] not in roles:
        raise not_your_role()
    return Membership(_card(rows[0]), rows[0]["role"])


def standing_of(ids: Collection[UUID]) -> dict[UUID, Standing]:
    """What trust last wrote about each of *ids*; neutral until then."""
    rows = fetch("SELECT id, standing, score FROM shops_shop WHERE id = ANY(%s)", [list(ids)])
    return {row["id"]: Standing(row["id"], row["standing"], row["score"]) for row in rows}


def money_of(shop_id: UUID) -> ShopMoney:
    """What the books say of a shop, as the shop reads it. Raises NotFound."""
    holder, currency = str(shop_id), shop(shop_id).currency
    refs = {code: Ref(code, holder, currency) for code in ("balance", "deposit", "receivable")}
    found = balances(refs.values())
    return ShopMoney(-found[refs["balance"]], -found[refs["deposit"]], found[refs["receivable"]])
