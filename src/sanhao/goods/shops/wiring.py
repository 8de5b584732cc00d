"""What this module listens to, and its keepers."""


def wire() -> None:
    """Nothing yet."""
