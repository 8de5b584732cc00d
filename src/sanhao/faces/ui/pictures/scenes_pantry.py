"""Scenes of Granny Guoba's kitchen: a wood stove, an iron pot, patience."""

from __future__ import annotations

from sanhao.faces.ui.pictures.parts import (
    INK,
    WOOD,
    bowl,
    closed_eyes,
    hand,
    leaf,
    rice_ear,
    round_path,
    steam,
)
from sanhao.faces.ui.pictures.sheet import Sheet, dark, light, scene

IRON, CRISP = "#3b3a36", "#d9a441"


@scene("crisp-rice")
def crisp_rice(sheet: Sheet) -> None:
    """A black iron pot, a golden disc of crisp rice curling up out of it, crumbs like snow."""
    sheet.wall("#d9c3a5")
    sheet.table(452, "#a97c52", edge=26)
    sheet.oval(330, 560, 240, 26, INK, opacity=0.22)
    for x, flip in ((98, 1), (542, -1)):
        sheet.path(
            f"M{x} 372C{x - 44 * flip} 352 {x - 60 * flip} 396 {x - 20 * flip} 420",
            "none",
            dark(IRON, 0.1),
            18,
        )
    sheet.oval(320, 362, 226, 58, dark(IRON, 0.3))
    sheet.oval(320, 366, 204, 46, "#201f1c")
    disc = "M148 352C130 240 190 124 300 104C380 90 468 120 506 180C520 204 500 216 486 204C500 260 494 320 474 366C400 410 220 406 148 352Z"
    sheet.form(disc, CRISP, side=20, rim=14, depth=0.25)
    with sheet.inside(disc):
        for _ in range(240):
            gx, gy = sheet.random.uniform(140, 500), sheet.random.uniform(104, 390)
            tone = ("#f4e3bc", "#b57f2c", "#edc878", "#c08a34")[sheet.random.randrange(4)]
            sheet.oval(gx, gy, 9, 4.4, tone, turn=sheet.random.uniform(0, 180), opacity=0.9)
        sheet.path("M486 204C440 250 420 320 430 400H520V200Z", "#a06f22", opacity=0.3)
    curl = "M300 104C380 90 468 120 506 180C520 204 500 216 486 204C450 160 380 134 300 104Z"
    sheet.path(curl, "#8a5a1c")
    sheet.path("M300 104C380 90 468 120 506 180", "none", "#f4e3bc", 5)
    pot = "M94 362C96 470 160 552 320 552C480 552 544 470 546 362C500 412 400 424 320 424C240 424 140 412 94 362Z"
    sheet.form(pot, IRON, side=22, rim=10, shine=0.22)
    sheet.path("M94 362C140 412 240 424 320 424C400 424 500 412 546 362", "none", light(IRON, 0.3), 7)
    closed_eyes(sheet, 316, 476, 40, "#cbb898", 5)
    for _ in range(70):
        gx, gy = sheet.random.gauss(330, 190), sheet.random.uniform(566, 630)
        r = sheet.random.uniform(2, 6)
        sheet.oval(
            gx,
            gy,
            r * 1.5,
            r,
            ("#f4e3bc", CRISP, "#edc878")[sheet.random.randrange(3)],
            turn=sheet.random.uniform(0, 180),
        )
    sheet.blob([(520, 586), (552, 572), (582, 590), (566, 612), (530, 608)], CRISP)
    sheet.blob([(528, 588), (552, 580), (570, 590), (558, 602), (534, 602)], "#edc878")
    steam(sheet, 230, 90, 70)


