"""What may be written about a person: e-mails, names, addresses. Pure; everything from outside passes here first."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

import msgspec

from sanhao.kit.refusals import Invalid
from sanhao.kit.text import Text

MOST_ADDRESSES = 20
_LONGEST_EMAIL = 254  # RFC 5321 §4.5.3.1.3 leaves 254 for an address in a path
_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
"""The form browsers accept (HTML, valid e-mail address), with at least one dot in the domain."""
_PHONE = re.compile(r"\+?[0-9][0-9 ()\-]{3,22}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")  # before upper-casing: "ß" would become South Sudan
_JOINERS = "\u200c\u200d"  # invisible, yet part of how Persian, Indic names and emoji are written


class PersonCard(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    email: str
    language: str


class Enrolment(msgspec.Struct, frozen=True):
    """A person made by the platform itself (seeds, imports): confirmed, without a password until one is set."""

    email: str
    name: str
    language: str = "en"


class GuestCard(msgspec.Struct, frozen=True):
    """Who bought without an account, where they are written to, and who has taken the purchase over since."""

    id: UUID
    name: str
    email: str
    language: str
    claimed_by: UUID | None


class QuickCard(msgspec.Struct, frozen=True):
    """Somebody a visitor of a demo world may become with one click."""

    id: UUID
    name: str
    what_zh: str
    what_en: str


class AddressDraft(msgspec.Struct, frozen=True):
    recipient: str
    phone: str
    country: str
    region: str
    city: str
    street: str
    postcode: str = ""


class AddressCard(msgspec.Struct, frozen=True):
    id: UUID
    recipient: str
    phone: str
    country: str
    region: str
    city: str
    street: str
    postcode: str
    is_default: bool


def clean_email(email: str) -> str:
    """Lower-cased and trimmed. Raises Invalid ``person.email``."""
    address = email.strip().lower()
    local, _, _ = address.partition("@")
    well_formed = len(address) <= _LONGEST_EMAIL and _EMAIL.fullmatch(address)
    if not well_formed or local.startswith(".") or local.endswith(".") or ".." in local:
        raise Invalid("person.email", zh="请填写有效的电子邮箱。", en="Please enter a valid e-mail address.")
    return address


def clean_name(name: str) -> str:
    """1 to 60 visible characters. Raises Invalid ``person.name``."""
    return _line(name, 60, "person.name", Text(zh="姓名", en="The name"))


def clean_language(language: str) -> str:
    """``zh-hans`` for any Chinese, else ``en``."""
    return "zh-hans" if language.lower().startswith("zh") else "en"


def clean_address(draft: AddressDraft) -> AddressDraft:
    """Trimmed, in composed form, within the lengths of the table. Raises Invalid naming the field."""
    phone = _line(draft.phone, 24, "address.phone", Text(zh="电话", en="The phone number"))
    if not _PHONE.fullmatch(phone) or not 5 <= sum(c.isdigit() for c in phone) <= 15:  # E.164: at most 15
        raise Invalid("address.phone", zh="请填写有效的电话号码。", en="Please enter a valid phone number.")
    country = draft.country.strip()
    if not _COUNTRY.fullmatch(country):
        raise Invalid("address.country", zh="请选择国家或地区。", en="Please choose a country or region.")
    return AddressDraft(
        recipient=_line(draft.recipient, 60, "address.recipient", Text(zh="收件人", en="The recipient")),
        phone=phone,
        country=country.upper(),
        region=_line(draft.region, 60, "address.region", Text(zh="省份或地区", en="The region")),
        city=_line(draft.city, 60, "address.city", Text(zh="城市", en="The city")),
        street=_line(draft.street, 200, "address.street", Text(zh="详细地址", en="The street")),
        postcode=_line(draft.postcode, 16, "address.postcode", Text(zh="邮编", en="The postcode"), least=0),
    )


def check_password(password: str, email: str) -> str | None:
    """Why *password* cannot be used, or None: ``short`` (under 10), ``long`` (over 200), ``odd``, ``email``."""
    if len(password) < 10:
        return "short"
    if len(password) > 200:  # more is no safer, and hashing it is a stranger's way to keep us busy
        return "long"
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in password):
        return "odd"
    return "email" if password.strip().lower() == email else None


def _line(text: str, most: int, code: str, what: Text, *, least: int = 1) -> str:
    """One line of visible text. Control, formatting (bidi overrides!) and unassigned characters are refused."""
    line = " ".join(unicodedata.normalize("NFC", text).split(" ")).strip()
    hidden = any(unicodedata.category(c)[0] == "C" and c not in _JOINERS for c in line)
    blank = not line.strip(_JOINERS + " ") and least
    if hidden or blank or "\u2028" in line or "\u2029" in line or not least <= len(line) <= most:
        raise Invalid(
            code,
            zh=f"{what.zh}须为{'' if not least else '1 到 '}{most} 个字以内的普通文字。",
            en=f"{what.en} must be ordinary text of at most {most} characters{' and not empty' if least else ''}.",
        )
    return line
