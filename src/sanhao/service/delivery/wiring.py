"""What this module listens to, and its keepers."""

from sanhao.kit import keeper
from sanhao.service.delivery.inbox import INBOX


def wire() -> None:
    """Listens to nobody; one keeper reads what carriers sent."""
    keeper.register(INBOX)