@scene("puffed-rice")
def puffed_rice(sheet: Sheet) -> None:
    """A hand scatters puffed rice into steaming chicken soup; where the grains land, it sings."""
    sheet.wall("#cddbd3")
    sheet.table(440, "#b78a5e", edge=24)
    sheet.oval(330, 572, 226, 26, INK, opacity=0.2)
    soup = "#ecc564"
    bowl(sheet, 312, 400, 232, 172, "#33518c", soup, rim=0.24)
    sheet.oval(312, 404, 214, 46, soup)
    sheet.oval(262, 396, 120, 20, light(soup, 0.35), opacity=0.7)
    for x, y, r in ((150, 408, 15), (208, 428, 11), (420, 424, 16), (468, 400, 10), (180, 388, 8)):
        sheet.oval(x, y, r, r * 0.45, "#f9e3a0")
    for x, y, t in ((232, 412, 20), (398, 392, -30), (360, 430, 10), (176, 420, -14)):
        sheet.box(x, y, 22, 7, "#5e8c3a", 3, turn=t)
    for _ in range(54):
        gx, gy = sheet.random.gauss(326, 46), sheet.random.gauss(404, 12)
        sheet.oval(
            gx,
            gy,
            8,
            5,
            ("#f7ecd0", "#f2e2b8", "#e2c88c")[sheet.random.randrange(3)],
            turn=sheet.random.uniform(0, 180),
        )
    sheet.path("M92 430C130 520 200 560 312 566", "none", "#8fa9e0", 6, opacity=0.8)
    sheet.path(
        "M128 486q15 -20 30 0t30 0t30 0t30 0t30 0t30 0t30 0t30 0t30 0t30 0t30 0t30 0",
        "none",
        "#f7f3ea",
        5,
        opacity=0.85,
    )
    steam(sheet, 150, 372, 110)
    steam(sheet, 496, 376, 96, wisps=2)
    hand(sheet, 352, 182, 14, 1.16, "#8d3b30")
    for _ in range(40):
        gy = sheet.random.uniform(262, 392)
        gx = 332 + sheet.random.gauss(0, 20 + (gy - 262) * 0.22)
        sheet.oval(
            gx,
            gy,
            8.5,
            5,
            ("#f7ecd0", "#f2e2b8", "#dfc07c")[sheet.random.randrange(3)],
            turn=sheet.random.uniform(0, 180),
        )
    for x, y, a, b in ((254, 372, -26, -18), (276, 352, -16, -26), (402, 352, 16, -26), (424, 374, 26, -16)):
        sheet.path(f"M{x} {y}l{a} {b}", "none", "#7a4b2a", 6)


