"""The way back of what buyers send themselves, and which shops offered to pay it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sanhao.service.aftersales.models.cases import Case


class ReturnFreight(models.Model):
    """The way back of one case, by the buyer's own means: what was known of it when it was sent (*seen*), under which terms,
    and the decision by which it was paid. Nobody is paid twice for one way."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey("rulebook.Rule", on_delete=models.PROTECT, related_name="+", db_index=False)
    seen = models.JSONField()
    sent_at = models.DateTimeField()
    decision = models.ForeignKey(
        "decisions.Decision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        db_table = "aftersales_return_freight"


class ReturnOffer(models.Model):
    """For how long a shop offered to pay the way back of what its buyers merely do not want: of orders paid meanwhile."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "aftersales_return_offer"
        constraints = [
            models.UniqueConstraint(
                name="aftersales_return_offer_open", fields=["shop"], condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(
                name="aftersales_return_offer_time",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
        ]
        indexes = [models.Index(name="aftersales_return_offer_shop", fields=["shop", "-since"])]
