"""Scenes of Qingcao Cashmere: what becomes of a goat and a blade of grass."""

from __future__ import annotations

from sanhao.faces.ui.pictures.parts import INK, WOOD, goat, grass, knit, ribs, round_path
from sanhao.faces.ui.pictures.sheet import Sheet, dark, light, scene

OAT, BRICK, MOSS, CREAM = "#d9c7a7", "#b5533c", "#6e7f5b", "#efe6d2"


@scene("cashmere-sweater")
def sweater(sheet: Sheet) -> None:
    """Oat crew neck on a wooden hanger, sleeves a little too long, a blade of grass in the cuff."""
    sheet.wall("#b7c0a4")
    sheet.box(0, 590, 640, 50, "#8d9a78")
    sheet.oval(352, 596, 190, 12, INK, opacity=0.16)
    sheet.box(0, 96, 640, 16, WOOD)
    sheet.box(0, 96, 640, 5, light(WOOD, 0.4))
    sheet.path("M322 146V118c0-18-14-22-14-40s28-24 32-4", "none", "#6d665c", 7)
    sheet.path("M196 208C240 176 292 150 320 146C348 150 400 176 444 208", "none", dark(WOOD, 0.1), 17)
    left = "M204 190C160 208 138 300 118 412C108 470 98 528 98 572C114 588 142 588 158 574C168 508 192 420 214 344Z"
    right = "M436 190C480 208 504 302 522 414C532 476 544 546 546 600C530 614 500 612 486 600C476 524 450 424 426 344Z"
    body = "M258 158C282 190 358 190 382 158C410 166 440 176 458 196C470 300 458 420 454 514C404 530 236 530 186 514C182 420 170 300 182 196C200 176 230 166 258 158Z"
    with sheet.group(x=20, y=14, opacity=0.14):
        for d in (left, right, body):
            sheet.path(d, INK)
    for d in (left, right):
        sheet.form(d, OAT, side=13, rim=8)
        knit(sheet, d, OAT)
    sheet.form(body, OAT, side=14, rim=10)
    knit(sheet, body, OAT)
    for d, turn in (
        (
            "M100 538C97 550 98 562 98 572C114 588 142 588 158 574C159 566 161 554 163 542C142 552 118 550 100 538Z",
            6,
        ),
        (
            "M482 566C484 580 485 590 486 600C500 612 530 614 546 600C546 588 545 576 543 564C524 576 500 576 482 566Z",
            -6,
        ),
        (
            "M187 486C187 496 186 506 186 514C236 530 404 530 454 514C454 506 455 496 455 486C404 502 236 502 187 486Z",
            0,
        ),
    ):
        sheet.path(d, light(OAT, 0.15))
        ribs(sheet, d, OAT, turn=turn)
    neck = "M250 160C276 206 364 206 390 160L378 154C356 186 284 186 262 154Z"
    sheet.path("M262 154C284 186 356 186 378 154C350 142 290 142 262 154Z", dark(OAT, 0.34))
    sheet.path(neck, light(OAT, 0.18))
    ribs(sheet, neck, OAT)
    sheet.path("M520 596C548 566 572 560 604 520C590 566 566 590 528 604Z", "#7e8f5a")
    sheet.path("M524 600C548 576 576 564 602 522", "none", "#5d6d3e", 2.5)


