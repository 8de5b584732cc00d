"""What merchants type. Forms read and bound it; whether it may be is decided behind the doors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from sanhao.faces.ui import pictures, places
from sanhao.faces.ui.fields import InCurrency, MomentField, MoneyField, SidesField, choose_among
from sanhao.goods.catalog import api as catalog
from sanhao.kit.text import Text
from sanhao.service.delivery import api as delivery

_NOT_GOODS = ("seal", "favicon", "pasture")
PICTURES = tuple(
    sorted(name for name in pictures.NAMES if name not in _NOT_GOODS and not name.startswith(("mark-", "empty-")))
)  # fmt: skip


def _weight() -> forms.IntegerField:
    return forms.IntegerField(label=gettext_lazy("Weight in grams"), min_value=0, max_value=2_000_000)


def _packed() -> SidesField:
    return SidesField(label=gettext_lazy("Size of the parcel, in cm"))


class ListingForm(forms.Form):
    """The words of a listing, its picture and its place."""

    title_zh = forms.CharField(label=gettext_lazy("Title in Chinese"), max_length=120)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=120)
    category = forms.ChoiceField(label=gettext_lazy("Category"))
    text_zh = forms.CharField(
        label=gettext_lazy("Description in Chinese"), max_length=10_000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    text_en = forms.CharField(
        label=gettext_lazy("Description in English"), max_length=10_000, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    picture = forms.ChoiceField(
        label=gettext_lazy("Picture"), choices=[(name, name) for name in PICTURES], widget=forms.RadioSelect
    )

    def __init__(self, *given: Any, categories: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        choose_among(self, "category", categories)

    def edit(self) -> catalog.ListingEdit:
        said = self.cleaned_data
        return catalog.ListingEdit(
            title=Text(zh=said["title_zh"], en=said["title_en"]),
            text=Text(zh=said["text_zh"], en=said["text_en"]),
            picture=said["picture"],
            category_slug=said["category"],
        )


class NewListingForm(ListingForm, InCurrency):
    """A listing with its first variant; more follow on its own page."""

    slug = forms.CharField(
        label=gettext_lazy("Web address"), max_length=80,
        help_text=gettext_lazy("Small letters, digits and hyphens. It stays for ever."),
    )  # fmt: skip
    special = forms.ChoiceField(
        label=gettext_lazy("Kind of goods"), required=False,
        choices=[("", gettext_lazy("Ordinary goods")), ("custom", gettext_lazy("Made to order")), ("virtual", gettext_lazy("Nothing to send"))],
    )  # fmt: skip
    variant_zh = forms.CharField(label=gettext_lazy("Variant in Chinese"), max_length=60)
    variant_en = forms.CharField(label=gettext_lazy("Variant in English"), max_length=60)
    sku = forms.CharField(label=gettext_lazy("SKU"), max_length=60)
    weight_g = _weight()
    packed = _packed()
    price = MoneyField(label=gettext_lazy("Price"))
    stock = forms.IntegerField(label=gettext_lazy("In stock"), min_value=0, max_value=10**9)
    ships_by_at = MomentField(
        label=gettext_lazy("Presale: ships by"), required=False,
        help_text=gettext_lazy("Leave it empty for what is on the shelf. The date is a promise."),
    )  # fmt: skip

    def draft(self) -> catalog.ListingDraft:
        said, edit = self.cleaned_data, self.edit()
        variant = catalog.VariantDraft(
            Text(zh=said["variant_zh"], en=said["variant_en"]), said["sku"], said["weight_g"], said["price"],
            said["stock"], kind="presale" if said["ships_by_at"] else "shelf", ships_by_at=said["ships_by_at"], packed=said["packed"],
        )  # fmt: skip
        assert edit.title is not None and edit.text is not None and edit.picture is not None
        return catalog.ListingDraft(
            said["slug"], said["category"], edit.title, edit.text, edit.picture, (variant,), said["special"]
        )


class VariantForm(InCurrency):
    """Another variant of a listing, with its price and stock."""

    variant_zh = forms.CharField(label=gettext_lazy("Variant in Chinese"), max_length=60)
    variant_en = forms.CharField(label=gettext_lazy("Variant in English"), max_length=60)
    sku = forms.CharField(label=gettext_lazy("SKU"), max_length=60)
    weight_g = _weight()
    packed = _packed()
    price = MoneyField(label=gettext_lazy("Price"))
    stock = forms.IntegerField(label=gettext_lazy("In stock"), min_value=0, max_value=10**9)

    def draft(self) -> catalog.VariantDraft:
        said = self.cleaned_data
        name = Text(zh=said["variant_zh"], en=said["variant_en"])
        return catalog.VariantDraft(
            name, said["sku"], said["weight_g"], said["price"], said["stock"], packed=said["packed"]
        )


class ParcelForm(forms.Form):
    """What a variant weighs, and how large it is packed."""

    weight_g = _weight()
    packed = _packed()


class OfferForm(InCurrency):
    """Price and stock of one offer. *seen* is the stock that stood there when the page was made."""

    price = MoneyField(label=gettext_lazy("Price"))
    stock = forms.IntegerField(label=gettext_lazy("In stock"), min_value=0, max_value=10**9)
    seen = forms.IntegerField(widget=forms.HiddenInput)


class PresaleForm(InCurrency):
    """A further offer of a variant, sold now and shipped by a date."""

    price = MoneyField(label=gettext_lazy("Price"))
    stock = forms.IntegerField(label=gettext_lazy("How many"), min_value=0, max_value=10**9)
    ships_by_at = MomentField(label=gettext_lazy("Ships by"))
    per_person_limit = forms.IntegerField(
        label=gettext_lazy("At most per person"), required=False, min_value=1, max_value=9_999
    )

    def draft(self, variant_id: UUID, now: datetime) -> catalog.OfferDraft:
        said = self.cleaned_data
        return catalog.OfferDraft(
            variant_id, "presale", said["price"], said["stock"], now,
            per_person_limit=said["per_person_limit"], ships_by_at=said["ships_by_at"],
        )  # fmt: skip


class FreightForm(InCurrency):
    """One freight template."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    regions = forms.CharField(
        label=gettext_lazy("Regions"), max_length=2_000,
        help_text=gettext_lazy("Separated by commas: * (anywhere), CN, CN/新疆."),
    )  # fmt: skip
    first_g = forms.IntegerField(
        label=gettext_lazy("First weight, grams"), min_value=1, max_value=10**7, initial=1000
    )
    first = MoneyField(label=gettext_lazy("First weight costs"))
    extra_g = forms.IntegerField(
        label=gettext_lazy("Each further weight, grams"), min_value=1, max_value=10**7, initial=1000
    )
    extra = MoneyField(label=gettext_lazy("Each further weight costs"))
    free_over = MoneyField(label=gettext_lazy("Free from goods worth"), required=False)
    refuses = forms.BooleanField(label=gettext_lazy("We do not send there"), required=False)