@scene("sesame-candy")
def sesame_candy(sheet: Sheet) -> None:
    """Neat squares of brittle stacked like stamps; one has been licked and stuck on an envelope."""
    sheet.wall("#d5c5b6")
    sheet.table(400, "#b58a63", edge=24)
    sheet.oval(240, 486, 170, 18, INK, opacity=0.18)

    def stamp(x: float, y: float, w: float, h: float, turn: float) -> None:
        with sheet.group(x=x, y=y, turn=turn):
            d = [f"M{-w / 2:.0f} {-h / 2:.0f}"]
            nx, ny = 8, 6
            sx, sy = w / nx, h / ny
            d += [f"q{sx / 2:.1f} {sy * 0.4:.1f} {sx:.1f} 0" for _ in range(nx)]
            d += [f"q{-sx * 0.4:.1f} {sy / 2:.1f} 0 {sy:.1f}" for _ in range(ny)]
            d += [f"q{-sx / 2:.1f} {-sy * 0.4:.1f} {-sx:.1f} 0" for _ in range(nx)]
            d += [f"q{sx * 0.4:.1f} {-sy / 2:.1f} 0 {-sy:.1f}" for _ in range(ny)]
            outline = "".join(d) + "Z"
            sheet.form(outline, "#c99a5b", side=5, rim=4)
            with sheet.inside(outline):
                for _ in range(int(w * h / 150)):
                    px, py = sheet.random.uniform(-w / 2, w / 2), sheet.random.uniform(-h / 2, h / 2)
                    tone = "#2f2a24" if sheet.random.random() < 0.34 else "#f6ead0"
                    sheet.oval(px, py, 3.4, 2.1, tone, turn=sheet.random.uniform(0, 180))
                for _ in range(int(w * h / 1500)):
                    px, py = sheet.random.uniform(-w / 2.4, w / 2.4), sheet.random.uniform(-h / 2.4, h / 2.4)
                    turned = sheet.random.uniform(0, 180)
                    sheet.oval(px, py, 10, 7, "#e9c48c", turn=turned)
                    sheet.oval(px - 2, py - 2, 5, 3, "#f6dfb4", turn=turned)

    for i in range(7):
        y = 468 - i * 33
        x = 236 + (8, -9, 5, -4, 9, -7, 2)[i]
        sheet.path(
            f"M{x - 118} {y - 16}L{x + 96} {y - 22}L{x + 120} {y - 2}V{y + 12}L{x - 94} {y + 20}L{x - 118} {y}Z",
            dark("#c99a5b", 0.3 if i % 2 else 0.22),
        )
        for k in range(17):
            sheet.oval(
                x - 88 + k * 12.4,
                y + 8 - k * 0.4,
                3.4,
                2.2,
                "#f6ead0" if (k + i) % 3 else "#2f2a24",
                turn=k * 40,
            )
        sheet.path(
            f"M{x - 118} {y - 16}L{x + 96} {y - 22}L{x + 120} {y - 2}L{x - 94} {y + 6}Z",
            light("#c99a5b", 0.1),
        )
    stamp(236, 232, 196, 150, -4)
    sheet.oval(424, 588, 194, 18, INK, opacity=0.18)
    with sheet.group(turn=-5, about=(420, 500)):
        sheet.box(246, 424, 350, 166, dark("#f1e6d0", 0.12), 4)
        sheet.box(242, 420, 350, 166, "#f7efdd", 4)
        sheet.path("M242 420L417 520L592 420", "none", "#d9c7a4", 4)
        sheet.path("M242 586L380 498M592 586L454 498", "none", "#d9c7a4", 3)
        for y, w in ((524, 130), (546, 96)):
            sheet.path(f"M276 {y}q{w * 0.25:.0f} -8 {w * 0.5:.0f} 0t{w * 0.5:.0f} 0", "none", "#33518c", 5)
        stamp(536, 474, 78, 74, 5)
        for r in (34, 25):
            sheet.path(round_path(480, 468, r), "none", "#c8361f", 4, opacity=0.75)
        sheet.path(
            "M428 462q14 -9 28 0t28 0t28 0M428 478q14 -9 28 0t28 0t28 0", "none", "#c8361f", 4, opacity=0.7
        )
    sheet.path("M120 600q24 -10 46 4q-20 18 -46 -4Z", "#c99a5b")


