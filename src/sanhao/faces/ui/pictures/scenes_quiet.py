"""Quiet pictures: what stands where there is nothing yet, and the parcel that stands in for an unknown picture."""

from __future__ import annotations

from sanhao.faces.ui.pictures.marks import seal
from sanhao.faces.ui.pictures.parts import INK, WOOD, closed_eyes, goat, grass, leaf, orange, round_path, tail
from sanhao.faces.ui.pictures.sheet import Sheet, dark, light, scene


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


@scene("pasture", 1200, 520)
def pasture(sheet: Sheet) -> None:
    """The wide picture of the first page: goats of Otog Banner on their pasture, early, a yurt far away."""
    sheet.wall("#d6e4e2", window=False)
    sheet.oval(246, 150, 78, 78, "#fff1c4")
    sheet.oval(246, 150, 118, 118, "#fff1c4", opacity=0.35)
    for x, y, s in ((560, 92, 1.0), (820, 140, 0.8), (1040, 76, 1.1), (60, 70, 0.8)):
        sheet.blob(
            [
                (x, y),
                (x + 40 * s, y - 22 * s),
                (x + 86 * s, y - 12 * s),
                (x + 124 * s, y - 26 * s),
                (x + 170 * s, y),
                (x + 84 * s, y + 10 * s),
            ],
            "#ffffff",
            opacity=0.75,
        )
    sheet.path(
        "M0 286C160 220 330 250 470 232C660 206 800 262 980 226C1080 206 1150 222 1200 214V520H0Z", "#b9c7a6"
    )
    sheet.path("M0 334C220 280 420 322 640 292C860 264 1020 310 1200 274V520H0Z", "#a3b583")
    with sheet.group(x=742, y=300):
        sheet.form("M-64 0V-42C-40 -58 40 -58 64 -42V0Z", "#f3ecdc", side=12, rim=6)
        sheet.form(
            "M-70 -40C-50 -72 -20 -84 0 -84C20 -84 50 -72 70 -40C40 -54 -40 -54 -70 -40Z",
            "#e2d5ba",
            side=10,
            rim=5,
        )
        sheet.box(-14, -36, 28, 36, "#c8361f", 3)
        sheet.path("M-64 -24H-16M16 -24H64", "none", "#33518c", 5)
        sheet.path("M0 -84q8 -18 -2 -34", "none", "#ffffff", 7, opacity=0.7)
    sheet.path("M0 400C260 350 520 392 760 360C960 334 1080 370 1200 350V520H0Z", "#8ea267")
    for x, y, s, flip, coat in (
        (480, 372, 0.34, False, "#efe6d2"),
        (610, 366, 0.3, True, "#d9c7a7"),
        (1060, 362, 0.36, False, "#efe6d2"),
        (720, 392, 0.4, False, "#c9ab85"),
    ):
        sheet.oval(x, y, 60 * s * 1.6, 6, INK, opacity=0.14)
        goat(sheet, x, y, s, coat, flip=flip)
    sheet.oval(1000, 486, 170, 14, INK, opacity=0.16)
    goat(sheet, 980, 484, 0.98, "#efe6d2")
    sheet.oval(300, 478, 120, 12, INK, opacity=0.16)
    goat(sheet, 292, 476, 0.74, "#d9c7a7", flip=True)
    sheet.path("M0 470C300 440 700 500 1200 462V520H0Z", "#7f9459")
    for i in range(30):
        grass(
            sheet,
            20 + i * 41 + sheet.random.uniform(-14, 14),
            sheet.random.uniform(486, 522),
            5,
            sheet.random.uniform(26, 62),
            ("#6f7f4f", "#5d7040", "#91a866")[i % 3],
            18,
        )
    for x, y in ((120, 470), (520, 486), (640, 500), (820, 482)):
        sheet.path(f"M{x} {y}q2 -20 0 -34", "none", "#5d7040", 3)
        sheet.oval(x, y - 38, 6, 6, "#e0a848" if x % 40 else "#d98aa0")


def _ground(sheet: Sheet, colour: str = "#efe6d3") -> None:
    """A soft patch to stand on: these pictures lie on the page without a frame, in the light and in the dark."""
    sheet.blob(
        [(60, 190), (110, 80), (240, 44), (380, 74), (436, 190), (390, 300), (240, 334), (96, 296)], colour
    )