@scene("cashmere-scarf")
def scarf(sheet: Sheet) -> None:
    """A brick-red scarf blown sideways around an empty coat stand."""
    sheet.wall("#cdd5d4")
    sheet.table(540, "#b49c80", edge=0)
    for y, x, w in ((120, 300, 150), (168, 420, 180), (430, 350, 170), (76, 470, 110)):
        sheet.path(
            f"M{x} {y}q{w * 0.3:.0f} -14 {w * 0.6:.0f} 0t{w * 0.4:.0f} -2", "none", "#ffffff", 5, opacity=0.65
        )
    sheet.cast(200, 604, 100, 14)
    wood = "#5b4a3f"
    for d in ("M196 520C190 560 150 580 120 604", "M200 520C204 566 240 584 276 604", "M198 520V612"):
        sheet.path(d, "none", dark(wood, 0.1), 15)
    low = "M190 236C260 206 300 300 372 310C446 320 470 262 556 286L548 396C480 376 452 420 366 412C284 402 252 322 196 330Z"
    sheet.form(low, dark(BRICK, 0.18), side=12, rim=6)
    for i in range(9):
        gy = 292 + i * 12.5
        sheet.path(
            f"M553 {gy:.0f}q22 {-6 + i % 3 * 5} {38 + i % 2 * 12} {2 + i % 3 * 3}",
            "none",
            dark(BRICK, 0.1),
            5,
        )
    sheet.box(186, 84, 26, 448, wood, 10)
    sheet.box(189, 84, 8, 448, light(wood, 0.25), 4)
    sheet.oval(199, 78, 20, 20, wood)
    sheet.oval(193, 72, 7, 7, light(wood, 0.4))
    for d in (
        "M196 130C160 128 134 116 122 92",
        "M202 130C238 128 262 116 276 92",
        "M196 164C168 172 146 166 136 150",
    ):
        sheet.path(d, "none", wood, 12)
    high = "M168 204C240 164 296 226 362 212C436 196 452 120 560 142L566 246C488 236 470 300 380 316C300 330 250 276 176 318C152 286 152 236 168 204Z"
    sheet.form(high, BRICK, side=15, rim=9)
    knit(sheet, high, BRICK, size=13, opacity=0.45)
    with sheet.inside(high):
        for x in (496, 526):
            sheet.path(f"M{x} 110C{x - 14} 170 {x - 8} 220 {x} 270", "none", "#e2b59f", 13)
    sheet.path(
        "M176 208C214 232 220 276 182 312C214 300 250 288 262 292C282 262 270 216 244 192C222 190 196 194 176 208Z",
        dark(BRICK, 0.12),
    )
    sheet.path(
        "M184 214C216 236 222 270 196 300C222 292 240 286 250 286C266 258 256 222 236 202C218 200 200 204 184 214Z",
        BRICK,
    )
    for i in range(10):
        gy = 150 + i * 10.5
        sheet.path(
            f"M562 {gy:.0f}q24 {-8 + i % 4 * 4} {40 + i % 3 * 12} {-6 + i % 3 * 4}",
            "none",
            BRICK if i % 2 else "#e2b59f",
            5,
        )


@scene("cashmere-shawl")
def shawl(sheet: Sheet) -> None:
    """A goat whose fleece runs on as a shawl, still on the loom; an iron comb beside it."""
    sheet.wall("#cfe0e2")
    sheet.oval(150, 130, 66, 66, "#fff4d3", opacity=0.9)
    sheet.path("M0 420C120 372 250 400 360 384C470 368 560 384 640 372V640H0Z", "#a9b583")
    sheet.path("M0 470C160 440 330 470 640 430V640H0Z", "#8f9f66")
    wood = "#9b744a"
    sheet.oval(440, 588, 220, 18, INK, opacity=0.14)
    for x in (404, 596):
        sheet.box(x, 150, 20, 440, wood, 5)
        sheet.box(x, 150, 7, 440, light(wood, 0.35), 3)
    sheet.box(386, 176, 250, 18, dark(wood, 0.08), 8)
    for i in range(20):
        gx = 426 + i * 8.8
        sheet.path(f"M{gx:.1f} 194V540", "none", CREAM, 2.4, opacity=0.9)
    cloth = "M250 366C300 356 350 360 424 330C480 322 540 326 596 322V524C540 532 480 528 424 536C392 500 330 452 262 452Z"
    sheet.form(cloth, CREAM, side=12, rim=8, depth=0.14)
    with sheet.inside(cloth):
        for i in range(16):
            y = 336 + i * 14
            sheet.path(
                f"M250 {y + 26}C340 {y + 8} 420 {y - 2} 600 {y - 10}", "none", "#c9b48c", 2, opacity=0.7
            )
        for y in (470, 496):
            sheet.path(f"M400 {y}C480 {y - 6} 540 {y - 4} 600 {y - 8}", "none", "#c9b48c", 9)
    sheet.box(398, 292, 210, 15, dark(wood, 0.2), 7, turn=-2)
    for i in range(11):
        sheet.path(f"M{430 + i * 16} 536q4 26 {-3 + i % 3 * 4} 44", "none", CREAM, 5)
    sheet.oval(176, 590, 150, 15, INK, opacity=0.16)
    goat(sheet, 214, 588, 0.98, CREAM)
    with sheet.group(x=330, y=600, turn=-14):
        sheet.box(-4, -96, 12, 60, wood, 5)
        sheet.box(-32, -44, 68, 12, "#5f6266", 4)
        for i in range(7):
            sheet.path(f"M{-27 + i * 10} -34v28q0 8 -7 8", "none", "#5f6266", 4)
    grass(sheet, 60, 604, 7, 60, "#6f7f4f")
    grass(sheet, 570, 622, 7, 54, "#6f7f4f")


