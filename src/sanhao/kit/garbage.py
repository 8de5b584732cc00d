"""When Python looks for garbage, in processes that live long."""

from __future__ import annotations

import gc

BATCHES, PAGES = 100_000, 5_000


def settle_in(young: int) -> None:
    """Tell the garbage collector that what is loaded stays, and to look at the rest whenever *young* objects have come.

    Else it looks again and again at what lives as long as the process: that costs a quarter of a keeper's time, and
    lets everybody whom a process of pages serves wait for a third of a second, every few seconds. `BATCHES` come and go
    in one piece; what `PAGES` leave behind is swept up often, since nobody moves while it is swept.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(young, 50, 100)
