"""What this module listens to, and its keepers: none. The ledger is told, it never asks."""

from typing import Any

from django.db.models.signals import post_migrate

from sanhao.books.ledger.accounts import forget


def wire() -> None:
    # Migrating or flushing may take away accounts whose ids this process remembers.
    post_migrate.connect(_after_migrate, dispatch_uid="ledger.forget")


def _after_migrate(**_: Any) -> None:
    forget()