@scene("custom-cardigan")
def cardigan(sheet: Sheet) -> None:
    """Half a moss-green cardigan on a dress form, a tape measure, five odd buttons."""
    sheet.wall("#e7d8c4")
    sheet.table(560, "#b8926a", edge=22)
    sheet.cast(320, 606, 110, 14)
    sheet.box(312, 480, 16, 110, "#7a5636", 4)
    sheet.path("M250 604C260 584 300 578 320 578C340 578 380 584 390 604Z", "#7a5636")
    form = "M282 92C280 124 270 142 236 156C196 170 182 206 196 262C206 304 222 330 220 368C218 410 206 446 214 496C270 514 370 514 426 496C434 446 422 410 420 368C418 330 434 304 444 262C458 206 444 170 404 156C370 142 360 124 358 92Z"
    sheet.form(form, "#efe3cf", side=20, rim=10)
    sheet.oval(320, 88, 40, 12, "#7a5636")
    sheet.oval(320, 84, 14, 12, "#8f6740")
    sheet.path("M320 100V506", "none", "#cdb898", 2.5, dash="7 7")
    sleeve = "M216 166C168 196 148 300 138 404C136 420 134 438 134 450C152 462 176 460 190 448C198 390 210 330 222 292Z"
    sheet.form(sleeve, MOSS, side=12, rim=8)
    knit(sheet, sleeve, MOSS)
    half = "M270 142C284 210 300 256 318 284V528C280 534 236 532 198 520C202 440 208 400 206 350C200 290 178 220 212 168C230 154 250 148 270 142Z"
    sheet.form(half, MOSS, side=10, rim=10)
    knit(sheet, half, MOSS)
    for d in ("M198 494C197 504 197 512 198 520C236 532 280 534 318 528V500C280 508 236 506 198 494Z",
              "M136 422C135 434 134 442 134 450C152 462 176 460 190 448C191 440 192 430 194 420C176 432 152 432 136 422Z"):  # fmt: skip
        sheet.path(d, light(MOSS, 0.14))
        ribs(sheet, d, MOSS)
    band = "M270 142C284 210 300 256 318 284V528L338 526V278C316 246 298 200 286 138Z"
    sheet.path(band, light(MOSS, 0.2))
    ribs(sheet, band, MOSS, step=7, turn=90)
    part = "M338 300C372 306 400 304 430 292C424 316 416 340 418 366C420 382 422 398 424 410C396 420 366 420 338 416Z"
    sheet.form(part, MOSS, side=6, rim=0)
    knit(sheet, part, MOSS)
    for i in range(9):
        x = 344 + i * 10
        sheet.oval(x, 297 + (i % 2), 5.5, 7, light(MOSS, 0.25))
    for d in ("M322 292L446 272", "M330 286L452 300"):
        sheet.path(d, "none", "#c9a05f", 7)
    sheet.oval(450, 271, 8, 8, "#c8361f")
    sheet.oval(456, 301, 8, 8, "#c8361f")
    sheet.path("M424 408C470 430 452 500 500 520C540 536 548 572 520 590", "none", MOSS, 5)
    ball = round_path(500, 574, 44)
    sheet.form(ball, MOSS, side=10, rim=6)
    with sheet.inside(ball):
        for k in range(6):
            sheet.path(f"M{452 + k * 10} 540q{40 - k * 4} 20 {20 + k * 6} 76", "none", light(MOSS, 0.3), 3)
    for y, (colour, shape) in zip(
        (330, 374, 418, 462, 504),
        (("#c8361f", "o"), ("#e0a848", "s"), ("#f3ead8", "o"), ("#33518c", "d"), ("#7a5636", "o")),
        strict=True,
    ):
        if shape == "o":
            sheet.oval(328, y, 12, 12, colour)
        elif shape == "s":
            sheet.box(317, y - 11, 22, 22, colour, 4)
        else:
            sheet.poly([(328, y - 14), (342, y), (328, y + 14), (314, y)], colour)
        for dx in (-4, 4):
            sheet.oval(328 + dx, y, 2, 2, INK)
    sheet.path("M284 104C258 130 262 190 250 236C244 262 230 284 246 318", "none", "#f0c94f", 13)
    sheet.path("M356 104C392 128 384 176 400 214C410 238 402 256 398 268", "none", "#f0c94f", 13)
    sheet.path(
        "M284 104C258 130 262 190 250 236C244 262 230 284 246 318",
        "none",
        "#7a5a1e",
        10,
        dash="1.5 11",
        cap="butt",
    )
    sheet.path(
        "M356 104C392 128 384 176 400 214C410 238 402 256 398 268",
        "none",
        "#7a5a1e",
        10,
        dash="1.5 11",
        cap="butt",
    )