@scene("new-rice")
def new_rice(sheet: Sheet) -> None:
    """A brick of vacuum-packed rice on a balance, weighed against a sheaf of its own stalks."""
    sheet.wall("#cfdcc0")
    sheet.table(500, "#a98a58", edge=24)
    sheet.oval(330, 578, 190, 20, INK, opacity=0.2)
    brass = "#b8892f"
    sheet.form(
        "M230 578C236 548 280 540 304 536L310 190H330L336 536C360 540 404 548 410 578Z", brass, side=9, rim=6
    )
    sheet.path("M92 244C180 214 250 204 320 200C390 196 470 178 548 152", "none", dark(brass, 0.1), 15)
    sheet.path("M92 240C180 210 250 200 320 196C390 192 470 174 548 148", "none", light(brass, 0.3), 5)
    sheet.oval(320, 196, 22, 22, brass)
    sheet.oval(314, 190, 8, 8, light(brass, 0.5))
    for x, y in ((108, 240), (536, 152)):
        for dx in (-96, 96):
            sheet.path(f"M{x} {y}L{x + dx} {y + 230}", "none", "#7c6a48", 3)

    def pan(x: float, y: float) -> None:
        sheet.form(f"M{x - 100} {y}C{x - 80} {y + 48} {x + 80} {y + 48} {x + 100} {y}Z", brass, side=9, rim=5)
        sheet.oval(x, y, 100, 15, light(brass, 0.25))

    pan(108, 470)
    pan(536, 380)
    brick = "M34 330C40 318 60 316 74 320L152 314C170 312 184 316 186 330L190 452C188 464 176 468 160 468L56 470C40 470 30 464 30 452Z"
    sheet.form(brick, "#f5efdd", side=12, rim=6)
    with sheet.inside(brick):
        for _ in range(150):
            gx, gy = sheet.random.uniform(34, 188), sheet.random.uniform(318, 468)
            sheet.oval(
                gx,
                gy,
                5,
                2.2,
                ("#ffffff", "#ddd2b4", "#e8dfc6")[sheet.random.randrange(3)],
                turn=sheet.random.uniform(0, 180),
            )
        for d in (
            "M44 330L80 372L60 420L96 466",
            "M176 326L140 370L168 420L150 466",
            "M80 372L140 370M60 420L168 420",
        ):
            sheet.path(d, "none", "#cfc3a2", 3, opacity=0.8)
    sheet.box(62, 372, 96, 62, "#8aa05a", 5, turn=-2)
    sheet.path("M84 412C90 392 104 386 126 388M110 414C110 400 116 394 132 396", "none", "#f5efdd", 4)
    sheet.path("M36 322L22 308L44 312L40 296L62 314", "none", "#ddd2b4", 5)
    for i, turn in enumerate((-34, -22, -12, -2, 8, 18, 28)):
        rice_ear(sheet, 532 + i * 2, 378, turn, 0.9, "#8aa05a" if i % 2 else "#b79b5b", "#d9b455")
    sheet.path("M506 330C520 342 552 342 566 328L562 352C548 362 522 362 510 352Z", "#c8361f")
    with sheet.group(x=566, y=344, turn=18):
        sheet.path("M0 0q16 14 14 30", "none", "#7c6a48", 3)
        sheet.path("M-10 30H38V82H-10Z", "#f6efe0")
        sheet.oval(14, 38, 4, 4, "#7c6a48")
        sheet.path("M2 52h24M2 64h16", "none", "#8a6a45", 4)
    for _ in range(26):
        gx, gy = sheet.random.uniform(60, 300), sheet.random.uniform(588, 612)
        sheet.oval(gx, gy, 5, 2.3, "#f5efdd", turn=sheet.random.uniform(0, 180))


