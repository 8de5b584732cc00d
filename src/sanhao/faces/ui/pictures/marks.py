"""The Sanhao seal and the favicon, and the marks of the four shops: round, flat, readable at twenty pixels."""

from __future__ import annotations

from sanhao.faces.ui.pictures.sheet import Sheet, scene

SEAL = "#c8361f"


def seal(sheet: Sheet) -> None:
    """三好 as it is cut into a stamp, on a 64 by 64 ground."""
    sheet.path("M8.5 4.4 31 3.6l24.4 1 4.2 3.8.7 23.3-.9 24.6-4 3.6-24 .8-23-.9-4-3.5-.8-24.8.9-23.1Z", SEAL)
    for d in (
        "M15 12.8h34M19 20h26M13.5 27.3h37",
        "M20.5 32.5 14 44.5l13 9.5M27.5 36.5 13 54.5M10.5 40.5h20",
        "M35.5 34.5h15l-6.8 6.2v11.8l-4.7-1.6M33.5 44.8h20.5",
    ):
        sheet.path(d, "none", "#fff8f4", 4)


@scene("seal", 64, 64, grain=False)
def _seal(sheet: Sheet) -> None:
    seal(sheet)


@scene("favicon", 64, 64, grain=False)
def _favicon(sheet: Sheet) -> None:
    seal(sheet)
