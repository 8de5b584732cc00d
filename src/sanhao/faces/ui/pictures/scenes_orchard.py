"""Scenes of One Mu Orchard: fruit with character."""

from __future__ import annotations

import math

from sanhao.faces.ui.pictures.parts import INK, WOOD, leaf, orange, planks, round_path, strawberry
from sanhao.faces.ui.pictures.sheet import Sheet, dark, light, scene

ORANGE, MANDARIN, LEMON, KIWI = "#f08a24", "#e98a15", "#f3d33c", "#8fa64a"


@scene("jelly-orange")
def jelly(sheet: Sheet) -> None:
    """A crate of glossy oranges; one is cut open, has a straw in it, and wobbles."""
    sheet.wall("#cfd9bd")
    sheet.table(460, "#caa172", edge=24)
    sheet.oval(300, 560, 250, 24, INK, opacity=0.18)
    sheet.box(60, 290, 490, 70, dark(ORANGE, 0.42), 10)
    for x, y, r in ((140, 262, 62), (262, 240, 66), (386, 246, 64), (488, 276, 54)):
        orange(sheet, x, y, r, ORANGE, turn=x % 40 - 20, green=x in (262, 488))
    for x, y, r in ((96, 316, 54), (196, 312, 60), (318, 310, 64), (430, 318, 58), (520, 330, 44)):
        orange(sheet, x, y, r, ORANGE, turn=x % 60 - 30, green=x == 196)
    sheet.box(52, 342, 506, 218, dark(WOOD, 0.4), 4)
    planks(sheet, 44, 338, 522, 220, 3, "#d2a26a")
    for x in (44, 532):
        sheet.box(x, 332, 34, 232, dark("#d2a26a", 0.16), 4)
        for y in (362, 438, 512):
            sheet.oval(x + 17, y, 4, 4, "#6d5232")
    leaf(sheet, 330, 428, 70, 24, -24, "#4f7a3a")
    sheet.oval(300, 440, 38, 36, ORANGE, opacity=0.9)
    leaf(sheet, 306, 406, 44, 14, -30, "#4f7a3a")
    # the one with the straw
    sheet.oval(478, 612, 112, 14, INK, opacity=0.22)
    for i, tone in ((2, 0.18), (1, 0.3)):
        sheet.path(
            f"M{356 - i * 16} 520q-10 26 2 52M{576 + i * 16} 520q10 26 -2 52",
            "none",
            "#ffffff",
            5,
            opacity=0.35 + tone,
        )
    cup = "M370 500C372 560 406 612 468 612C530 612 566 560 568 500Z"
    sheet.form(cup, ORANGE, side=16, rim=9)
    sheet.path("M516 500L560 386L592 372", "none", "#f6efe0", 15)
    sheet.path("M516 500L560 386L592 372", "none", "#c8361f", 15, dash="9 11", cap="butt")
    sheet.oval(469, 500, 99, 34, "#ffdca0")
    sheet.oval(469, 500, 86, 27, "#ffb04a")
    for i in range(10):
        a, b = i * math.tau / 10, (i + 0.8) * math.tau / 10
        d = f"M469 500L{469 + 80 * math.cos(a):.0f} {500 + 25 * math.sin(a):.0f}L{469 + 80 * math.cos(b):.0f} {500 + 25 * math.sin(b):.0f}Z"
        sheet.path(d, "#f58f1f" if i % 2 else "#f9a238", "#ffcf86", 2)
    sheet.path("M512 500L526 464", "none", "#f6efe0", 15)
    sheet.path("M512 500L526 464", "none", "#c8361f", 15, dash="9 11", cap="butt")
    sheet.oval(430, 492, 20, 5, "#fff3d6", opacity=0.8)


