"""Links in mails: signed, short-lived (machine time) and single-use.

A token carries a fingerprint of what its use will change (the password's hash, whether the e-mail is confirmed), so
using it once, or changing the same thing by another way, makes it worthless. No table of tokens is needed.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from sanhao.kit.refusals import Refusal
from sanhao.people.models import Person

Purpose = Literal["confirm", "reset"]
_AGE_SECONDS: dict[Purpose, int] = {"confirm": 3 * 86_400, "reset": 3_600}


def make(person: Person, purpose: Purpose) -> str:
    return signing.dumps([str(person.id), _fingerprint(person, purpose)], salt=f"sanhao.people.{purpose}")


def person_id_of(token: str, purpose: Purpose) -> tuple[UUID, str]:
    """Whom a token is for, and its fingerprint, still to be checked under a lock. Raises Refusal ``token.stale``."""
    try:
        id, fingerprint = signing.loads(token, salt=f"sanhao.people.{purpose}", max_age=_AGE_SECONDS[purpose])
        return UUID(id), fingerprint
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise stale() from error


def check(person: Person | None, fingerprint: str, purpose: Purpose) -> Person:
    if person is None or not constant_time_compare(fingerprint, _fingerprint(person, purpose)):
        raise stale()
    return person


def stale() -> Refusal:
    return Refusal(
        "token.stale",
        zh="这个链接已用过或已过期，请重新申请。",
        en="This link was used already or is too old. Please ask for a new one.",
    )


def _fingerprint(person: Person, purpose: Purpose) -> str:
    state = f"{person.id}|{person.email}|{person.password}|{person.email_confirmed_at}|{person.is_active}"
    return salted_hmac(f"sanhao.people.{purpose}", state, algorithm="sha256").hexdigest()[:32]
