"""What may be chosen in the form of a rule, by the names of its terms: goods, reasons, couriers, in words instead of codes."""

from __future__ import annotations

from sanhao.faces.control import remote_terms, words
from sanhao.faces.control.terms import Choices
from sanhao.faces.ui import terms as worded
from sanhao.goods.catalog import api as catalog
from sanhao.service.aftersales import api as aftersales
from sanhao.service.delivery import api as delivery

_OF_RETURNS = ("aftersales.", "delivery.", "settlement.")
_SPECIAL = ("custom", "virtual")


def of(key: str) -> Choices:
    """For the fields of rule *key*'s form."""
    if key == remote_terms.RULE:
        return remote_terms.choices(key)
    if not key.startswith(_OF_RETURNS):
        return {}
    goods = [(card.slug, words.said(card.name)) for card in catalog.categories()]
    reasons = [(code, words.said(reason.title)) for code, reason in aftersales.REASONS.items()]
    return {
        "category": goods, "categories": goods, "reason": reasons, "reasons": reasons,
        "special": [(kind, worded.value(kind)) for kind in _SPECIAL],
        "carriers": [(name, words.said(said)) for name, said in delivery.carrier_names().items()],
    }  # fmt: skip