@scene("empty-cart", 480, 360, grain=False)
def empty_cart(sheet: Sheet) -> None:
    """A shopping net with one leaf at the bottom."""
    _ground(sheet)
    sheet.oval(256, 306, 96, 10, INK, opacity=0.14)
    net = "M170 150C140 220 150 290 190 304H290C330 290 340 220 310 150Z"
    sheet.path(net, "#f9f4e8")
    tile = '<path d="M0 10L10 0L20 10L10 20Z" fill="none" stroke="#33518c" stroke-width="2"/>'
    leaf(sheet, 206, 292, 66, 17, -14, "#6f8f4a")
    sheet.texture(net, tile, 20, 20, opacity=0.75)
    sheet.path(net, "none", "#33518c", 4)
    sheet.path("M166 150H314", "none", "#c8361f", 9)
    sheet.path("M190 150C186 66 226 58 232 148M250 148C254 58 296 66 290 150", "none", "#c8361f", 6)


@scene("empty-orders", 480, 360, grain=False)
def empty_orders(sheet: Sheet) -> None:
    """An open parcel; a cat has moved in."""
    _ground(sheet)
    sheet.oval(262, 306, 130, 11, INK, opacity=0.15)
    card = "#c99a63"
    sheet.path("M130 196L104 148L226 158L240 196Z", light(card, 0.15))
    sheet.path("M350 196L378 146L256 158L240 196Z", dark(card, 0.1))
    sheet.box(136, 186, 208, 30, dark(card, 0.45))
    tail(sheet, [(322, 210), (352, 170), (344, 128), (366, 104)], "#8a8378", 17)
    sheet.path(
        "M176 216C170 170 178 140 186 124C196 134 204 140 212 142C226 138 238 138 250 142C260 138 268 132 276 122C284 140 292 172 284 216Z",
        "#8a8378",
    )
    sheet.path(
        "M186 124C196 134 204 140 212 142L192 156ZM276 122C268 132 260 138 250 142L270 156Z",
        "#e6a79b",
        opacity=0.7,
    )
    closed_eyes(sheet, 231, 178, 22, "#2b2420", 4)
    sheet.path("M226 186l5 5l5 -5Z", "#e6a79b")
    sheet.path("M180 188h-26M182 196l-24 6M282 188h26M280 196l24 6", "none", "#f7f3ea", 2.5)
    sheet.form("M130 200H350L342 306H138Z", card, side=12, rim=6)
    sheet.path("M226 200H254V246H226Z", light(card, 0.4))
    sheet.path("M182 204q10 22 22 0M262 204q10 22 22 0", "#8a8378")


@scene("empty-search", 480, 360, grain=False)
def empty_search(sheet: Sheet) -> None:
    """A looking-glass over an orange that is only half there."""
    _ground(sheet)
    sheet.oval(250, 296, 120, 10, INK, opacity=0.13)
    for x, r in ((150, 26), (330, 30)):
        sheet.path(round_path(x, 268, r), "none", "#b39d78", 4, dash="3 10")
    sheet.oval(232, 190, 96, 96, "#fbf8ef")
    with sheet.inside(round_path(232, 190, 96)):
        orange(sheet, 240, 214, 66, "#f08a24")
    sheet.path(round_path(232, 190, 98), "none", WOOD, 15)
    sheet.path("M172 138C186 116 208 106 230 104", "none", "#ffffff", 7, opacity=0.9)
    sheet.path("M304 258L372 320", "none", dark(WOOD, 0.25), 22)
    sheet.path("M302 256L370 317", "none", light(WOOD, 0.15), 7)


@scene("empty-wallet", 480, 360, grain=False)
def empty_wallet(sheet: Sheet) -> None:
    """A purse with a clasp, open; a moth considers it."""
    _ground(sheet)
    sheet.oval(250, 304, 116, 10, INK, opacity=0.14)
    sheet.path("M142 186C150 150 330 150 338 186C330 204 150 204 142 186Z", "#5d2318")
    sheet.form(
        "M140 184C120 236 130 290 170 302H312C350 290 360 236 340 184C300 212 180 212 140 184Z",
        "#c8361f",
        side=14,
        rim=8,
    )
    sheet.path("M138 186C180 214 300 214 342 186", "none", "#d8a83c", 9)
    sheet.path("M140 182C150 140 330 140 340 182", "none", "#d8a83c", 9)
    sheet.oval(232, 142, 11, 11, "#e8bf5a")
    sheet.oval(250, 142, 11, 11, "#d8a83c")
    with sheet.group(x=296, y=84, turn=18):
        sheet.path(
            "M0 0C-34 -34 -56 -10 -40 10C-30 20 -10 12 0 4ZM0 0C34 -34 56 -10 40 10C30 20 10 12 0 4Z",
            "#b9a68a",
        )
        sheet.oval(0, 6, 5, 15, "#7c6a50")
        sheet.path("M-2 -8q-6 -14 -14 -16M2 -8q6 -14 14 -16", "none", "#7c6a50", 2.5)
    sheet.path("M280 110q-12 22 -34 26", "none", "#9c8c70", 3, dash="2 8")
    with sheet.group(x=240, y=252, size=0.7), sheet.group(x=-32, y=-32):
        sheet.path("M15 12.8h34M19 20h26M13.5 27.3h37", "none", "#f2cfc4", 4)


