"""Where goods go back to: a shop's return addresses, the one that applies to a case, the platform's hub without any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.kit.keeper import Row
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.aftersales.actions.way_back import hubs_of
from sanhao.service.aftersales.book import encode, terms_of
from sanhao.service.aftersales.case import Address, Warehouse, return_to
from sanhao.service.delivery import api as delivery

_FIELDS = ("recipient", "phone", "country", "region", "city", "street", "postcode")
_MOST = 20


def add_return_address(
    shop_id: UUID, address: Address, *, by: UUID, now: datetime, default: bool = False
) -> UUID:
    """A warehouse that takes goods back; the first is the default. Raises Invalid, Forbidden, Refusal."""
    shops.require_member(shop_id, by, roles=("owner", "manager"))
    _check(address)
    id = new_id()
    with transaction.atomic():
        execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [str(shop_id)])
        known = _of_shops([shop_id])[shop_id]
        if len(known) >= _MOST:
            raise Refusal(
                "return_address.many",
                zh=f"最多{_MOST}个退货地址。",
                en=f"There can be {_MOST} return addresses at most.",
            )
        default = default or not known
        if default:
            _no_default(shop_id)
        values = [getattr(address, name) for name in _FIELDS]
        execute(
            f"INSERT INTO aftersales_return_address (id, shop_id, {', '.join(_FIELDS)}, is_default, added_at) "
            f"VALUES (%s, %s, {', '.join(['%s'] * len(_FIELDS))}, %s, %s)",
            [id, shop_id, *values, default, now],
        )
    return id


def set_default_return_address(shop_id: UUID, address_id: UUID, *, by: UUID, now: datetime) -> None:
    """Goods go here where nothing says which warehouse they came from."""
    del now
    shops.require_member(shop_id, by, roles=("owner", "manager"))
    with transaction.atomic():
        _no_default(shop_id)
        if not execute(
            "UPDATE aftersales_return_address SET is_default = true WHERE id = %s AND shop_id = %s",
            [address_id, shop_id],
        ):
            raise _no_address()


def remove_return_address(shop_id: UUID, address_id: UUID, *, by: UUID, now: datetime) -> None:
    """Gone for cases to come; running ones keep their copy. The oldest of the others becomes the default."""
    del now
    shops.require_member(shop_id, by, roles=("owner", "manager"))
    with transaction.atomic():
        gone = fetch(
            "DELETE FROM aftersales_return_address WHERE id = %s AND shop_id = %s RETURNING is_default",
            [address_id, shop_id],
        )
        if not gone:
            raise _no_address()
        if gone[0]["is_default"]:
            execute(
                "UPDATE aftersales_return_address SET is_default = true WHERE id = (SELECT id FROM "
                "aftersales_return_address WHERE shop_id = %s ORDER BY added_at, id LIMIT 1)",
                [shop_id],
            )


def addresses_for(rows: Sequence[Row]) -> dict[UUID, str]:
    """For each case the address its goods go back to, as JSON: the hub they came by, the warehouse they came from, else the
    shop's default, else the platform's own (a shop without an address lets nobody else choose for it). Four queries in all."""
    if not rows:
        return {}
    houses = _of_shops(list({row["shop_id"] for row in rows}))
    sent = delivery.consignments_of(list({row["order_id"] for row in rows}))
    hubs = hubs_of(list({row["order_id"] for row in rows}))
    chosen = {}
    for row in rows:
        if by_hub := hubs.get(row["order_id"]):
            at = by_hub.hub.address
            chosen[row["id"]] = encode(Address(**{name: getattr(at, name) for name in _FIELDS}))
            continue
        known = houses[row["shop_id"]]
        found = return_to(
            tuple(Warehouse(str(h["id"]), h["region"], h["city"], h["is_default"]) for h in known),
            _origin(sent[row["order_id"]]),
        )
        if found is None:
            chosen[row["id"]] = encode(terms_of(row["rule_id"]).hub)
        else:
            house = next(h for h in known if str(h["id"]) == found.id)
            chosen[row["id"]] = encode(Address(**{name: house[name] for name in _FIELDS}))
    return chosen


def _origin(sent: Sequence[delivery.ConsignmentView]) -> str:
    """Where the courier first had it in hand."""
    scans = [scan for parcel in sent for scan in parcel.scans if scan.place and scan.status == "picked_up"]
    return min(scans, key=lambda scan: scan.at).place if scans else ""


def _of_shops(shop_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in fetch(
        f"SELECT id, shop_id, is_default, {', '.join(_FIELDS)} FROM aftersales_return_address "
        "WHERE shop_id = ANY(%s) ORDER BY added_at, id",
        [list(shop_ids)],
    ):
        found[row["shop_id"]].append(row)
    return found


def _no_default(shop_id: UUID) -> None:
    execute(
        "UPDATE aftersales_return_address SET is_default = false WHERE shop_id = %s AND is_default",
        [shop_id],
    )


def _check(address: Address) -> None:
    most = {
        "recipient": 60,
        "phone": 24,
        "country": 2,
        "region": 60,
        "city": 60,
        "street": 200,
        "postcode": 16,
    }
    for name, length in most.items():
        value = getattr(address, name)
        if len(value) > length or (not value.strip() and name != "postcode") or "\0" in value:
            raise Invalid(
                "return_address.incomplete",
                zh="收件人、电话、地区和详细地址都要填，也不要太长。",
                en="Fill in recipient, phone, region, city and street, none of them too long.",
            )


def _no_address() -> NotFound:
    return NotFound("return_address.unknown", zh="没有这个退货地址。", en="There is no such return address.")
