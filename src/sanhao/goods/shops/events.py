"""Facts about shops."""

from __future__ import annotations

from uuid import UUID

from sanhao.kit.events import Event


class ShopOpened(Event, frozen=True):
    shop_id: UUID
    owner_id: UUID


class ShopStateChanged(Event, frozen=True):
    """The shop went on holiday, came back, or closed for good: *state* is ``open``, ``holiday`` or ``closed``."""

    shop_id: UUID
    state: str


__all__ = ["ShopOpened", "ShopStateChanged"]