@scene("empty-inbox", 480, 360, grain=False)
def empty_inbox(sheet: Sheet) -> None:
    """A letter box on a post, a bird asleep on it."""
    _ground(sheet)
    sheet.oval(256, 316, 60, 8, INK, opacity=0.14)
    sheet.box(228, 220, 20, 96, WOOD, 3)
    sheet.form(
        "M150 232V160C150 128 176 116 200 116H300C324 116 336 132 336 160V232Z", "#2f7d5b", side=12, rim=7
    )
    sheet.path("M150 232V160C150 128 176 116 196 116C220 116 236 130 236 160V232Z", dark("#2f7d5b", 0.18))
    sheet.box(164, 160, 56, 9, "#16382a", 4)
    sheet.box(330, 150, 9, 52, "#c8361f", 3)
    sheet.box(330, 194, 40, 20, "#c8361f", 3)
    sheet.form(
        "M236 112C232 84 254 66 280 70C304 74 312 94 332 96C326 110 312 116 296 118H252C244 118 238 116 236 112Z",
        "#33518c",
        side=7,
        rim=5,
    )
    sheet.path("M236 92l-16 6l16 6Z", "#e0a848")
    sheet.path("M246 90q5 5 10 0", "none", "#f7f3ea", 3)
    sheet.path("M268 94C280 92 292 100 296 110C284 112 272 108 268 94Z", "#8fa9e0")
    for x, y, s in ((212, 58, 12), (192, 40, 16)):
        sheet.path(f"M{x - s / 2} {y}h{s}l{-s} {s}h{s}", "none", "#8a7f6a", 3)
    grass(sheet, 200, 320, 5, 34, "#8fa05a", 18)
    grass(sheet, 286, 320, 5, 30, "#8fa05a", 18)


@scene("empty-saved", 480, 360, grain=False)
def empty_saved(sheet: Sheet) -> None:
    """A shelf with one small pot and room for more."""
    _ground(sheet)
    for y in (168, 276):
        sheet.box(118, y, 250, 15, WOOD, 4)
        sheet.box(118, y, 250, 5, light(WOOD, 0.35), 2)
        sheet.oval(256, y + 22, 110, 6, INK, opacity=0.1)
    sheet.form("M176 224H228L220 276H184Z", "#b5533c", side=8, rim=4)
    for turn, n in ((-130, 40), (-100, 54), (-76, 48), (-48, 38)):
        leaf(sheet, 202, 226, n, 11, turn, "#5e8c3a")
    for x in (276, 326):
        sheet.path(f"M{x - 20} 168V{128}a20 20 0 0 1 40 0V168", "none", "#b39d78", 4, dash="3 10")
    sheet.path("M286 276V240h46V276", "none", "#b39d78", 4, dash="3 10")
    sheet.path("M160 168V118h34V168M166 168V118M160 130h34", "none", "#33518c", 5)
    sheet.box(162, 120, 30, 46, "#4d6aa6", 2)


@scene("empty-desk", 480, 360, grain=False)
def empty_desk(sheet: Sheet) -> None:
    """All parcels have left: a tidy packing table, a cup of tea, the seal at rest."""
    _ground(sheet)
    sheet.box(92, 234, 300, 16, WOOD, 4)
    sheet.box(92, 234, 300, 5, light(WOOD, 0.35), 2)
    for x in (116, 352):
        sheet.box(x, 250, 15, 62, dark(WOOD, 0.2), 3)
    sheet.form(
        "M150 176H222C222 212 210 234 186 234C162 234 150 212 150 176Z", "#f7f3ea", side=8, rim=0, depth=0.16
    )
    sheet.oval(186, 177, 36, 7, "#8a5a2b")
    sheet.path("M222 186c22 -6 24 26 -4 28", "none", "#e6dfd0", 7)
    sheet.path("M176 160c10 -12 -8 -18 2 -32M196 160c10 -12 -8 -18 2 -32", "none", "#ffffff", 6, opacity=0.9)
    sheet.oval(306, 208, 30, 30, "#d8b27a")
    sheet.oval(306, 208, 17, 17, "#efe6d3")
    sheet.box(262, 224, 20, 10, "#c8361f", 2)
    with sheet.group(x=330, y=176, size=0.9):
        sheet.box(4, 0, 34, 52, "#3b3a36", 6)
        sheet.box(8, 4, 7, 42, "#6a6861", 3)
        sheet.box(0, 48, 42, 16, "#c8361f", 3)
    with sheet.group(x=226, y=74, size=0.9, turn=-6):
        seal(sheet)


