"""Facts about persons."""

from __future__ import annotations

from uuid import UUID

from sanhao.kit.events import Event


class PersonSignedUp(Event, frozen=True):
    """An account waits for its e-mail to be confirmed."""

    person_id: UUID


class SignUpRepeated(Event, frozen=True):
    """Somebody tried to sign up with the e-mail of a confirmed account; only its owner is told."""

    person_id: UUID


class EmailConfirmed(Event, frozen=True):
    person_id: UUID


class ResetRequested(Event, frozen=True):
    """Somebody asked for a new password for *email*, which may be nobody's."""

    email: str


class PasswordChanged(Event, frozen=True):
    person_id: UUID


class GuestsClaimed(Event, frozen=True):
    """The confirmed owner of an e-mail took over what was bought with it without an account."""

    guest_ids: tuple[UUID, ...]
    person_id: UUID


class RoleGranted(Event, frozen=True):
    person_id: UUID
    role: str


class RoleRevoked(Event, frozen=True):
    person_id: UUID
    role: str
