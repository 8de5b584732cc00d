"""Scenes of Pea Nest: furniture the comments asked for."""

from __future__ import annotations

from sanhao.faces.ui.pictures.parts import (
    INK,
    SKIN,
    WOOD,
    bowl,
    closed_eyes,
    round_path,
    steam,
    stripes,
    tail,
    weave,
)
from sanhao.faces.ui.pictures.sheet import Sheet, dark, light, scene

PEA, AMBER, FOAM, INDIGO = "#8db255", "#e0a030", "#fff4d8", "#33518c"


def _pea(sheet: Sheet, x: float, y: float, r: float, tilt: float = 0) -> None:
    sheet.form(round_path(x, y, r), PEA, side=r * 0.22, rim=r * 0.12)
    sheet.path(
        f"M{x - r * 0.2:.0f} {y - r * 0.97:.0f}Q{x + r * 0.5:.0f} {y - r * 0.3:.0f} {x + r * 0.2:.0f} {y + r * 0.95:.0f}",
        "none",
        dark(PEA, 0.16),
        2.5,
        dash="6 6",
    )
    with sheet.group(x=x, y=y, turn=tilt):
        closed_eyes(sheet, -r * 0.1, 0, r * 0.34, "#3c5a22")
        for ex in (-0.66, 0.44):
            sheet.oval(r * ex, r * 0.18, r * 0.13, r * 0.08, "#e6a79b", opacity=0.75)


@scene("pea-pillow")
def pea_pillow(sheet: Sheet) -> None:
    """A half-open pea pod on a bed, three peas asleep inside, a fourth rolling off."""
    sheet.wall("#f3e4cc")
    sheet.path("M60 330V180C60 150 90 140 120 140H520C550 140 580 150 580 180V330Z", dark(WOOD, 0.05))
    sheet.path("M84 330V190C84 172 104 166 124 166H516C536 166 556 172 556 190V330Z", light(WOOD, 0.22))
    mattress = (
        "M20 330C120 312 520 312 620 330C632 390 632 470 622 540C480 560 160 560 18 540C8 470 8 390 20 330Z"
    )
    sheet.form(mattress, "#f3ebd3", side=16, rim=10)
    sheet.path(
        "M14 430C180 452 460 452 628 424C632 470 630 510 622 542C480 562 160 562 18 542C10 506 10 466 14 430Z",
        "#c9d5c4",
    )
    sheet.path("M14 430C180 452 460 452 628 424L627 444C460 472 180 472 14 450Z", "#e6ece0")
    for x in (44, 564):
        sheet.box(x, 552, 32, 60, dark(WOOD, 0.15), 4)
    sheet.oval(330, 424, 250, 26, INK, opacity=0.13)
    back = "M62 330C110 226 240 180 330 184C430 188 520 240 560 318C572 330 590 326 604 316C600 342 582 352 564 350C540 410 420 446 320 444C210 442 104 410 62 330Z"
    sheet.form(back, "#5e8c3a", side=18, rim=8)
    sheet.path(
        "M96 326C150 256 240 226 322 226C410 226 484 262 530 322C470 372 410 394 318 394C226 394 150 374 96 326Z",
        "#466c2a",
    )
    for x, y, r, tilt in ((196, 312, 58, -8), (316, 306, 70, 0), (434, 314, 56, 8)):
        _pea(sheet, x, y, r, tilt)
    front = "M62 330C130 368 220 384 318 384C420 384 500 366 564 330C560 400 430 446 320 446C210 446 104 412 62 330Z"
    sheet.form(front, "#7aa548", side=16, rim=9)
    sheet.path(
        "M66 334C134 372 222 388 318 388C418 388 498 370 560 336",
        "none",
        "#f7e7a6",
        7,
        dash="5 8",
        cap="butt",
    )
    sheet.path("M556 336l26 18", "none", "#c9a227", 8)
    sheet.oval(586, 357, 8, 8, "#c9a227")
    sheet.path("M62 330C44 326 32 312 30 294C46 296 60 306 70 318", "none", "#5e8c3a", 9)
    sheet.oval(150, 612, 74, 10, INK, opacity=0.16)
    _pea(sheet, 138, 548, 60, -38)
    sheet.path("M212 508q18 -10 22 -28M224 540q20 -4 30 -16", "none", "#b99f74", 5)


