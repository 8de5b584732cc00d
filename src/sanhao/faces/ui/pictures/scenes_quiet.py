"""Quiet pictures: what stands where there is nothing yet, and the parcel that stands in for an unknown picture."""

from __future__ import annotations

from sanhao.faces.ui.pictures.sheet import Sheet, scene


@scene("parcel")
def parcel(sheet: Sheet) -> None:
    """A wrapped parcel with a string: what a picture nobody drew looks like."""
    sheet.wall("#e9dfcb")
    sheet.table(420, "#d3bd98", edge=26)
    sheet.cast(320, 512, 190, 26)
    sheet.body("M150 250 322 214 496 258 482 506 318 532 160 500Z", "#c79a63",
               shade="M322 214 496 258 482 506 318 532Z", glow="M150 250 322 214 496 258 330 290Z")  # fmt: skip
    sheet.line([(238, 232), (250, 275), (244, 400), (246, 516)], "#f3ead8", 7)
    sheet.line([(156, 372), (250, 392), (324, 404), (490, 374)], "#f3ead8", 7)
    sheet.line([(246, 272), (210, 236), (196, 206), (236, 214), (248, 270)], "#f3ead8", 6)
    sheet.line([(248, 270), (286, 222), (322, 214), (300, 252), (248, 272)], "#f3ead8", 6)
    sheet.box(352, 420, 92, 58, "#f6efe0", 4, turn=-5)
    sheet.line([(370, 440), (424, 436)], "#8b6a45", 5)
    sheet.line([(372, 458), (408, 455)], "#8b6a45", 5)