def _ugly(sheet: Sheet, x: float, y: float, s: float, mood: str) -> None:
    with sheet.group(x=x, y=y, size=s):
        d = "M-26 -150C-34 -116 -74 -104 -98 -66C-128 -22 -122 46 -84 78C-50 106 54 108 88 76C124 42 126 -24 98 -66C76 -102 36 -114 28 -150C22 -166 -20 -166 -26 -150Z"
        sheet.form(d, MANDARIN, side=18, rim=11)
        for px, py, r in (
            (-70, -40, 9),
            (-48, 52, 7),
            (30, -84, 8),
            (76, -24, 9),
            (60, 46, 10),
            (-92, 12, 7),
            (-18, -112, 6),
            (10, 76, 7),
            (88, 20, 6),
            (-30, -70, 6),
        ):
            sheet.oval(px, py, r, r * 0.8, dark(MANDARIN, 0.16))
            sheet.oval(px - 2, py - 2, r * 0.7, r * 0.5, light(MANDARIN, 0.3))
        sheet.oval(1, -160, 24, 9, "#6b8e23")
        sheet.path("M0 -162q-4 -16 4 -28", "none", "#5b6a2a", 8)
        leaf(sheet, 4, -172, 62, 17, -18 if mood != "proud" else -150, "#6b8e23")
        for ex in (-30, 30):
            sheet.oval(ex, -8, 7, 9 if mood != "shy" else 4, INK)
            sheet.oval(ex - 2, -11, 2.4, 2.4, "#ffffff")
        for ex in (-58, 58):
            sheet.oval(ex, 18, 13, 8, "#d8562a", opacity=0.5)
        mouths = {"proud": "M-22 22q22 20 44 0", "stern": "M-18 30q18 -10 36 0", "shy": "M-10 26q10 8 20 0"}
        sheet.path(mouths[mood], "none", INK, 5)
        if mood == "stern":
            sheet.path("M-44 -26l22 6M44 -26l-22 6", "none", INK, 5)


@scene("ugly-mandarin")
def mandarins(sheet: Sheet) -> None:
    """Three knobbly mandarins pose for a family photograph, the smallest in front."""
    sheet.wall("#a9bcc0", window=False)
    sheet.path("M0 0H120C90 120 110 330 60 520H0Z", "#8d3b30")
    sheet.path("M30 0C24 160 40 330 14 520M70 0C62 160 76 300 44 520", "none", "#702a22", 6)
    sheet.path("M640 0H520C550 120 530 330 580 520H640Z", "#8d3b30")
    sheet.path("M610 0C616 160 600 330 626 520M570 0C578 160 564 300 596 520", "none", "#702a22", 6)
    sheet.oval(320, 280, 230, 230, "#c9d6d4", opacity=0.7)
    sheet.table(500, "#b98a57", edge=20)
    sheet.path("M60 520C180 486 460 486 580 520C600 560 590 590 560 600H80C50 590 40 560 60 520Z", "#e4cfa4")
    sheet.oval(200, 524, 120, 16, INK, opacity=0.2)
    sheet.oval(458, 524, 140, 16, INK, opacity=0.2)
    _ugly(sheet, 186, 412, 1.06, "stern")
    _ugly(sheet, 438, 396, 1.2, "proud")
    with sheet.group(x=438, y=468):
        sheet.path(
            "M-2 0C-30 -22 -44 -10 -40 8C-40 22 -20 18 -2 4C16 18 38 22 38 8C42 -10 26 -22 -2 0Z", "#c8361f"
        )
        sheet.oval(-1, 3, 8, 8, "#8d2717")
    sheet.oval(318, 598, 76, 12, INK, opacity=0.2)
    _ugly(sheet, 312, 542, 0.7, "shy")