@scene("beer-sofa")
def beer_sofa(sheet: Sheet) -> None:
    """A sofa that is a glass of beer: amber seat, foam spilling over the back, a handle to hang a coat on."""
    sheet.wall("#d8ddcf")
    sheet.table(470, "#c79d72", edge=0)
    sheet.box(0, 456, 640, 16, "#f3ead8")
    sheet.poly([(40, 560), (560, 540), (620, 612), (16, 626)], "#9fae92")
    sheet.poly([(64, 570), (546, 551), (594, 602), (48, 614)], "#b4c1a8")
    sheet.oval(320, 566, 262, 24, INK, opacity=0.2)
    handle = "M500 300C596 280 622 330 616 398C610 470 560 500 498 488V444C540 452 566 432 570 394C574 352 556 336 500 346Z"
    sheet.form(handle, "#f2c468", side=10, rim=8)
    sheet.path("M508 310C586 296 606 338 602 392", "none", "#fff6e0", 7, opacity=0.8)
    for x in (120, 470):
        sheet.path(f"M{x} 530L{x - 4} 572H{x + 26}L{x + 30} 530Z", "#7a4b2a")
    glass = "M70 236C70 210 90 200 120 200H476C500 200 516 212 516 236L508 520C506 542 494 550 474 550H112C92 550 82 542 80 520Z"
    sheet.form(glass, "#eab94f", side=16, rim=12)
    # the seat: two amber cushions between glass arms, the front of the mug below them
    front = "M100 470H486L482 536C480 546 474 548 464 548H118C108 548 102 544 101 534Z"
    sheet.path(front, dark(AMBER, 0.2))
    sheet.path("M96 384C200 372 390 372 492 384L498 430H90Z", dark(AMBER, 0.3))
    for d in ("M92 420C92 404 104 398 120 398H276C288 398 294 404 294 416V470C294 482 288 488 276 488H112C98 488 91 482 91 470Z",
              "M296 416C296 404 302 398 314 398H470C486 398 498 404 498 420V470C498 482 491 488 478 488H314C302 488 296 482 296 470Z"):  # fmt: skip
        sheet.form(d, AMBER, side=10, rim=0)
    for d in ("M96 418C96 404 106 400 120 400H276C286 400 292 406 292 414V432C230 442 150 442 94 434Z",
              "M298 414C298 406 304 400 314 400H470C484 400 494 404 494 418V434C440 442 360 442 298 432Z"):  # fmt: skip
        sheet.path(d, light(AMBER, 0.32))
    for _ in range(34):
        gx, gy, r = (
            sheet.random.uniform(110, 480),
            sheet.random.uniform(446, 536),
            sheet.random.uniform(2.5, 6.5),
        )
        sheet.oval(gx, gy, r, r, "#ffe9a8", opacity=0.8)
    for x in (62, 478):
        arm = f"M{x} 372C{x} 344 {x + 50} 344 {x + 50} 372L{x + 48} 536C{x + 47} 548 {x + 5} 548 {x + 4} 536Z"
        sheet.form(arm, "#f2c468", side=9, rim=7)
        sheet.path(f"M{x + 13} 380L{x + 15} 520", "none", "#fff6e0", 6, opacity=0.7)
    # a pretzel for a throw cushion
    sheet.path(
        "M406 402C360 398 344 346 378 334C404 328 418 356 412 392M394 402C446 402 466 350 436 334C410 326 392 352 400 392",
        "none",
        "#6f3f1c",
        24,
    )
    sheet.path(
        "M406 400C360 396 344 346 378 334C404 328 418 356 412 390M394 400C446 400 466 350 436 334C410 326 392 352 400 390",
        "none",
        "#9c5b1e",
        17,
    )
    for x, y in ((362, 366), (378, 338), (430, 336), (448, 362), (402, 376), (384, 396), (428, 394)):
        sheet.box(x, y, 5, 4, "#fff4d8", 1, turn=x)
    foam = "M42 258C22 214 52 176 92 176C92 132 146 108 186 132C208 92 276 84 306 122C342 86 408 100 424 140C470 124 520 152 514 194C552 206 556 254 526 270C524 300 490 308 476 288C470 316 468 330 456 332C442 332 440 312 430 300C402 326 364 318 352 296C340 318 332 350 314 352C296 352 298 326 284 304C260 326 220 322 206 298C190 322 150 322 138 300C128 326 124 356 106 358C88 358 92 330 84 300C64 300 48 282 42 258Z"
    sheet.form(foam, FOAM, side=14, rim=0, depth=0.13)
    for x, y, r in (
        (124, 204, 26),
        (214, 176, 32),
        (304, 176, 24),
        (394, 176, 34),
        (464, 214, 22),
        (256, 244, 22),
        (350, 236, 26),
        (166, 254, 18),
        (440, 258, 14),
    ):
        sheet.path(
            f"M{x - r} {y + 4}C{x - r} {y - r * 0.9:.0f} {x + r * 0.6:.0f} {y - r} {x + r} {y - r * 0.2:.0f}",
            "none",
            "#ead7a8",
            4,
        )
    sheet.path("M92 300L98 510", "none", "#fff6e0", 9, opacity=0.75)
    # a tired office shoe
    sheet.oval(70, 616, 62, 8, INK, opacity=0.2)
    shoe = (
        "M30 566C40 560 60 562 66 572C78 588 106 588 118 600C122 606 120 612 114 613H26C22 600 22 578 30 566Z"
    )
    sheet.form(shoe, "#4a3a34", side=6, rim=4, shine=0.3)
    sheet.path("M24 612H118", "none", "#2a201c", 6)
    sheet.path("M66 576l14 -8M74 584l15 -7", "none", "#e7ddcc", 3)
    sheet.path("M86 566q16 -22 30 -6t22 -14", "none", "#e7ddcc", 3)


