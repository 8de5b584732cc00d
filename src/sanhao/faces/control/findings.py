"""What a person found on the file of a claim, as a form: by a ruling, and by the answer to a buyer's appeal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sanhao.kit.money import Money, MoneyError
from sanhao.kit.refusals import Invalid
from sanhao.service.aftersales import api as aftersales
from sanhao.service.promises import api as promises

_FIELDS = {
    "share_bp": "share",
    "grams": "grams",
    "packed_well": "packed_well",
}


class FindingForm(forms.Form):
    """The platform's word with what it found. Of what may be found, the guarantee says what it weighs; what is left empty
    counts as it was claimed. What both sides would have to argue about is never filled in for them."""

    share = forms.IntegerField(
        label=gettext_lazy("Damaged, in percent"), required=False, min_value=1, max_value=100,
        help_text=gettext_lazy("As you found it. Empty: as the buyer claimed."),
    )  # fmt: skip
    grams = forms.IntegerField(
        label=gettext_lazy("It weighed, in grams"), required=False, min_value=0, max_value=10_000_000,
        help_text=gettext_lazy("As you found it. Empty: as the buyer claimed."),
    )  # fmt: skip
    packed_well = forms.BooleanField(
        label=gettext_lazy("The goods were packed as they should be"), required=False,
        help_text=gettext_lazy("Where the courier was many days late with them, it then pays instead of the shop."),
    )  # fmt: skip
    amount = forms.CharField(
        label=gettext_lazy("A smaller sum"), required=False, max_length=20,
        help_text=gettext_lazy("Leave it empty for all that was asked. It counts only where money goes back at once."),
    )  # fmt: skip

    def __init__(self, *args: Any, weighs: tuple[str, ...] = (), sums: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unasked = [field for name, field in _FIELDS.items() if name not in weighs]
        for name in unasked + ["amount"] * (not sums):
            del self.fields[name]

    def found(self) -> aftersales.Found:
        """What was filled in and reads as it should."""
        given = getattr(self, "cleaned_data", {})
        share = given.get("share")
        return aftersales.Found(
            share_bp=None if share is None else share * 100,
            grams=given.get("grams"),
            packed_well=bool(given.get("packed_well")),
        )

    def amount_minor(self, currency: str) -> int | None:
        """The sum as it was typed. Raises Invalid."""
        typed = self.cleaned_data.get("amount", "").strip()
        if not typed:
            return None
        try:
            return Money.parse(typed.replace("¥", "").replace(",", ""), currency).minor
        except MoneyError:
            raise Invalid(
                "case.ruling_amount",
                zh="请写一个金额，例如 12.30。",
                en="Please write an amount such as 12.30.",
            ) from None


def weighed(view: aftersales.CaseView) -> tuple[str, ...]:
    """What may be found about a case: what the guarantee weighs it is claimed under."""
    return promises.weighs(view.guarantee) if view.guarantee and view.promise_id else ()
