"""People who buy without an account, and the owner of an e-mail who takes such a purchase over.

A guest is a person of their own for every purchase, so that an e-mail somebody types attaches nothing to anybody and
finds nothing of anybody. No password, no address to sign in with: the e-mail stands in `people_guest`, which no way
of signing in reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people.core import clean_email, clean_language, clean_name
from sanhao.people.events import GuestsClaimed


def open_guest(*, email: str, name: str, language: str, now: datetime) -> UUID:
    """A new person without a password, whatever *email* is given. Raises Invalid ``person.email``, ``person.name``."""
    email, name = clean_email(email), clean_name(name)
    id = new_id()
    with transaction.atomic():
        execute(
            """
            WITH person AS (
                INSERT INTO people_person (id, email, name, language, password, joined_at, is_active)
                VALUES (%(id)s, 'guest:' || %(id)s, %(name)s, %(language)s, %(unusable)s, %(now)s, true)
            )
            INSERT INTO people_guest (person_id, email, opened_at) VALUES (%(id)s, %(email)s, %(now)s)
            """,
            {
                "id": id, "email": email, "name": name, "language": clean_language(language),
                "unusable": make_password(None), "now": now,
            },
        )  # fmt: skip
    return id


def forget_guests(person_ids: Sequence[UUID]) -> None:
    """Wipe who these guests were: name, e-mail and addresses. Whom an account has taken over stays. In the caller's
    transaction."""
    ids = [
        row["person_id"]
        for row in fetch(
            "UPDATE people_guest SET email = 'forgotten@' || person_id || '.invalid' "
            "WHERE person_id = ANY(%s) AND claimed_by_id IS NULL RETURNING person_id",
            [list(person_ids)],
        )
    ]
    execute("UPDATE people_person SET name = '—' WHERE id = ANY(%s)", [ids])
    execute("DELETE FROM people_address WHERE person_id = ANY(%s)", [ids])


def claim_guests(person_id: UUID, *, now: datetime) -> list[UUID]:
    """Take over everything bought without an account with this person's e-mail; returns the guests. Twice is once.

    Raises Refusal ``guest.unconfirmed`` unless the e-mail was confirmed: to type it proves nothing.
    """
    with transaction.atomic():
        known = fetch(
            "SELECT email FROM people_person WHERE id = %s AND is_active AND email_confirmed_at IS NOT NULL "
            "FOR SHARE",
            [person_id],
        )
        if not known:
            raise Refusal(
                "guest.unconfirmed", zh="请先确认你的邮箱。", en="Please confirm your e-mail first."
            )
        rows = fetch(
            """
            WITH free AS (
                SELECT person_id FROM people_guest WHERE email = %(email)s AND claimed_by_id IS NULL
                ORDER BY person_id FOR UPDATE
            )
            UPDATE people_guest g SET claimed_by_id = %(person)s, claimed_at = %(now)s FROM free
            WHERE g.person_id = free.person_id RETURNING g.person_id
            """,
            {"email": known[0]["email"], "person": person_id, "now": now},
        )
        taken = sorted(row["person_id"] for row in rows)
        if taken:
            emit([GuestsClaimed(tuple(taken), person_id)], at=now)
    return taken
