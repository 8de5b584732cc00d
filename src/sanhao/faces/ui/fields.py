"""Fields that forms of several faces share: sums and moments as people type them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanhao.kit.money import Money, MoneyError
from sanhao.kit.sizes import Sides

_PLAIN = re.compile(r"-?[0-9]{1,12}(\.[0-9]+)?")


def choose_among(form: forms.BaseForm, name: str, choices: Iterable[tuple[str, str]]) -> None:
    """Let the field *name* be one of *choices*: those of this page."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class MoneyField(forms.CharField):
    """A plain decimal in *currency*; cleans to `Money`, or None where nothing is asked for."""

    def __init__(self, *, currency: str = "CNY", **given: Any) -> None:
        self.currency = currency
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **given)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        plain = text.replace(",", "").replace("¥", "")
        try:
            if not _PLAIN.fullmatch(plain):
                raise MoneyError(plain)
            return Money.parse(plain, self.currency)
        except MoneyError:
            raise forms.ValidationError(_("Please write an amount such as 12.30.")) from None


class SidesInput(forms.MultiWidget):
    """Three numbers in a row, in cm."""

    template_name = "ui/sides.html"
    use_fieldset = True

    def __init__(self) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "maxlength": "8"}
        names = (gettext_lazy("Length"), gettext_lazy("Width"), gettext_lazy("Height"))
        super().__init__(
            [forms.TextInput({**attrs, "placeholder": name, "aria-label": name}) for name in names]
        )

    def decompress(self, value: None) -> list[None]:
        return [None] * 3


class SidesField(forms.MultiValueField):
    """Three sides as people write them, in cm, all or none; cleans to `Sides`, or None where nothing is said."""

    widget = SidesInput

    def __init__(self, **given: Any) -> None:
        fields = [
            forms.DecimalField(min_value=Decimal("0.1"), max_value=1000, decimal_places=1, required=False)
            for _side in range(3)
        ]
        super().__init__(fields, require_all_fields=False, required=False, **given)

    def prepare_value(self, value: Sides | list[str] | None) -> list[str] | None:
        """As it is typed: sides in cm, what was typed as it was."""
        return [f"{side / 10:g}" for side in value] if isinstance(value, Sides) else value

    def compress(self, data_list: Sequence[Decimal | None]) -> Sides | None:
        sides = [side for side in data_list if side is not None]
        if not sides:
            return None
        if len(sides) < 3:
            raise forms.ValidationError(_("Give all three sides, or none."))
        return Sides(*(int(side * 10) for side in sides))


class MomentField(forms.DateTimeField):
    """A moment on the clock of whoever types it."""

    def __init__(self, **given: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], widget=widget, **given)


class InCurrency(forms.Form):
    """A form whose sums are in one currency."""

    def __init__(self, *given: Any, currency: str, **more: Any) -> None:
        super().__init__(*given, **more)
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = currency
