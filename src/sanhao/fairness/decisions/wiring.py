"""What this module listens to, and its keepers. Others register their judges and undoings here, through the door."""


def wire() -> None:
    """Nothing to hear: decisions are told, and tell what became of them."""
