"""Hubs, kept by the platform; shops that join and leave."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sanhao.goods.shops import api as shops
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people import api as people
from sanhao.service.delivery import api as delivery
from sanhao.service.remote.core import HubDraft

_ROLES = ("admin",)


def save_hub(draft: HubDraft, *, by: UUID) -> UUID:
    """Add a hub, or change the one *draft* names; orders that were placed keep what they were placed with.

    Only an admin may. Raises Invalid for what cannot be a hub, NotFound, Refusal ``remote.hub_name`` for a name taken.
    """
    people.require_role(by, *_ROLES)
    _check(draft)
    id, address, tariff = draft.id or new_id(), draft.address, draft.tariff
    values = {
        "id": id, "name_zh": draft.name.zh.strip()[:60], "name_en": draft.name.en.strip()[:60],
        "recipient": address.recipient.strip()[:60], "phone": address.phone.strip()[:30],
        "country": address.country.strip().upper(), "region": address.region.strip()[:60],
        "city": address.city.strip()[:60], "street": address.street.strip()[:200],
        "postcode": address.postcode.strip()[:20], "serves": sorted(set(draft.serves)), "carrier": draft.carrier,
        "currency": tariff.first.currency, "first_g": tariff.first_g, "first_minor": tariff.first.minor,
        "extra_g": tariff.extra_g, "extra_minor": tariff.extra.minor, "active": draft.active,
    }  # fmt: skip
    names = list(values)
    if draft.id is None:
        sql = f"INSERT INTO remote_hub ({', '.join(names)}) VALUES ({', '.join(f'%({n})s' for n in names)})"
    else:
        sets = ", ".join(f"{name} = %({name})s" for name in names[1:])
        sql = f"UPDATE remote_hub SET {sets} WHERE id = %(id)s"
    with transaction.atomic():
        if fetch("SELECT 1 FROM remote_hub WHERE name_zh = %(name_zh)s AND id <> %(id)s FOR UPDATE", values):
            raise Refusal(
                "remote.hub_name", zh="已经有同名的集运仓。", en="There is a hub of that name already."
            )
        if not execute(sql, values):
            raise NotFound("remote.no_hub", zh="没有这个集运仓。", en="There is no such hub.")
    return id


def _check(draft: HubDraft) -> None:
    address, tariff = draft.address, draft.tariff
    if draft.carrier not in delivery.carrier_names():
        raise Invalid("remote.carrier", zh="请选择二程的快递公司。", en="Choose who carries the second leg.")
    needed = (draft.name.zh, draft.name.en, address.recipient, address.phone, address.region, address.city,
              address.street)  # fmt: skip
    if not all(text.strip() for text in needed) or len(address.country.strip()) != 2:
        raise Invalid(
            "remote.hub_blank",
            zh="集运仓要有中英文名称和完整的收货地址。",
            en="A hub needs a name in both languages and a whole address.",
        )
    if not draft.serves or len(draft.serves) > 100 or any(len(key) > 40 for key in draft.serves):
        raise Invalid(
            "remote.serves", zh="请选择集运仓服务的地区。", en="Choose the areas that the hub serves."
        )
    most = 2**31
    if not (0 < tariff.first_g < most and 0 < tariff.extra_g < most):
        raise Invalid("remote.steps", zh="首重和续重须大于零。", en="Weight steps must be above zero.")
    if min(tariff.first.minor, tariff.extra.minor) < 0 or max(tariff.first.minor, tariff.extra.minor) > most:
        raise Invalid(
            "remote.price", zh="价格不能为负，也不能太大。", en="A price is not below zero, nor out of reach."
        )
    if tariff.first.currency != tariff.extra.currency:
        raise Invalid("remote.currency", zh="一个资费只用一种货币。", en="A tariff speaks one currency only.")


def join(shop_id: UUID, *, by: UUID, now: datetime) -> None:
    """From now on this shop's parcels for remote areas may go by a hub. Twice is once. Managers and owners may."""
    shops.require_member(shop_id, by, roles=shops.MANAGING)
    execute(
        "INSERT INTO remote_enrolment (id, shop_id, joined_at, joined_by) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT (shop_id) WHERE left_at IS NULL DO NOTHING",
        [new_id(), shop_id, now, by],
    )


def leave(shop_id: UUID, *, by: UUID, now: datetime) -> None:
    """No new orders; those that were placed still go by their hub. Managers and owners may."""
    shops.require_member(shop_id, by, roles=shops.MANAGING)
    execute("UPDATE remote_enrolment SET left_at = %s WHERE shop_id = %s AND left_at IS NULL", [now, shop_id])
