"""Staff: who may do what for the platform, granted by whom."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import transaction

from sanhao.kit.events import emit
from sanhao.kit.ids import new_id
from sanhao.kit.refusals import Invalid, NotFound, Refusal
from sanhao.kit.rows import execute, fetch
from sanhao.people.actions.accounts import check_new_password
from sanhao.people.core import clean_email, clean_language, clean_name
from sanhao.people.events import RoleGranted, RoleRevoked
from sanhao.people.models import ROLES
from sanhao.people.queries import card, has_staff, require_role

_SALT, _WEEK = "sanhao.people.first_admin", 7 * 86_400


def first_admin_token() -> str | None:
    """What the terminal of a new site shows, so that only who runs it can make its first admin. None once staff is."""
    return None if has_staff() else signing.dumps("first admin", salt=_SALT)


def first_admin(token: str, *, email: str, name: str, password: str, language: str, now: datetime) -> UUID:
    """The first account of a new site, an admin, confirmed at once. Of two who try together one is refused.

    Raises NotFound for a token not ours or a week old, Refusal ``staff.exists`` once anybody ever had a role,
    Refusal ``person.exists`` for an e-mail in use, Invalid.
    """
    check_first_admin(token)
    email, name, language = clean_email(email), clean_name(name), clean_language(language)
    check_new_password(password, email)
    hashed = make_password(password)
    with transaction.atomic():
        _lock()
        _refuse_if_staffed()
        id = new_id()
        if not execute(
            """
            INSERT INTO people_person (id, email, name, language, password, email_confirmed_at, joined_at, is_active)
            VALUES (%s, %s, %s, %s, %s, %s, %s, true) ON CONFLICT (email) DO NOTHING
            """,
            [id, email, name, language, hashed, now, now],
        ):
            raise Refusal("person.exists", zh="这个邮箱已有账号。", en="This e-mail has an account already.")
        _grant(id, "admin", by=None, now=now)
    return id


def check_first_admin(token: str) -> None:
    """For the page that shows the form. Raises NotFound, Refusal ``staff.exists``."""
    try:
        signing.loads(token, salt=_SALT, max_age=_WEEK)
    except signing.BadSignature as error:
        raise NotFound("staff.token", zh="没有这个页面。", en="There is no such page.") from error
    _refuse_if_staffed()


def grant_role(person_id: UUID, role: str, *, by: UUID | None, now: datetime) -> None:
    """Give *role*; twice is once. *by* is an admin, or None for a command on the machine itself.

    Raises Forbidden, NotFound, Invalid ``staff.role_unknown``.
    """
    _check(role, by)
    card(person_id)
    with transaction.atomic():
        _lock()
        _grant(person_id, role, by=by, now=now)


def revoke_role(person_id: UUID, role: str, *, by: UUID | None, now: datetime) -> None:
    """Take *role* back; the row stays as history. Not had, nothing happens.

    Raises Forbidden, Refusal ``staff.last_admin``: a site is never left without one.
    """
    _check(role, by)
    with transaction.atomic():
        _lock()
        held = fetch("SELECT person_id FROM people_staffrole WHERE role = %s AND revoked_at IS NULL", [role])
        if role == "admin" and [row["person_id"] for row in held] == [person_id]:
            raise Refusal(
                "staff.last_admin", zh="最后一位管理员不能被撤销。", en="The last administrator stays."
            )
        if execute(
            """
            UPDATE people_staffrole SET revoked_at = %s, revoked_by_id = %s
            WHERE person_id = %s AND role = %s AND revoked_at IS NULL
            """,
            [now, by, person_id, role],
        ):
            emit([RoleRevoked(person_id, role)], at=now)


def _grant(person_id: UUID, role: str, *, by: UUID | None, now: datetime) -> None:
    if execute(
        """
        INSERT INTO people_staffrole (id, person_id, role, granted_by_id, granted_at) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (person_id, role) WHERE revoked_at IS NULL DO NOTHING
        """,
        [new_id(), person_id, role, by, now],
    ):
        emit([RoleGranted(person_id, role)], at=now)


def _check(role: str, by: UUID | None) -> None:
    if role not in ROLES:
        raise Invalid("staff.role_unknown", zh="没有这个角色。", en="There is no such role.")
    if by is not None:
        require_role(by, "admin")


def _refuse_if_staffed() -> None:
    if has_staff():
        raise Refusal("staff.exists", zh="这个站点已有管理员。", en="This site has an administrator already.")


def _lock() -> None:
    """Roles change rarely; one at a time keeps "the first" and "the last" true."""
    execute("SELECT pg_advisory_xact_lock(hashtext('sanhao.people.staff'))")