@scene("red-kiwi")
def kiwi(sheet: Sheet) -> None:
    """A halved kiwi with a small sunrise in it, on a saucer; two more in a bag with an apple."""
    sheet.wall("#e8d9c6")
    sheet.table(440, "#c59d70", edge=24)
    sheet.oval(420, 524, 180, 20, INK, opacity=0.16)
    # apple and kiwis look out of the bag
    sheet.form(
        "M430 214C396 190 352 212 352 262C352 316 388 348 424 338C462 348 496 314 496 262C496 214 460 192 430 214Z",
        "#c8361f",
        side=14,
        rim=9,
    )
    sheet.path("M428 220q2 -26 16 -38", "none", "#5b4030", 7)
    leaf(sheet, 434, 202, 50, 14, -16, "#6f8f3e")
    for x, y, turn in ((346, 280, -20), (508, 284, 24)):
        with sheet.group(x=x, y=y, turn=turn):
            sheet.form(round_path(0, 0, 52, 66), "#8d6b45", side=12, rim=6)
            for _ in range(34):
                px, py = sheet.random.uniform(-38, 38), sheet.random.uniform(-50, 50)
                sheet.path(f"M{px:.0f} {py:.0f}l3 -7", "none", "#6a4d2e", 2, opacity=0.7)
            sheet.oval(0, -62, 9, 5, "#4f3a24")
    bag = "M286 300L312 288L336 304L362 290L388 306L414 290L440 306L466 290L492 304L516 290L540 302C552 380 556 450 548 516C480 534 350 534 282 516C276 440 278 370 286 300Z"
    sheet.form(bag, "#c99c68", side=20, rim=10)
    sheet.path(
        "M400 310C392 380 404 450 396 526M330 310C340 380 326 440 334 524",
        "none",
        dark("#c99c68", 0.18),
        4,
        opacity=0.6,
    )
    sheet.box(360, 388, 116, 74, "#f6efe0", 5, turn=-3)
    sheet.path("M384 446q6 -34 34 -36t36 32", "none", "#8fa64a", 6)
    sheet.path("M376 448H458", "none", "#8a6a45", 5)
    # saucer
    sheet.oval(214, 566, 196, 40, INK, opacity=0.18)
    sheet.oval(204, 552, 190, 40, "#f7f3ea")
    sheet.oval(204, 546, 150, 27, "#dfe6dc")
    sheet.oval(204, 545, 142, 23, "#eef1e8")
    with sheet.group(x=196, y=428):
        sheet.form(round_path(6, 6, 130, 122), "#7a5a3a", side=14, rim=0)
        sheet.oval(-4, 0, 124, 116, "#b7c765")
        sheet.oval(-4, 0, 112, 104, KIWI)
        sheet.oval(-4, 0, 104, 96, "#a3b957")
        for i in range(28):
            a = i * math.tau / 28
            sheet.path(
                f"M{-4 + 46 * math.cos(a):.0f} {42 * math.sin(a):.0f}L{-4 + 98 * math.cos(a):.0f} {90 * math.sin(a):.0f}",
                "none",
                "#c5d37f",
                3,
            )
        points = []
        for i in range(28):
            a, r = i * math.tau / 28, (72 if i % 2 else 50)
            points.append((-4 + r * math.cos(a), r * 0.92 * math.sin(a)))
        sheet.blob(points, "#c8361f")
        sheet.oval(-4, 0, 44, 40, "#dd5a3c")
        sheet.oval(-4, 0, 34, 30, "#f7efcf")
        for i in range(26):
            a = (i + 0.5) * math.tau / 26
            with sheet.group(x=-4 + 60 * math.cos(a), y=55 * math.sin(a), turn=math.degrees(a)):
                sheet.oval(0, 0, 7, 3.6, "#2b1d16")
        sheet.oval(-60, -62, 20, 9, "#fffbe8", turn=-42, opacity=0.7)
    sheet.path("M330 574C350 560 384 552 420 556", "none", "#9aa0a3", 7)
    sheet.oval(442, 558, 27, 14, "#b4babc")
    sheet.oval(440, 556, 18, 8, "#8d9396")