@scene("goat-hat")
def hat(sheet: Sheet) -> None:
    """A baby's hat with goat ears, one up and one down, on a wooden egg."""
    sheet.wall("#e9cfc2")
    sheet.table(450, "#d9b48c", edge=24)
    sheet.cast(320, 560, 150, 22)
    egg = "M320 196C410 196 470 330 470 420C470 512 404 566 320 566C236 566 170 512 170 420C170 330 230 196 320 196Z"
    sheet.form(egg, "#c99c6a", side=28, rim=14)
    with sheet.inside(egg):
        for k in range(6):
            sheet.path(
                f"M150 {430 + k * 26}C250 {410 + k * 30} 380 {452 + k * 22} 500 {416 + k * 26}",
                "none",
                "#a97c4c",
                3,
                opacity=0.55,
            )
    up = "M220 214C186 168 168 116 186 70C226 88 262 136 274 188Z"
    sheet.form(up, CREAM, side=9, rim=6)
    sheet.path("M226 198C202 160 192 126 196 96C222 116 242 148 252 184Z", "#e6a79b")
    down = "M424 210C474 194 530 214 556 276C560 298 546 306 528 300C480 292 440 268 412 240Z"
    dome = "M150 372C146 234 226 140 320 140C414 140 494 234 490 372C430 396 210 396 150 372Z"
    sheet.form(dome, CREAM, side=28, rim=14)
    knit(sheet, dome, CREAM, size=17, opacity=0.6)
    sheet.form(down, CREAM, side=10, rim=6)
    sheet.path("M436 226C474 218 512 236 534 276C530 286 520 286 508 282C474 274 448 258 430 240Z", "#e6a79b")
    for y, h in ((350, 46), (386, 48)):
        brim = f"M{136} {y}C210 {y + 34} 430 {y + 34} {504} {y}C510 {y + 16} 510 {y + h - 12} 504 {y + h}C430 {y + h + 36} 210 {y + h + 36} 136 {y + h}C130 {y + h - 12} 130 {y + 16} 136 {y}Z"
        sheet.form(brim, light(CREAM, 0.2), side=14, rim=6)
        ribs(sheet, brim, CREAM, step=13)
    sheet.oval(320, 136, 26, 22, "#d3b88e")
    for dx in (-14, -5, 6, 15):
        sheet.path(f"M{320 + dx} 140q{dx} -16 {dx * 0.4:.0f} -28", "none", CREAM, 6)


def _sock(sheet: Sheet, x: float, y: float, colour: str, turn: float = 0) -> None:
    with sheet.group(x=x, y=y, turn=turn):
        d = "M-24 0H26C28 46 26 84 28 112C44 124 70 134 72 154C72 172 52 174 30 170C2 164 -22 150 -24 122C-26 84 -26 40 -24 0Z"
        sheet.form(d, colour, side=9, rim=6)
        knit(sheet, d, colour, size=10, opacity=0.4)
        cuff = "M-24 0H26L27 26H-25Z"
        sheet.path(cuff, light(colour, 0.2))
        ribs(sheet, cuff, colour, step=7)
        sheet.path(
            "M46 130C64 136 72 146 72 154C72 170 56 174 40 172C34 160 36 142 46 130Z", light(colour, 0.45)
        )
        sheet.box(-8, -22, 10, 34, "#d8b27a", 3)