@scene("bun-stool")
def bun_stool(sheet: Sheet) -> None:
    """A steamed bun on three stubby legs; a cat's tail comes out of the pleats."""
    sheet.wall("#c9d6cf")
    sheet.table(480, "#b98c63", edge=0)
    sheet.box(0, 468, 640, 14, "#efe6d6")
    sheet.oval(336, 590, 220, 26, INK, opacity=0.18)
    sheet.oval(320, 586, 250, 34, "#d9b48c")
    sheet.oval(320, 584, 226, 28, "#e6c9a3")
    for x, lean in ((176, -10), (320, 0), (464, 10)):
        sheet.form(
            f"M{x - 24} 486L{x - 15 + lean} 586H{x + 17 + lean}L{x + 26} 486Z", "#8a5a3b", side=10, rim=5
        )
    tail(sheet, [(318, 250), (326, 190), (372, 150), (368, 96), (322, 76), (300, 98)], "#e29a4a", 28)
    for x, y in ((340, 168), (374, 130)):
        sheet.path(f"M{x - 9} {y - 7}l18 12", "none", "#a86422", 7)
    bun = "M84 436C70 330 150 240 258 222C282 204 300 214 318 226C338 210 364 206 386 222C492 244 570 336 556 436C552 500 480 522 320 522C160 522 88 500 84 436Z"
    sheet.form(bun, "#f6eedf", side=32, rim=0, depth=0.15)
    sheet.path(
        "M110 404C116 340 168 284 232 264C176 304 150 352 146 420C142 446 108 440 110 404Z",
        "#ffffff",
        opacity=0.7,
    )
    for x1, y1, x2, y2 in (
        (280, 232, 168, 306),
        (290, 236, 216, 350),
        (302, 240, 266, 372),
        (318, 242, 322, 380),
        (334, 240, 378, 370),
        (348, 236, 430, 348),
        (358, 232, 478, 306),
    ):
        sheet.path(
            f"M{x1} {y1}C{x1 + (x2 - x1) * 0.2:.0f} {y1 + 40} {x2} {y2 - 60} {x2} {y2}C{x1 + (x2 - x1) * 0.7:.0f} {y2 - 70} {x1 + (x2 - x1) * 0.3:.0f} {y1 + 50} {x1} {y1}Z",
            "#d9c6a5",
        )
    sheet.path(
        "M262 232C282 216 300 232 318 238C338 224 362 216 380 232C360 252 336 248 318 252C298 250 280 250 262 232Z",
        "#e6d6b8",
    )
    closed_eyes(sheet, 318, 424, 44, "#8a5a3b", 5)
    for x in (244, 392):
        sheet.oval(x, 444, 19, 11, "#e6a79b", opacity=0.7)
    steam(sheet, 190, 214, 108)
    steam(sheet, 476, 210, 92)