@scene("camellia-oil")
def camellia(sheet: Sheet) -> None:
    """A tall bottle of pale gold oil stoppered with a camellia; one drop falls into a wok."""
    sheet.wall("#bfcdb4")
    sheet.table(500, "#a3784f", edge=24)
    oil = "#e3c34f"
    sheet.oval(196, 582, 120, 16, INK, opacity=0.2)
    bottle = "M164 158H220V236C220 268 280 286 280 350V552C280 572 268 580 250 580H134C116 580 104 572 104 552V350C104 286 164 268 164 236Z"
    sheet.form(bottle, "#e9e6c6", side=12, rim=8)
    inner = "M172 250H212C220 286 266 302 266 356V548C266 562 260 566 248 566H136C124 566 118 562 118 548V356C118 302 164 286 172 250Z"
    sheet.form(inner, oil, side=16, rim=10)
    sheet.path("M134 350V540", "none", "#fff8d0", 10, opacity=0.75)
    sheet.path("M106 396H278V508H106Z", "#f7f3ea")
    sheet.path("M106 396H278V404H106ZM106 500H278V508H106Z", "#40613f")
    for a in range(5):
        with sheet.group(x=192, y=446, turn=a * 72):
            sheet.path("M0 -6C-14 -12 -16 -32 0 -38C16 -32 14 -12 0 -6Z", "#c8361f")
    sheet.oval(192, 446, 8, 8, "#e3c34f")
    sheet.path("M150 488h84", "none", "#8a7a52", 4)
    leaf(sheet, 200, 146, 92, 24, -24, "#40613f")
    leaf(sheet, 184, 150, 84, 22, -154, "#40613f")
    for ring, (r, count, tone) in enumerate(((58, 6, "#f3efe4"), (46, 6, "#ffffff"))):
        for a in range(count):
            with sheet.group(x=192, y=112, turn=a * 60 + ring * 30):
                sheet.path(
                    f"M0 0C{-r * 0.62:.0f} {-r * 0.3:.0f} {-r * 0.5:.0f} {-r:.0f} {-4} {-r * 1.02:.0f}L0 {-r * 0.9:.0f}L4 {-r * 1.02:.0f}C{r * 0.5:.0f} {-r:.0f} {r * 0.62:.0f} {-r * 0.3:.0f} 0 0Z",
                    tone if a % 2 else dark(tone, 0.07),
                )
    sheet.oval(192, 112, 21, 21, "#e9b93c")
    for k in range(14):
        x, y = 192 + sheet.random.gauss(0, 8), 112 + sheet.random.gauss(0, 8)
        sheet.oval(x, y, 3.4, 3.4, "#fbe08a" if k % 2 else "#c98f1e")
    # the drop and the wok
    sheet.path(
        "M456 250C440 284 428 300 428 320C428 338 440 350 456 350C472 350 484 338 484 320C484 300 472 284 456 250Z",
        oil,
    )
    sheet.path("M444 306C440 316 440 330 448 338", "none", "#fff8d0", 6)
    sheet.path("M402 290l-14 -8M510 290l14 -8M398 330h-16M514 330h16", "none", "#8a7a3a", 5, opacity=0.6)
    sheet.oval(470, 586, 150, 16, INK, opacity=0.22)
    sheet.path("M596 452C640 440 640 440 640 440V462C620 468 610 472 600 478Z", WOOD)
    iron = "#44443f"
    sheet.oval(456, 452, 160, 40, dark(iron, 0.2))
    sheet.oval(456, 458, 144, 31, "#262622")
    sheet.oval(456, 470, 70, 12, oil)
    sheet.oval(446, 468, 40, 5, "#f7e49a")
    sheet.form(
        "M296 452C300 530 376 584 456 584C536 584 612 530 616 452C580 492 520 492 456 492C392 492 332 492 296 452Z",
        iron,
        side=16,
        rim=8,
        shine=0.22,
    )
    sheet.path("M296 452C332 492 392 492 456 492C520 492 580 492 616 452", "none", light(iron, 0.3), 5)
    sheet.path("M320 424C300 410 296 436 312 446", "none", dark(iron, 0.1), 11)


def _straw_hat(sheet: Sheet, x: float, y: float, w: float) -> None:
    """A bamboo hat as the big jars wear it against rain."""
    h = w * 0.62
    d = f"M{x} {y - h:.0f}C{x + w * 0.2:.0f} {y - h * 0.7:.0f} {x + w * 0.7:.0f} {y - h * 0.2:.0f} {x + w} {y}C{x + w * 0.5:.0f} {y + h * 0.24:.0f} {x - w * 0.5:.0f} {y + h * 0.24:.0f} {x - w} {y}C{x - w * 0.7:.0f} {y - h * 0.2:.0f} {x - w * 0.2:.0f} {y - h * 0.7:.0f} {x} {y - h:.0f}Z"
    sheet.form(d, "#d8b06a", side=w * 0.12, rim=w * 0.05)
    with sheet.inside(d):
        for k in range(-5, 6):
            sheet.path(
                f"M{x} {y - h:.0f}Q{x + k * w * 0.09:.0f} {y - h * 0.5:.0f} {x + k * w * 0.22:.0f} {y + h * 0.3:.0f}",
                "none",
                "#b0853f",
                max(1.5, w * 0.02),
                opacity=0.7,
            )
        for q in (0.35, 0.62, 0.86):
            sheet.path(
                f"M{x - w * q:.0f} {y - h * (1 - q) * 0.9:.0f}Q{x} {y - h * (1 - q) + h * 0.26:.0f} {x + w * q:.0f} {y - h * (1 - q) * 0.9:.0f}",
                "none",
                "#b0853f",
                max(1.5, w * 0.02),
                opacity=0.7,
            )