@scene("dawn-strawberry")
def strawberries(sheet: Sheet) -> None:
    """A tray of strawberries, each in its own nest, lit by a head lamp under a dark morning sky."""
    sheet.wall("#22335c", window=False)
    sheet.path("M0 250C160 210 420 230 640 200V640H0Z", "#2c416f")
    sheet.path("M0 232C200 196 440 214 640 178V250C420 250 160 260 0 290Z", "#d98a6a", opacity=0.5)
    sheet.path("M0 270C160 240 420 262 640 224V640H0Z", "#1f2f4d")
    for _ in range(26):
        x, y, r = sheet.random.uniform(0, 640), sheet.random.uniform(10, 170), sheet.random.uniform(1, 2.6)
        sheet.oval(x, y, r, r, "#f3e8c8", opacity=0.85)
    for k in range(6):
        sheet.path(
            f"M{k * 130 - 70} 640C{k * 100 + 20} 440 {k * 60 + 150} 330 {k * 30 + 236} 276",
            "none",
            "#182640",
            16,
        )
    sheet.poly([(120, 118), (30, 640), (640, 640), (610, 420)], "#ffe9a8", opacity=0.16)
    sheet.poly([(120, 118), (70, 640), (600, 640), (540, 420)], "#ffe9a8", opacity=0.16)
    tray = "M96 386L540 372L600 566C420 600 220 604 52 580Z"
    sheet.oval(330, 590, 280, 24, "#0d1628", opacity=0.5)
    sheet.form(tray, "#c9a77c", side=12, rim=6)
    sheet.path("M112 400L528 386L580 550C410 580 230 584 74 562Z", "#a98558")
    for row in range(3):
        for col in range(4):
            x = 148 + col * 112 + (row - 1) * (col - 1.5) * 12
            y = 424 + row * 54
            size = 36 + row * 4
            sheet.oval(x + 3, y + size * 0.5, size * 1.32, size * 0.62, "#e8dcc2")
            sheet.oval(x + 3, y + size * 0.42, size * 1.12, size * 0.48, "#b9a88a")
            strawberry(sheet, x, y, size, "#d6333b", sheet.random.uniform(-24, 24))
            sheet.path(
                f"M{x - size * 1.26:.0f} {y + size * 0.52:.0f}q{size * 0.3:.0f} {size * 0.3:.0f} {size * 0.6:.0f} {size * 0.1:.0f}t{size * 0.66:.0f} {size * 0.14:.0f}t{size * 0.66:.0f} {-size * 0.04:.0f}t{size * 0.6:.0f} {-size * 0.2:.0f}q-10 {size * 0.62:.0f} {-size * 1.26:.0f} {size * 0.62:.0f}t{-size * 1.26:.0f} {-size * 0.62:.0f}Z",
                "#f6efe0",
            )
    # the head lamp, strap and all, with nobody under it
    sheet.path("M10 92C60 60 130 58 214 96", "none", "#c8361f", 20)
    sheet.path("M10 92C60 60 130 58 214 96", "none", "#e98a6a", 5, opacity=0.7)
    with sheet.group(x=120, y=98, turn=-28):
        sheet.box(-40, -30, 76, 58, "#3a3f49", 14)
        sheet.box(-34, -26, 30, 48, "#565d6a", 10)
        sheet.oval(22, 0, 24, 28, "#fff6d8")
        sheet.oval(22, 0, 15, 18, "#ffffff")
    sheet.oval(134, 108, 62, 58, "#fff1b8", opacity=0.28)


@scene("loquat-branch")
def loquats(sheet: Sheet) -> None:
    """Loquats on the branch in a shallow basket; one leaf keeps the page in a book."""
    sheet.wall("#d7dfd0")
    sheet.table(450, "#b78d60", edge=24)
    sheet.oval(300, 552, 240, 24, INK, opacity=0.18)
    sheet.oval(305, 424, 250, 42, dark("#c9a77c", 0.42))
    sheet.path("M60 430C120 372 480 366 550 424", "none", dark("#c9a77c", 0.3), 13)
    sheet.path("M92 220C180 240 250 262 316 330", "none", "#6d5138", 16)
    sheet.path("M92 220C180 240 250 262 316 330", "none", "#8a6b4b", 7)
    for x, y, length, turn in (
        (110, 226, 150, -62),
        (150, 236, 168, -30),
        (196, 246, 150, 40),
        (250, 270, 178, -16),
        (306, 320, 190, -8),
        (150, 240, 120, 96),
        (290, 300, 150, -58),
    ):
        leaf(sheet, x, y, length, 30, turn, "#3f6b3f")
    for x, y in (
        (236, 330),
        (300, 300),
        (366, 332),
        (420, 372),
        (196, 378),
        (262, 392),
        (330, 386),
        (396, 424),
        (460, 420),
        (150, 426),
    ):
        sheet.path(f"M{x} {y - 40}Q{300} {300} 300 318", "none", "#6d5138", 5)
    for x, y, turn in (
        (236, 336, -10),
        (302, 308, 6),
        (366, 340, 14),
        (424, 382, 30),
        (194, 386, -24),
        (262, 398, -4),
        (332, 394, 8),
        (398, 428, 20),
        (466, 428, 30),
        (146, 430, -30),
    ):
        with sheet.group(x=x, y=y, turn=turn):
            sheet.form(
                "M-36 -6C-36 -34 -16 -46 0 -46C16 -46 36 -34 36 -6C36 28 18 46 0 46C-18 46 -36 28 -36 -6Z",
                "#f2b440",
                side=9,
                rim=6,
            )
            sheet.path("M-7 40L0 47L7 40L4 48H-4Z", "#6a4a22")
            sheet.oval(-13, -20, 8, 12, "#fff0c2", turn=20, opacity=0.6)
    basket = "M48 424C150 470 460 472 562 424C556 500 520 552 470 556H140C90 552 54 500 48 424Z"
    sheet.form(basket, "#c9a77c", side=18, rim=9)
    with sheet.inside(basket):
        for row in range(6):
            for col in range(24):
                x, y = 30 + col * 24 + (row % 2) * 12, 440 + row * 22
                sheet.path(f"M{x} {y}q12 -9 24 0", "none", dark("#c9a77c", 0.26), 5, opacity=0.75)
    sheet.path("M48 424C150 470 460 472 562 424", "none", dark("#c9a77c", 0.12), 14)
    sheet.path("M48 422C150 466 460 468 562 422", "none", light("#c9a77c", 0.3), 5)
    # the book
    sheet.oval(508, 606, 112, 12, INK, opacity=0.18)
    sheet.path("M392 566L560 556L614 592L440 606Z", "#33518c")
    sheet.path("M440 606L614 592V604L440 619Z", "#f7f3ea")
    sheet.path("M392 566L440 606V619L392 580Z", "#263f70")
    sheet.path("M440 619L614 604", "none", "#33518c", 5)
    leaf(sheet, 520, 606, 96, 14, 14, "#3f6b3f")
    sheet.path("M434 578L534 571", "none", "#8fa9e0", 4)
    sheet.path("M452 590L520 585", "none", "#8fa9e0", 4)