def _toast(sheet: Sheet, turn: float, x: float, y: float, size: float, *, dent: bool = False) -> None:
    with sheet.group(x=x, y=y, turn=turn, size=size):
        crust = "M-92 -70C-118 -96 -100 -142 -56 -142H56C100 -142 118 -96 92 -70V96C92 112 84 118 70 118H-70C-84 118 -92 112 -92 96Z"
        with sheet.group(x=22, y=9):
            sheet.path(crust, "#8f5a28")
        sheet.form(crust, "#b97a3a", side=6, rim=5)
        crumb = "M-76 -74C-100 -92 -84 -126 -52 -126H52C84 -126 100 -92 76 -74V88C76 98 72 102 62 102H-62C-72 102 -76 98 -76 88Z"
        sheet.form(crumb, "#f0d39b", side=8, rim=6, depth=0.1)
        for _ in range(16):
            px, py = sheet.random.uniform(-64, 60), sheet.random.uniform(-104, 90)
            sheet.oval(px, py, sheet.random.uniform(2, 5), sheet.random.uniform(1.5, 3.5), "#dcb574")
        if dent:
            sheet.path(
                "M-50 -8C-58 36 -34 62 0 46C34 62 58 36 50 -8C34 6 14 8 0 -2C-14 8 -34 6 -50 -8Z", "#dfb978"
            )
            sheet.path("M-50 -8C-34 6 -14 8 0 -2C14 8 34 6 50 -8", "none", "#c7995a", 4)


@scene("toast-cushion")
def toast(sheet: Sheet) -> None:
    """A bread bag with four slices to sit on; one is out and somebody has been sitting there."""
    sheet.wall("#bfd0d6")
    sheet.table(470, "#cfa878", edge=0)
    sheet.oval(260, 596, 190, 22, INK, opacity=0.18)
    for x, y, turn in ((214, 196, -12), (270, 182, -3), (326, 196, 8)):
        _toast(sheet, turn, x, y, 1.05)
    bag = "M112 250C140 236 170 262 204 246C240 232 272 262 306 246C340 234 372 258 404 244C416 340 420 470 408 586C320 604 190 604 108 586C98 470 100 350 112 250Z"
    sheet.form(bag, "#fbf1dc", side=22, rim=0, depth=0.16)
    with sheet.inside(bag):
        stripes(sheet, bag, "#f2d9ae", step=44, width=16, turn=4)
        sheet.path("M420 240C396 340 396 480 408 600H440V240Z", dark("#fbf1dc", 0.2), opacity=0.7)
    sheet.path(
        "M112 250C140 236 170 262 204 246C240 232 272 262 306 246C340 234 372 258 404 244",
        "none",
        "#e0c79c",
        5,
    )
    sheet.oval(256, 420, 84, 84, "#fbf1dc")
    sheet.oval(256, 420, 84, 84, "#b97a3a", opacity=0.14)
    with sheet.group(x=256, y=430, size=0.48):
        sheet.path(
            "M-92 -70C-118 -96 -100 -142 -56 -142H56C100 -142 118 -96 92 -70V96C92 112 84 118 70 118H-70C-84 118 -92 112 -92 96Z",
            "#b97a3a",
        )
        closed_eyes(sheet, 0, -12, 44, "#fbf1dc", 11)
    sheet.oval(506, 600, 116, 16, INK, opacity=0.18)
    with sheet.group(x=500, y=540, turn=0):
        sheet.path("M-122 -14C-128 24 -116 58 -90 64H92C118 58 128 22 122 -14Z", "#9c6530")
        sheet.form(
            "M-124 -16C-120 -52 -70 -66 0 -64C72 -66 122 -52 124 -16C122 18 72 32 0 30C-72 32 -122 18 -124 -16Z",
            "#b97a3a",
            side=8,
            rim=5,
        )
        sheet.path(
            "M-104 -18C-100 -44 -58 -54 0 -53C58 -54 100 -44 104 -18C100 8 58 20 0 18C-58 20 -100 8 -104 -18Z",
            "#f0d39b",
        )
        sheet.path(
            "M-58 -28C-64 -2 -34 12 0 2C34 12 64 -2 58 -28C40 -16 16 -14 0 -22C-16 -14 -40 -16 -58 -28Z",
            "#d6ac69",
        )