@scene("chili-sauce")
def chili(sheet: Sheet) -> None:
    """Big clay jars in bamboo hats stand in the sun; a small glass of red sauce wears the same hat."""
    sheet.wall("#cfe0e0", window=False)
    sheet.oval(102, 104, 56, 56, "#fff1c4")
    sheet.path("M0 236L150 170L320 226L470 160L640 230V640H0Z", "#a9bd9a", opacity=0.8)
    sheet.box(0, 280, 640, 80, "#f3ead8")
    sheet.path(
        "M0 280H640V262C600 254 590 262 560 262C530 254 510 262 480 262C450 254 430 262 400 262C370 254 350 262 320 262C290 254 270 262 240 262C210 254 190 262 160 262C130 254 110 262 80 262C50 254 30 262 0 262Z",
        "#6b6a66",
    )
    sheet.box(0, 350, 640, 290, "#d2b48a")
    sheet.poly([(0, 350), (360, 350), (160, 640), (0, 640)], "#e3cba4", opacity=0.6)
    clay = "#7c5a44"
    for x, y, s in ((96, 470, 0.8), (548, 470, 0.8), (210, 520, 1.0), (432, 522, 1.02)):
        sheet.oval(x + 26 * s, y + 4, 104 * s, 15 * s, INK, opacity=0.2)
        with sheet.group(x=x, y=y, size=s):
            sheet.form(
                "M-58 -176H58C66 -150 98 -130 100 -84C102 -36 72 -10 62 2H-62C-72 -10 -102 -36 -100 -84C-98 -130 -66 -150 -58 -176Z",
                clay,
                side=18,
                rim=9,
            )
            sheet.path("M-88 -112C-40 -96 40 -96 88 -112", "none", dark(clay, 0.25), 5)
            sheet.path("M-98 -70C-40 -52 40 -52 98 -70", "none", dark(clay, 0.2), 4, opacity=0.7)
            sheet.box(-30, -94, 56, 56, "#c8361f", 3, turn=45)
            sheet.path("M-15 -78H11M-12 -66H8M-17 -54H13", "none", "#f7e3b0", 5)
            _straw_hat(sheet, 0, -168, 112)
    sheet.oval(340, 604, 74, 10, INK, opacity=0.24)
    glass = "M276 500H364C370 506 372 514 372 522V584C372 598 366 604 354 604H286C274 604 268 598 268 584V522C268 514 270 506 276 500Z"
    sheet.form(glass, "#f0dcc8", side=8, rim=5)
    sauce = "M276 518H364V582C364 592 360 596 350 596H290C280 596 276 592 276 582Z"
    sheet.form(sauce, "#b3311f", side=9, rim=6)
    with sheet.inside(sauce):
        for _ in range(26):
            gx, gy = sheet.random.uniform(280, 360), sheet.random.uniform(524, 592)
            sheet.oval(
                gx,
                gy,
                6,
                4,
                ("#d98a3a", "#7f1d12", "#e8b25a")[sheet.random.randrange(3)],
                turn=sheet.random.uniform(0, 180),
            )
    sheet.path("M282 524V576", "none", "#fff1e0", 6, opacity=0.7)
    sheet.box(290, 540, 60, 34, "#f6efe0", 3)
    closed_eyes(sheet, 320, 552, 14, "#7c5a44", 3)
    _straw_hat(sheet, 320, 506, 66)
    for x, turn in ((136, 12), (170, -24), (486, 30)):
        with sheet.group(x=x, y=600, turn=turn):
            sheet.path("M-30 0C-20 -14 16 -12 34 4C14 10 -16 14 -30 0Z", "#c8361f")
            sheet.path("M-30 0q-10 -2 -14 -10", "none", "#5e8c3a", 5)