@scene("cashmere-socks")
def socks(sheet: Sheet) -> None:
    """Five socks on a line above a stove; the sixth peeks out of the coal bucket."""
    brown, gold, blue = "#8c6a56", "#c9a227", "#33518c"
    sheet.wall("#dcc7b2")
    sheet.table(520, "#a9815a", edge=20)
    sheet.line([(0, 104), (160, 126), (330, 132), (500, 124), (640, 100)], "#6d5a48", 5)
    for x, y, colour, turn in (
        (84, 128, brown, 4),
        (196, 138, gold, -3),
        (306, 142, blue, 3),
        (414, 139, brown, -4),
        (520, 132, gold, 3),
    ):
        _sock(sheet, x, y, colour, turn)
    iron = "#3f403f"
    sheet.cast(250, 592, 150, 18)
    sheet.box(214, 300, 50, 66, dark(iron, 0.3), 4)
    sheet.box(220, 300, 10, 66, light(iron, 0.25), 4)
    stove = "M140 372H340C352 372 354 384 350 396L344 548C342 562 334 566 322 566H158C146 566 138 562 136 548L130 396C126 384 128 372 140 372Z"
    sheet.form(stove, iron, side=18, rim=8, shine=0.25)
    sheet.box(118, 360, 244, 22, dark(iron, 0.1), 9)
    sheet.box(126, 362, 120, 6, light(iron, 0.3), 3)
    for lx in (156, 306):
        sheet.path(f"M{lx} 562L{lx - 8} 600H{lx + 18}L{lx + 20} 562Z", dark(iron, 0.2))
    sheet.box(178, 414, 124, 96, dark(iron, 0.4), 14)
    sheet.path(
        "M190 500C188 470 206 464 208 438C222 446 228 462 226 474C238 460 236 440 250 426C256 450 282 460 284 484C286 496 282 502 278 504H196Z",
        "#e8822c",
    )
    sheet.path("M212 504C208 484 222 476 226 462C240 474 258 472 262 490C262 498 258 504 254 504Z", "#f9d26a")
    for x in (198, 224, 250, 276):
        sheet.box(x, 414, 5, 96, iron)
    bucket = "M430 470H592L570 596C540 606 480 606 452 596Z"
    sheet.cast(512, 600, 90, 12)
    sheet.oval(511, 470, 82, 20, "#1d1b1a")
    for cx, cy, r in ((462, 464, 24), (560, 462, 26), (585, 472, 14), (440, 474, 14)):
        sheet.blob(
            [
                (cx - r, cy),
                (cx - r * 0.3, cy - r * 0.9),
                (cx + r * 0.7, cy - r * 0.6),
                (cx + r, cy + r * 0.4),
                (cx, cy + r * 0.6),
            ],
            "#2b2827",
        )
    peek = "M488 486C486 440 488 420 500 396C486 392 468 392 466 376C466 360 488 356 512 364C536 372 548 390 546 418C544 444 544 464 544 486Z"
    sheet.form(peek, blue, side=9, rim=6)
    knit(sheet, peek, blue, size=10, opacity=0.4)
    sheet.path(
        "M500 396C486 392 468 392 466 376C466 362 482 358 500 361C500 376 502 386 506 394Z", light(blue, 0.4)
    )
    for ex in (512, 530):
        sheet.oval(ex, 404, 7, 8, "#ffffff")
        sheet.oval(ex - 2, 406, 3.4, 4, INK)
    sheet.form(bucket, "#7d8487", side=16, rim=8)
    sheet.path("M430 470C470 486 552 486 592 470L589 484C550 500 472 500 433 484Z", light("#7d8487", 0.3))
    sheet.path("M436 478C440 540 580 540 586 478", "none", "#5b6265", 5)
