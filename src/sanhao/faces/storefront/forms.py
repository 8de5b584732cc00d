"""What people type, checked for shape only; whether it may be done is said by the verb it is handed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sanhao.faces.ui import places
from sanhao.faces.ui.format import lang_of
from sanhao.kit.refusals import Refusal
from sanhao.kit.text import Lang
from sanhao.people import api as people

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


class Suggested(forms.TextInput):
    """A line to type, with words *among* which one may choose instead; it needs no script."""

    template_name = "storefront/widgets/suggested.html"
    among: tuple[str, ...] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        given = super().get_context(name, value, (attrs or {}) | {"list": f"{name}-among"})
        return given | {"among": self.among}


class SpokenForm(forms.Form):
    """A form that can show why a verb refused: beside the field the code names, else above all fields."""

    fields_of_codes: dict[str, str] = {}

    def refuse(self, refusal: Refusal, lang: Lang) -> None:
        field = self.fields_of_codes.get(refusal.code)
        self.add_error(field, refusal.text.in_(lang))


def _email() -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
    )  # fmt: skip


def _password(label: StrOrPromise, autocomplete: str, help_text: StrOrPromise = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=1_000, strip=False, help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )  # fmt: skip


class SignInForm(SpokenForm):
    email = _email()
    password = _password(_("Password"), "current-password")


class SignUpForm(SpokenForm):
    fields_of_codes = {"person.email": "email", "person.name": "name", "person.password": "password"}
    name = forms.CharField(
        label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = _email()
    password = _password(
        _("Password"), "new-password", _("At least 10 characters; a sentence is easiest to remember.")
    )


class FirstAdminForm(SignUpForm):
    fields_of_codes = {**SignUpForm.fields_of_codes, "person.exists": "email"}


class ResetForm(SpokenForm):
    fields_of_codes = {"person.email": "email"}
    email = _email()


class FindForm(SpokenForm):
    """What anybody knows of their own order."""

    fields_of_codes = {"person.email": "email", "order.number": "number"}
    number = forms.CharField(
        label=_("Order number"), max_length=40, help_text=_("It stands in the mail we sent when you paid."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    email = _email()


class StatementForm(SpokenForm):
    """Who withdraws, and where the confirmation goes."""

    fields_of_codes = {"person.email": "email", "person.name": "name"}
    name = forms.CharField(
        label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = _email()


class WithdrawForm(StatementForm):
    """The same where no order is open."""

    fields_of_codes = {**StatementForm.fields_of_codes, "order.number": "number", "withdrawal.words": "words"}
    field_order = ("name", "number", "email", "words")
    number = forms.CharField(
        label=_("Order number"), max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    words = forms.CharField(
        label=_("Which goods?"), max_length=200, required=False, help_text=_("Leave it empty for everything."),
    )  # fmt: skip


class NewPasswordForm(SpokenForm):
    fields_of_codes = {"person.password": "password"}
    password = _password(
        _("New password"), "new-password", _("At least 10 characters; a sentence is easiest to remember.")
    )


class ChangePasswordForm(SpokenForm):
    fields_of_codes = {"person.old_password": "old", "person.password": "new"}
    old = _password(_("Present password"), "current-password")
    new = _password(
        _("New password"), "new-password", _("At least 10 characters; a sentence is easiest to remember.")
    )


class NameForm(SpokenForm):
    fields_of_codes = {"person.name": "name"}
    name = forms.CharField(
        label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )


class AddressForm(SpokenForm):
    fields_of_codes = {
        f"address.{name}": name for name in ("recipient", "phone", "country", "region", "city", "street", "postcode")
    }  # fmt: skip
    recipient = forms.CharField(
        label=_("Recipient"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=24, help_text=_("For the courier only."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    country = forms.ChoiceField(label=_("Country or region"), choices=places.choices, initial=places.CHINA)
    region = forms.CharField(
        label=_("Province or region"),
        max_length=60,
        widget=Suggested(attrs={"autocomplete": "address-level1"}),
    )
    city = forms.CharField(
        label=_("City"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    street = forms.CharField(
        label=_("Street, building, door"), max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )  # fmt: skip
    postcode = forms.CharField(
        label=_("Postcode"), max_length=16, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        suggested = self.fields["region"].widget
        assert isinstance(suggested, Suggested)
        suggested.among = places.provinces(lang_of(get_language()))

    def clean(self) -> dict[str, Any]:
        """In China a province is one of the list, kept by the name that couriers go by."""
        given = super().clean() or self.cleaned_data
        if given.get("country") == places.CHINA and given.get("region"):
            found = places.province(given["region"])
            if found is None:
                self.add_error("region", _("Choose a province from the list."))
            else:
                given["region"] = found
        return given

    def draft(self) -> people.AddressDraft:
        return people.AddressDraft(**self.cleaned_data)


class GuestForm(AddressForm):
    """An address, and the e-mail that the order's link is sent to."""

    fields_of_codes = {**AddressForm.fields_of_codes, "person.email": "email"}
    field_order = ("email",)
    email = _email()

    def draft(self) -> people.AddressDraft:
        return people.AddressDraft(**{name: self.cleaned_data[name] for name in AddressForm.base_fields})


class AppealForm(SpokenForm):
    fields_of_codes = {"appeal.text": "text"}
    text = forms.CharField(
        label=_("What do we see wrongly?"), max_length=2_000,
        help_text=_("A person reads this and answers within seven days."), widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip


class AddForm(forms.Form):
    """An offer into the cart."""

    offer = forms.UUIDField()
    quantity = forms.IntegerField(min_value=1, max_value=999)


class QuantityForm(forms.Form):
    """A line of the cart; zero takes it out."""

    quantity = forms.IntegerField(min_value=0, max_value=999)


class InvoiceForm(SpokenForm):
    """Whom an invoice is made out to."""

    fields_of_codes = {
        "invoice.title": "title", "invoice.tax_id": "tax_id", "invoice.email": "email", "invoice.kind": "kind",
    }  # fmt: skip
    kind = forms.ChoiceField(
        label=_("Invoice for"), choices=[("person", _("A person")), ("company", _("A company"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    title = forms.CharField(
        label=_("Name on the invoice"), max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )  # fmt: skip
    tax_id = forms.CharField(
        label=_("Unified social credit code"), max_length=30, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        help_text=_("Companies only: 18 digits and letters."),
    )  # fmt: skip
    email = _email()
