"""The door of people."""

from sanhao.people.actions.accounts import (
    allow_quick_sign_in,
    authenticate,
    change_password,
    confirm_email,
    enrol,
    quick_sign_in,
    rename,
    request_reset,
    reset_password,
    set_language,
    set_password,
    sign_up,
)
from sanhao.people.actions.addresses import add_address, edit_address, remove_address, set_default_address
from sanhao.people.actions.staff import first_admin, grant_role, revoke_role
from sanhao.people.core import AddressCard, AddressDraft, Enrolment, PersonCard, QuickCard
from sanhao.people.mails import register_links
from sanhao.people.models import ROLES, Person
from sanhao.people.queries import (
    address,
    addresses,
    by_email,
    card,
    cards,
    has_staff,
    quick_people,
    require_role,
    roles_of,
    staff,
)

__all__ = [
    "ROLES",
    "AddressCard",
    "AddressDraft",
    "Enrolment",
    "Person",
    "PersonCard",
    "QuickCard",
    "add_address",
    "address",
    "addresses",
    "allow_quick_sign_in",
    "authenticate",
    "by_email",
    "card",
    "cards",
    "change_password",
    "confirm_email",
    "edit_address",
    "enrol",
    "first_admin",
    "grant_role",
    "has_staff",
    "quick_people",
    "quick_sign_in",
    "register_links",
    "remove_address",
    "rename",
    "request_reset",
    "require_role",
    "reset_password",
    "revoke_role",
    "roles_of",
    "set_default_address",
    "set_language",
    "set_password",
    "sign_up",
    "staff",
]