@scene("buckwheat-pillow")
def buckwheat(sheet: Sheet) -> None:
    """An indigo striped pillow, its zip open, hulls pouring into a bowl."""
    sheet.wall("#e6dccb")
    sheet.table(440, "#b3895f", edge=26)
    sheet.oval(300, 520, 220, 24, INK, opacity=0.17)
    pillow = "M70 196C120 178 170 200 250 190C340 180 420 172 486 190C516 200 524 220 512 262C502 306 506 350 500 396C494 430 470 436 430 430C340 418 220 440 130 436C92 436 72 420 74 384C78 330 66 280 58 232C56 212 58 202 70 196Z"
    with sheet.group(turn=-6, about=(290, 310)):
        sheet.form(pillow, INDIGO, side=26, rim=12)
        with sheet.inside(pillow):
            stripes(sheet, pillow, "#e7e4db", step=46, width=9, turn=3)
            stripes(sheet, pillow, "#8fa3cc", step=46, width=4, turn=3)
            sheet.path("M520 180C470 260 470 360 500 450H560V180Z", "#1d2f57", opacity=0.42)
            sheet.path("M60 400C200 446 400 440 520 400V460H60Z", "#1d2f57", opacity=0.35)
        for x, y, t in ((62, 200, 200), (500, 194, -30), (76, 430, 160), (488, 428, 40)):
            with sheet.group(x=x, y=y, turn=t):
                sheet.path("M0 -6C16 -12 28 -8 34 0C28 8 16 12 0 6Z", INDIGO)
    sheet.path("M404 420C440 402 470 386 492 362C500 384 480 424 440 442Z", "#20160f")
    sheet.path("M404 420C440 402 470 386 492 362", "none", "#d8b45c", 6, dash="4 5", cap="butt")
    sheet.path("M414 436C446 428 478 410 494 384", "none", "#d8b45c", 6, dash="4 5", cap="butt")
    hull = "#4a3a2e"
    bowl(sheet, 474, 520, 116, 76, "#d9d3c4", hull)
    sheet.path("M430 426C446 450 440 480 438 520H512C510 480 500 440 480 400Z", hull)
    sheet.blob(
        [(372, 520), (420, 488), (476, 470), (536, 492), (576, 520), (536, 538), (474, 544), (410, 536)], hull
    )
    for _ in range(90):
        gx = sheet.random.uniform(392, 560)
        top = 478 + abs(gx - 476) * 0.34
        gy = sheet.random.uniform(top, 534)
        tone = ("#6d5744", "#33271e", "#8b7158")[sheet.random.randrange(3)]
        turn = sheet.random.uniform(0, 180)
        sheet.oval(gx, gy, 7, 4, tone, turn=turn)
    for _ in range(26):
        gx, gy = sheet.random.uniform(438, 508), sheet.random.uniform(420, 490)
        sheet.oval(
            gx,
            gy,
            6,
            3.6,
            ("#6d5744", "#8b7158")[sheet.random.randrange(2)],
            turn=sheet.random.uniform(0, 180),
        )
    for x, y in ((346, 596), (366, 610), (330, 612), (600, 604), (586, 616)):
        sheet.oval(x, y, 7, 4, hull, turn=x)


