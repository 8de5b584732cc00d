"""A shop's freight templates."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sanhao.kit.ids import new_id, new_ids
from sanhao.kit.refusals import NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.service.delivery.freight import FreightDraft, check, normal_pattern


def save_freight_template(shop_id: UUID, draft: FreightDraft) -> UUID:
    """Add a template, or change the one *draft* names. Raises Invalid, NotFound for another shop's template, and
    Refusal ``delivery.region_taken`` for a region that another template of the shop prices already."""
    check(draft)
    patterns = sorted({normal_pattern(pattern) for pattern in draft.regions})
    id = draft.id or new_id()
    with transaction.atomic():
        if not _save_template(id, shop_id, draft):
            raise NotFound(
                "delivery.no_template",
                zh="没有这个运费模板。",
                en="There is no such freight template.",
            )
        execute("DELETE FROM delivery_freight_region WHERE template_id = %s", [id])
        saved = fetch(
            """
            INSERT INTO delivery_freight_region (id, template_id, shop_id, pattern)
            SELECT i, %(template)s, %(shop)s, p FROM unnest(%(ids)s::uuid[], %(patterns)s::text[]) AS r (i, p)
            ON CONFLICT (shop_id, pattern) DO NOTHING RETURNING pattern
            """,
            {"template": id, "shop": shop_id, "ids": new_ids(len(patterns)), "patterns": patterns},
        )
        if taken := set(patterns) - {row["pattern"] for row in saved}:
            raise Refusal(
                "delivery.region_taken",
                zh=f"地区 {min(taken)} 已在另一个运费模板里。",
                en=f"Another freight template already prices {min(taken)}.",
            )
    return id


def _save_template(id: UUID, shop_id: UUID, draft: FreightDraft) -> bool:
    values = {
        "id": id,
        "shop": shop_id,
        "name": draft.name.strip()[:80],
        "currency": draft.first.currency,
        "first_g": draft.first_g,
        "first": draft.first.minor,
        "extra_g": draft.extra_g,
        "extra": draft.extra.minor,
        "free_over": draft.free_over.minor if draft.free_over is not None else None,
        "deliverable": draft.deliverable,
    }
    if draft.id is None:
        sql = """
            INSERT INTO delivery_freight_template (id, shop_id, name, currency, first_g, first_minor, extra_g,
                                                   extra_minor, free_over_minor, deliverable)
            VALUES (%(id)s, %(shop)s, %(name)s, %(currency)s, %(first_g)s, %(first)s, %(extra_g)s, %(extra)s,
                    %(free_over)s, %(deliverable)s)
            """
    else:
        sql = """
            UPDATE delivery_freight_template
            SET name = %(name)s, currency = %(currency)s, first_g = %(first_g)s, first_minor = %(first)s,
                extra_g = %(extra_g)s, extra_minor = %(extra)s, free_over_minor = %(free_over)s,
                deliverable = %(deliverable)s
            WHERE id = %(id)s AND shop_id = %(shop)s
            """
    return execute(sql, values) == 1


def remove_freight_template(shop_id: UUID, template_id: UUID) -> None:
    """Orders keep the freight they were quoted. Raises NotFound for another shop's template."""
    with transaction.atomic():
        execute(
            "DELETE FROM delivery_freight_region WHERE template_id = %s AND shop_id = %s",
            [template_id, shop_id],
        )
        if not execute(
            "DELETE FROM delivery_freight_template WHERE id = %s AND shop_id = %s", [template_id, shop_id]
        ):
            raise NotFound(
                "delivery.no_template", zh="没有这个运费模板。", en="There is no such freight template."
            )