def _lemon(sheet: Sheet, x: float, y: float, s: float, turn: float) -> None:
    with sheet.group(x=x, y=y, turn=turn, size=s):
        sheet.form(
            "M-128 6C-122 -8 -112 -14 -104 -28C-80 -82 60 -88 96 -34C104 -20 118 -16 130 -4C136 4 130 14 120 16C108 20 102 26 94 36C56 86 -72 82 -102 32C-110 20 -134 22 -128 6Z",
            LEMON,
            side=16,
            rim=10,
        )
        for _ in range(28):
            px, py = sheet.random.uniform(-88, 84), sheet.random.uniform(-44, 46)
            sheet.oval(px, py, 2.6, 2, "#c9a51c", opacity=0.7)
        sheet.oval(-44, -40, 26, 9, "#fffbe0", turn=-14, opacity=0.85)


@scene("lemons")
def lemons(sheet: Sheet) -> None:
    """One proud lemon on a far too large plate; a net of lemons waits behind it."""
    sheet.wall("#b9cfd6")
    sheet.table(352, "#e6d9c3", edge=22)
    sheet.oval(478, 376, 150, 16, INK, opacity=0.15)
    for x, y, t in (
        (404, 330, 20),
        (500, 340, -14),
        (448, 262, -30),
        (536, 270, 30),
        (480, 200, 8),
        (560, 334, 50),
    ):
        _lemon(sheet, x, y, 0.5, t)
    net = "M474 60C470 96 452 120 420 170C372 244 340 300 348 348C356 384 400 392 470 392C550 392 600 386 606 344C612 300 570 230 532 168C506 124 492 96 490 60Z"
    tile = '<path d="M0 9L9 0L18 9L9 18Z" fill="none" stroke="#c8361f" stroke-width="1.7"/>'
    sheet.texture(net, tile, 18, 18, opacity=0.8)
    sheet.path(net, "none", "#c8361f", 3)
    sheet.box(464, 50, 34, 20, "#3f6b3f", 5)
    sheet.path("M470 52C452 30 462 14 480 22C500 12 510 30 492 52", "none", "#c8361f", 5)
    sheet.oval(322, 556, 308, 54, INK, opacity=0.14)
    sheet.oval(306, 538, 292, 66, "#f7f5ef")
    sheet.oval(306, 530, 292, 62, "#ffffff")
    sheet.oval(306, 530, 214, 42, "#dbe3e4")
    sheet.oval(306, 533, 208, 38, "#eef2f1")
    sheet.path("M40 532C46 508 100 484 180 476", "none", "#33518c", 5, opacity=0.8)
    sheet.path("M572 528C566 510 520 488 450 478", "none", "#33518c", 5, opacity=0.8)
    sheet.oval(316, 548, 104, 13, INK, opacity=0.2)
    _lemon(sheet, 300, 492, 0.82, -6)
    leaf(sheet, 196, 494, 66, 18, -150, "#5d8a4a")
