"""The ways of sending a shop lets its buyers choose from."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from sanhao.kit.ids import new_id
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.kit.rows import execute
from sanhao.service.delivery.freight import normal_pattern
from sanhao.service.delivery.services import MOST_SERVICES, ServiceDraft, check_service


def save_service(shop_id: UUID, draft: ServiceDraft) -> UUID:
    """Add a way of sending, or change the one *draft* names. Orders keep what they were placed with.

    Raises Invalid, NotFound for another shop's service, Refusal ``delivery.service_taken`` for a second one of this
    carrier by the same name and ``delivery.services_many`` for more than a shop may have.
    """
    check_service(draft)
    id = draft.id or new_id()
    zh, en = draft.name.zh.strip()[:60], draft.name.en.strip()[:60]
    values = {
        "id": id,
        "shop": shop_id,
        "carrier": draft.carrier,
        "zh": zh or en,
        "en": en or zh,
        "regions": sorted({normal_pattern(pattern) for pattern in draft.regions}),
        "currency": draft.surcharge.currency,
        "surcharge": draft.surcharge.minor,
        "days": draft.transit_days,
        "position": draft.position,
        "active": draft.active,
        "most": MOST_SERVICES,
    }
    try:
        with transaction.atomic():
            saved = execute(_ADD_SERVICE if draft.id is None else _CHANGE_SERVICE, values)
    except IntegrityError:
        raise Refusal(
            "delivery.service_taken",
            zh="这家快递已有一个同名的服务，请换个名称。",
            en="There is a service of this carrier by that name already. Give it another name.",
        ) from None
    if not saved and draft.id is None:
        raise Refusal(
            "delivery.services_many",
            zh=f"一家店铺最多设 {MOST_SERVICES} 个可选快递。",
            en=f"A shop offers {MOST_SERVICES} services at most.",
        )
    if not saved:
        raise NotFound("delivery.no_service", zh="没有这个快递服务。", en="There is no such service.")
    return id


_ADD_SERVICE = """
    INSERT INTO delivery_service (id, shop_id, carrier, name_zh, name_en, regions, currency, surcharge_minor,
                                  transit_days, position, active)
    SELECT %(id)s, %(shop)s, %(carrier)s, %(zh)s, %(en)s, %(regions)s::text[], %(currency)s, %(surcharge)s,
           %(days)s, %(position)s, %(active)s
    WHERE (SELECT count(*) FROM delivery_service WHERE shop_id = %(shop)s) < %(most)s
    """
_CHANGE_SERVICE = """
    UPDATE delivery_service
    SET carrier = %(carrier)s, name_zh = %(zh)s, name_en = %(en)s, regions = %(regions)s::text[],
        currency = %(currency)s, surcharge_minor = %(surcharge)s, transit_days = %(days)s, position = %(position)s,
        active = %(active)s
    WHERE id = %(id)s AND shop_id = %(shop)s
    """


def remove_service(shop_id: UUID, service_id: UUID) -> None:
    """Offer it no more. Raises NotFound for another shop's service."""
    if not execute("DELETE FROM delivery_service WHERE id = %s AND shop_id = %s", [service_id, shop_id]):
        raise NotFound("delivery.no_service", zh="没有这个快递服务。", en="There is no such service.")