class ServiceForm(InCurrency):
    """A courier whom buyers may choose."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    carrier = forms.ChoiceField(label=gettext_lazy("Courier"))
    surcharge = MoneyField(
        label=gettext_lazy("On top of the freight"), help_text=gettext_lazy("0 if it costs no more.")
    )
    transit_days = forms.IntegerField(
        label=gettext_lazy("Days on the way"), min_value=1, max_value=60,
        help_text=gettext_lazy("Counted from when you hand over at the latest. Late, the freight goes back."),
    )  # fmt: skip
    regions = forms.CharField(
        label=gettext_lazy("Only to these regions"), max_length=2_000, required=False,
        help_text=gettext_lazy("Separated by commas: CN, CN/新疆. Empty: wherever you send."),
    )  # fmt: skip
    name_zh = forms.CharField(label=gettext_lazy("Its name in Chinese"), max_length=60, required=False)
    name_en = forms.CharField(
        label=gettext_lazy("Its name in English"), max_length=60, required=False,
        help_text=gettext_lazy("Empty: the courier's own."),
    )  # fmt: skip
    active = forms.BooleanField(label=gettext_lazy("Buyers may choose it"), required=False, initial=True)

    def __init__(self, *args: Any, carriers: Mapping[str, Text], lang: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_among(self, "carrier", [(key, name.in_(lang)) for key, name in carriers.items()])

    def draft(self) -> delivery.ServiceDraft:
        said = self.cleaned_data
        return delivery.ServiceDraft(
            id=said["id"], carrier=said["carrier"], surcharge=said["surcharge"], transit_days=said["transit_days"],
            name=Text(zh=said["name_zh"], en=said["name_en"]), regions=regions_in(said["regions"]),
            active=said["active"],
        )  # fmt: skip


def regions_in(typed: str) -> tuple[str, ...]:
    """Patterns of regions, separated by whatever people type between them."""
    parts = typed.replace("，", ",").replace("、", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


class HoursForm(forms.Form):
    """The shop's own shorter promise."""

    hours = forms.IntegerField(
        label=gettext_lazy("We hand parcels over within (hours)"), required=False, min_value=1, max_value=360,
        help_text=gettext_lazy("Empty: the platform's own promise. It holds for orders from now on."),
    )  # fmt: skip


class MemberForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[
            ("clerk", gettext_lazy("Clerk: ships and answers")),
            ("manager", gettext_lazy("Manager: also money and goods")),
            ("owner", gettext_lazy("Owner: also members")),
        ],
    )


class AppealForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Why it is wrong"), min_length=5, max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("A person reads it within 7 days. You can appeal once."),
    )  # fmt: skip


class PaidInForm(InCurrency):
    """Play money, in a demo world only. *key* makes a form sent twice count once."""

    to = forms.ChoiceField(
        label=gettext_lazy("Where to"),
        choices=[("balance", gettext_lazy("Balance")), ("deposit", gettext_lazy("Deposit"))],
    )
    amount = MoneyField(label=gettext_lazy("Amount"))
    key = forms.UUIDField(widget=forms.HiddenInput)


class BankForm(forms.Form):
    """Where the shop's money goes; only an owner enters it."""

    holder = forms.CharField(
        label=gettext_lazy("Account holder"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    bank = forms.CharField(
        label=gettext_lazy("Bank"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    account = forms.CharField(
        label=gettext_lazy("Account number"), max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        help_text=gettext_lazy("Digits, or an IBAN. Changed details wait some days, and everybody who manages the shop is told."),
    )  # fmt: skip


class DepositForm(InCurrency):
    """From the balance to the deposit. *key* makes a form sent twice count once."""

    amount = MoneyField(label=gettext_lazy("Amount"))
    key = forms.UUIDField(widget=forms.HiddenInput)


class PaperForm(forms.Form):
    """An invoice as the shop uploads it."""

    paper = forms.FileField(
        label=gettext_lazy("Invoice as PDF"), widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        help_text=gettext_lazy("At most 5 MB, without scripts or attachments."),
    )  # fmt: skip
    number = forms.CharField(
        label=gettext_lazy("Invoice number"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why not"),
        max_length=300,
        help_text=gettext_lazy("The buyer reads it and may ask again."),
    )


class DelayForm(forms.Form):
    until = MomentField(label=gettext_lazy("New time"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200,
        help_text=gettext_lazy("The buyer reads it and decides."),
    )  # fmt: skip


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it cannot be delivered"), max_length=200,
        help_text=gettext_lazy("For the books; a person may read it."),
    )  # fmt: skip


class RejectForm(InCurrency):
    """A no with its reason, and perhaps a smaller sum instead."""

    words = forms.CharField(
        label=gettext_lazy("Why not"), widget=forms.Textarea({"rows": 3}), min_length=4, max_length=500,
        help_text=gettext_lazy("The buyer reads it word for word, and may take it to the platform."),
    )  # fmt: skip
    offer = MoneyField(
        label=gettext_lazy("Offer instead"), required=False,
        help_text=gettext_lazy("A smaller sum; the buyer keeps the goods. One tap and it is settled."),
    )  # fmt: skip
    save = forms.BooleanField(label=gettext_lazy("Keep this reason for next time"), required=False)


class ReplaceForm(forms.Form):
    """The parcel with the replacement in it."""

    carrier = forms.ChoiceField(label=gettext_lazy("Courier"))
    number = forms.CharField(label=gettext_lazy("Parcel number"), min_length=4, max_length=64)

    def __init__(self, *given: Any, carriers: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        choose_among(self, "carrier", carriers)


class ReturnAddressForm(forms.Form):
    """Where goods come back to, one for each warehouse."""

    recipient = forms.CharField(label=gettext_lazy("Recipient"), max_length=60)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=24)
    country = forms.ChoiceField(
        label=gettext_lazy("Country or region"), choices=places.choices, initial=places.CHINA
    )
    region = forms.CharField(label=gettext_lazy("Province or region"), max_length=60)
    city = forms.CharField(label=gettext_lazy("City"), max_length=60)
    street = forms.CharField(label=gettext_lazy("Street and number"), max_length=200)
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=16, required=False)
    default = forms.BooleanField(
        label=gettext_lazy("Use it where nothing says which warehouse"), required=False
    )