@scene("empty-nothing", 480, 360, grain=False)
def nothing(sheet: Sheet) -> None:
    """A goat looks behind a signpost that points everywhere."""
    _ground(sheet, "#e2e6d3")
    sheet.oval(216, 312, 120, 9, INK, opacity=0.14)
    sheet.box(320, 96, 14, 216, WOOD, 3)
    for y, d, tone in ((110, 1, "#c8361f"), (152, -1, "#33518c"), (194, 1, "#2f7d5b")):
        x = 327
        sheet.path(
            f"M{x - 46 * d} {y}H{x + 52 * d}L{x + 72 * d} {y + 14}L{x + 52 * d} {y + 28}H{x - 46 * d}Z", tone
        )
        sheet.path(f"M{x - 30 * d} {y + 14}h{56 * d}", "none", "#f7efe0", 4)
    goat(sheet, 190, 310, 0.62, "#f3ead6", flip=True)
    grass(sheet, 120, 318, 6, 36, "#8fa05a", 20)
    grass(sheet, 350, 318, 6, 34, "#8fa05a", 20)


@scene("empty-door", 480, 360, grain=False)
def door(sheet: Sheet) -> None:
    """A door that is shut, kindly, with slippers in front of it."""
    _ground(sheet)
    sheet.box(166, 66, 148, 238, dark("#2f7d5b", 0.25), 6)
    sheet.form("M174 74H306V304H174Z", "#3f8d6a", side=6, rim=5)
    for x in (188, 246):
        for y, h in ((90, 78), (184, 96)):
            sheet.box(x, y, 46, h, dark("#3f8d6a", 0.16), 4)
            sheet.box(x, y, 46, 4, dark("#3f8d6a", 0.3), 2)
    sheet.oval(294, 196, 8, 8, "#e0a848")
    sheet.poly([(240, 92), (278, 130), (240, 168), (202, 130)], "#c8361f")
    sheet.path("M224 122h32M228 132h24M222 142h36", "none", "#f7e3b0", 5)
    sheet.path("M130 304H350L366 322H114Z", "#b5a184")
    for x in (206, 254):
        sheet.form(
            f"M{x - 16} 318C{x - 20} 300 {x - 10} 286 {x} 286C{x + 12} 286 {x + 20} 302 {x + 16} 318Z",
            "#c98a6a",
            side=4,
            rim=3,
        )
        sheet.path(
            f"M{x - 17} 304C{x - 8} 296 {x + 10} 296 {x + 17} 304C{x + 14} 290 {x + 8} 286 {x} 286C{x - 8} 286 {x - 14} 292 {x - 17} 304Z",
            "#33518c",
        )


@scene("empty-wait", 480, 360, grain=False)
def wait(sheet: Sheet) -> None:
    """A tea pot under a clock: this takes a moment, or comes again."""
    _ground(sheet)
    sheet.form(round_path(330, 128, 52), "#f9f4e8", side=8, rim=0)
    sheet.path(round_path(330, 128, 54), "none", WOOD, 10)
    sheet.path("M330 128V94M330 128L354 142", "none", INK, 6)
    sheet.oval(330, 128, 5, 5, "#c8361f")
    sheet.oval(214, 306, 110, 10, INK, opacity=0.15)
    pot = "#9c4f36"
    sheet.path("M262 214C306 196 316 274 266 274", "none", dark(pot, 0.15), 15)
    sheet.form("M122 214C96 206 86 176 78 160L98 152C110 176 124 186 142 190Z", pot, side=6, rim=4)
    sheet.form(
        "M124 240C124 196 160 172 200 172C240 172 276 196 276 240C276 282 246 304 200 304C154 304 124 282 124 240Z",
        pot,
        side=14,
        rim=8,
    )
    sheet.path("M152 182C168 164 232 164 248 182C232 190 168 190 152 182Z", dark(pot, 0.25))
    sheet.oval(200, 164, 13, 10, pot)
    closed_eyes(sheet, 196, 238, 26, "#f2d9c4", 4)
    sheet.path("M74 144c8 -14 -10 -20 0 -38M94 138c8 -14 -10 -20 0 -36", "none", "#ffffff", 6, opacity=0.95)
