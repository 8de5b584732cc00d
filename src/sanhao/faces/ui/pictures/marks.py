"""The Sanhao seal and the favicon, and the marks of the four shops: round, flat, readable at twenty pixels."""

from __future__ import annotations

from sanhao.faces.ui.pictures.parts import round_path
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


def _ground(sheet: Sheet, colour: str) -> None:
    sheet.oval(48, 48, 48, 48, colour)


@scene("mark-qingcao", 96, 96, grain=False)
def qingcao(sheet: Sheet) -> None:
    """A goat's profile in one line; its beard is three blades of grass."""
    _ground(sheet, "#6e7f5b")
    line = "#efe6d2"
    sheet.path(
        "M72 84C70 66 64 56 58 50C62 44 62 36 57 31C50 27 43 29 39 34C35 41 26 45 20 50C17 54 20 58 25 58C33 58 39 57 44 54",
        "none",
        line,
        4.5,
    )
    sheet.path("M55 30C56 18 66 12 78 17C70 18 64 23 62 33", "none", line, 4.5)
    sheet.path("M60 38C67 36 73 39 75 44C69 46 63 45 59 42", "none", line, 4)
    sheet.oval(43, 42, 2.6, 2.6, line)
    for d in ("M33 60C31 70 27 76 21 82", "M37 59C38 70 36 78 33 87", "M41 58C46 67 47 76 46 85"):
        sheet.path(d, "none", "#c5d59b", 4)


@scene("mark-peanest", 96, 96, grain=False)
def peanest(sheet: Sheet) -> None:
    """A nest with three peas, one of them hatching."""
    _ground(sheet, "#f3ebd3")
    for x, y, r in ((30, 45, 12), (66, 45, 12), (48, 40, 14)):
        sheet.form(round_path(x, y, r), "#8db255", side=3.4, rim=2)
    sheet.path("M38 34l6 5l4 -5l5 5l5 -5", "none", "#4d6f2a", 2.4)
    sheet.path("M48 26C46 18 49 13 55 11C57 17 54 23 49 26Z", "#5e8c3a")
    sheet.oval(43, 46, 1.7, 1.7, "#2d4417")
    sheet.oval(53, 46, 1.7, 1.7, "#2d4417")
    nest = "M14 50C22 60 74 60 82 50C84 68 68 82 48 82C28 82 12 68 14 50Z"
    sheet.form(nest, "#9c5b1e", side=5, rim=2.4)
    with sheet.inside(nest):
        for k in range(7):
            sheet.path(
                f"M{8 + k * 11} {56 + k % 3 * 4}q14 10 30 {4 + k % 2 * 6}M{4 + k * 12} 76q12 -12 26 -10",
                "none",
                "#cf9554" if k % 2 else "#6f3d10",
                2.2,
            )
    sheet.path("M12 52l-6 -6M84 52l7 -5M18 70l-7 3M78 72l7 2", "none", "#9c5b1e", 3)


@scene("mark-yimu", 96, 96, grain=False)
def yimu(sheet: Sheet) -> None:
    """A square field from above, one round tree in its corner like a seal."""
    _ground(sheet, "#e4ecd3")
    sheet.box(20, 20, 56, 56, "#4f7a3a", 5)
    for k in range(6):
        sheet.path(f"M26 {29 + k * 8.4:.1f}H70", "none", "#7ba35a" if k % 2 else "#3d632b", 3.2)
    sheet.oval(60, 60, 15.5, 15.5, "#e4ecd3")
    sheet.form(round_path(60, 60, 12.5), "#f08a24", side=3.4, rim=2)
    sheet.path("M60 48q1 -6 7 -7q1 6 -7 7Z", "#4f7a3a")


@scene("mark-guoba", 96, 96, grain=False)
def guoba(sheet: Sheet) -> None:
    """An iron pot with a smile, its lid a bun of grey hair with a hairpin."""
    _ground(sheet, "#d9a441")
    sheet.oval(48, 22, 12, 9.5, "#c9c5bb")
    sheet.path("M42 20q6 -6 12 0M41 25q7 5 14 0", "none", "#98948a", 2)
    sheet.path("M31 15L66 26", "none", "#c8361f", 3)
    sheet.oval(30, 14.5, 3, 3, "#c8361f")
    sheet.path("M18 42C20 28 76 28 78 42Z", "#b3afa5")
    sheet.path("M26 40C32 33 40 31 48 31M70 40C65 34 58 32 52 31", "none", "#8c887e", 2)
    sheet.path("M18 48h-6q-4 0 -4 6M78 48h6q4 0 4 6", "none", "#2a2926", 4.5)
    sheet.form("M16 42H80C82 64 70 82 48 82C26 82 14 64 16 42Z", "#3b3a36", side=5, rim=2.6, shine=0.25)
    sheet.path("M34 54q4 -4 8 0M54 54q4 -4 8 0", "none", "#f4e3bc", 2.8)
    sheet.path("M38 63q10 10 20 0", "none", "#f4e3bc", 3)
    for x in (29, 67):
        sheet.oval(x, 61, 4, 2.6, "#c8634a", opacity=0.8)