@scene("linen-quilt")
def linen(sheet: Sheet) -> None:
    """A rumpled jade-grey linen quilt on a low bed, one bare foot sticking out."""
    sheet.wall("#efe5d4")
    sheet.box(50, 110, 540, 200, dark(WOOD, 0.06), 20)
    sheet.box(74, 134, 492, 190, light(WOOD, 0.2), 12)
    sheet.table(520, "#c3a17a", edge=0)
    for x, turn in ((100, -4), (330, 3)):
        pillow = f"M{x} 250C{x + 30} 232 {x + 170} 230 {x + 206} 248C{x + 220} 270 {x + 216} 330 {x + 202} 352C{x + 160} 366 {x + 40} 366 {x + 4} 350C{x - 10} 326 {x - 12} 272 {x} 250Z"
        with sheet.group(turn=turn, about=(x + 100, 300)):
            sheet.form(pillow, "#f7f3ea", side=14, rim=0, depth=0.12)
            weave(sheet, pillow, "#f7f3ea", opacity=0.3)
    hair = "M190 300C186 266 216 246 250 250C284 252 300 278 296 304Z"
    sheet.path(hair, "#3a2a20")
    sheet.oval(246, 306, 44, 34, SKIN)
    sheet.path("M196 300C198 262 228 250 254 254C280 256 298 276 294 300C270 280 224 280 196 300Z", "#3a2a20")
    closed_eyes(sheet, 246, 308, 17, "#5b3a28", 3.5, smile=False)
    sheet.form("M14 372C120 352 520 352 628 372L634 560H8Z", "#f3ebdc", side=10, rim=0)
    for x in (34, 572):
        sheet.box(x, 556, 34, 50, dark(WOOD, 0.15), 4)
    # the foot, before the quilt that covers its ankle
    sheet.form(
        "M486 500C520 496 552 500 560 522C566 548 560 584 552 606C546 622 520 620 516 604C514 580 504 552 484 540Z",
        SKIN,
        side=8,
        rim=5,
        depth=0.16,
    )
    for i, r in enumerate((11, 8, 7.5, 7, 6)):
        sheet.oval(
            556 - i * 11 + (4 if i else 0),
            610 + i * 1.5 - (6 if i == 4 else 0),
            r,
            r,
            SKIN if i % 2 else light(SKIN, 0.12),
        )
    quilt = "M6 400C60 360 120 336 190 330C240 322 280 330 320 326C420 318 520 330 566 352C612 366 634 400 634 440C640 480 630 520 600 536C570 548 540 520 500 530C450 544 420 584 370 580C320 578 300 552 250 562C190 574 140 600 90 586C40 574 4 560 4 520Z"
    sheet.form(quilt, "#a9b9ac", side=18, rim=12, depth=0.2)
    with sheet.inside(quilt):
        weave(sheet, quilt, "#a9b9ac", opacity=0.35)
        for d in (
            "M150 344C190 400 150 460 210 520C170 470 120 430 150 344Z", "M300 334C330 400 420 420 440 500C380 460 320 420 300 334Z",
            "M470 336C480 400 560 420 590 480C520 460 470 420 470 336Z", "M70 392C100 440 70 500 110 560C60 520 40 450 70 392Z",
            "M230 440C270 470 280 520 330 560C270 540 230 500 230 440Z",
        ):  # fmt: skip
            sheet.path(d, "#7d9185", opacity=0.75)
        for d in (
            "M206 340C240 390 230 440 280 480",
            "M380 336C400 380 460 400 500 440",
            "M110 380C130 420 120 470 150 520",
        ):
            sheet.path(d, "none", "#ccd7cc", 9, opacity=0.8)
    sheet.path("M190 334C230 326 280 332 322 328L326 350C280 356 234 350 188 358Z", "#c6d2c7")
