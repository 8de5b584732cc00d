"""Parts that scenes are made of: plants, fruit, vessels, fabrics, hands, animals, steam."""

from __future__ import annotations

import math

from sanhao.faces.ui.pictures.sheet import Sheet, dark, light

INK = "#3a2a20"
SKIN = "#e0a883"
WOOD = "#b98a57"


# ---- fabrics ------------------------------------------------------------------------------------------------------


def knit(sheet: Sheet, d: str, colour: str, *, size: float = 14, opacity: float = 0.5) -> None:
    """Stocking stitch over the path *d*: rows of small v."""
    half = size / 2
    tile = (
        f'<path d="M1 1Q{half - 1:g} {half:g} {half:g} {size:g}M{size - 1:g} 1Q{half + 1:g} {half:g} {half:g} {size:g}" '
        f'fill="none" stroke="{dark(colour, 0.22)}" stroke-width="1.6" stroke-linecap="round"/>'
    )
    sheet.texture(d, tile, size, size, opacity=opacity)


def ribs(sheet: Sheet, d: str, colour: str, *, step: float = 9, turn: float = 0) -> None:
    """Ribbing over the path *d*."""
    tile = f'<rect width="{step * 0.45:g}" height="20" fill="{dark(colour, 0.2)}"/>'
    sheet.texture(d, tile, step, 20, turn=turn, opacity=0.6)


def weave(sheet: Sheet, d: str, colour: str, *, opacity: float = 0.35) -> None:
    """Linen: thin crossing threads."""
    tile = f'<path d="M0 2H9M2 0V9M0 6.5H9M6.5 0V9" stroke="{dark(colour, 0.25)}" stroke-width=".7"/>'
    sheet.texture(d, tile, 9, 9, opacity=opacity)


def stripes(
    sheet: Sheet, d: str, colour: str, *, step: float = 22, width: float = 7, turn: float = 0
) -> None:
    tile = f'<rect width="{width:g}" height="40" fill="{colour}"/>'
    sheet.texture(d, tile, step, 40, turn=turn)


# ---- plants -------------------------------------------------------------------------------------------------------


def leaf(sheet: Sheet, x: float, y: float, length: float, width: float, turn: float, colour: str) -> None:
    """A leaf with its stalk end at *x, y*, pointing to *turn* degrees (0 is right)."""
    with sheet.group(x=x, y=y, turn=turn):
        top = f"M0 0C{length * 0.25:g} {-width:g} {length * 0.7:g} {-width * 0.9:g} {length:g} 0Z"
        low = f"M0 0C{length * 0.25:g} {width:g} {length * 0.7:g} {width * 0.9:g} {length:g} 0Z"
        sheet.path(low, dark(colour, 0.2))
        sheet.path(top, light(colour, 0.14))
        sheet.path(f"M0 0L{length * 0.94:g} 0", "none", dark(colour, 0.35), max(1.2, width * 0.08))


def grass(
    sheet: Sheet, x: float, y: float, blades: int, height: float, colour: str, spread: float = 40
) -> None:
    """A tuft growing from *x, y*."""
    for i in range(blades):
        lean = (i / max(blades - 1, 1) - 0.5) * 2
        h = height * sheet.random.uniform(0.6, 1.05)
        tip = x + lean * spread * sheet.random.uniform(0.8, 1.5)
        foot = x + lean * spread * 0.3
        tone = (colour, light(colour, 0.2), dark(colour, 0.2))[i % 3]
        sheet.path(
            f"M{foot - 4:.0f} {y:.0f}Q{foot:.0f} {y - h * 0.6:.0f} {tip:.0f} {y - h:.0f}Q{foot + 8:.0f} {y - h * 0.5:.0f} {foot + 4:.0f} {y:.0f}Z",
            tone,
        )


def rice_ear(sheet: Sheet, x: float, y: float, turn: float, size: float, straw: str, grain: str) -> None:
    """A stalk of rice, bent by its grains."""
    with sheet.group(x=x, y=y, turn=turn, size=size):
        sheet.path("M0 0C6 -90 0 -150 34 -206C48 -228 74 -234 92 -218", "none", straw, 5)
        for i in range(15):
            t = i / 14
            gx = 14 + 84 * t**1.2
            gy = -172 - 62 * math.sin(t * 2.3) + 44 * t**3
            angle = 60 + 70 * t + (26 if i % 2 else -26)
            sheet.oval(
                gx + (7 if i % 2 else -5),
                gy + 8,
                5.2,
                11,
                grain if i % 3 else dark(grain, 0.14),
                turn=angle - 90,
            )


# ---- fruit --------------------------------------------------------------------------------------------------------


def round_path(x: float, y: float, rx: float, ry: float | None = None) -> str:
    """A circle or ellipse as a path, for `Sheet.form`."""
    h = rx if ry is None else ry
    return (
        f"M{x - rx:.1f} {y:.1f}a{rx:.1f} {h:.1f} 0 1 1 {2 * rx:.1f} 0a{rx:.1f} {h:.1f} 0 1 1 {-2 * rx:.1f} 0Z"
    )


def orange(
    sheet: Sheet, x: float, y: float, r: float, colour: str, *, green: bool = True, turn: float = 0
) -> None:
    """An orange: dimpled skin, a gloss, perhaps a leaf."""
    sheet.form(round_path(x, y, r, r * 0.96), colour, side=r * 0.22, rim=r * 0.1)
    for _ in range(int(r / 3)):
        a, q = sheet.random.uniform(0, math.tau), r * math.sqrt(sheet.random.uniform(0, 0.75))
        sheet.oval(
            x + q * math.cos(a),
            y + q * math.sin(a),
            max(1.0, r * 0.02),
            None,
            dark(colour, 0.25),
            opacity=0.5,
        )
    sheet.oval(x - r * 0.4, y - r * 0.46, r * 0.17, r * 0.1, "#fff6e0", turn=-38, opacity=0.75)
    with sheet.group(x=x, y=y, turn=turn):
        sheet.oval(r * 0.1, -r * 0.84, r * 0.1, r * 0.06, "#55703a")
        if green:
            leaf(sheet, r * 0.1, -r * 0.86, r * 0.72, r * 0.2, -28, "#4f7a3a")


def strawberry(sheet: Sheet, x: float, y: float, r: float, colour: str, turn: float = 0) -> None:
    with sheet.group(x=x, y=y, turn=turn):
        d = f"M0 {r * 1.2:.1f}C{-r * 0.62:.1f} {r * 0.8:.1f} {-r * 1.1:.1f} {-r * 0.1:.1f} {-r * 0.86:.1f} {-r * 0.5:.1f}C{-r * 0.5:.1f} {-r:.1f} {r * 0.5:.1f} {-r:.1f} {r * 0.86:.1f} {-r * 0.5:.1f}C{r * 1.1:.1f} {-r * 0.1:.1f} {r * 0.62:.1f} {r * 0.8:.1f} 0 {r * 1.2:.1f}Z"
        sheet.form(d, colour, side=r * 0.25, rim=r * 0.12)
        for row, count in enumerate((4, 5, 4, 3, 2)):
            for i in range(count):
                sx = (i - (count - 1) / 2) * r * 0.38
                sheet.oval(sx, -r * 0.42 + row * r * 0.34, r * 0.05, r * 0.085, "#ffe3a0")
        for i in range(5):
            leaf(sheet, 0, -r * 0.78, r * 0.62, r * 0.17, -176 + i * 43, "#6fa04a")


# ---- vessels and wood -----------------------------------------------------------------------------------------------


def bowl(
    sheet: Sheet, x: float, y: float, rx: float, height: float, colour: str, inside: str, rim: float = 0.2
) -> None:
    """A bowl whose rim is the ellipse at *x, y*; what is in it is painted by the caller, after."""
    ry = rx * rim
    foot = rx * 0.42
    d = f"M{x - rx:.1f} {y:.1f}C{x - rx * 0.96:.1f} {y + height * 0.7:.1f} {x - foot * 1.3:.1f} {y + height * 0.92:.1f} {x - foot:.1f} {y + height * 0.94:.1f}L{x - foot * 0.95:.1f} {y + height:.1f}Q{x:.1f} {y + height + ry * 0.4:.1f} {x + foot * 0.95:.1f} {y + height:.1f}L{x + foot:.1f} {y + height * 0.94:.1f}C{x + foot * 1.3:.1f} {y + height * 0.92:.1f} {x + rx * 0.96:.1f} {y + height * 0.7:.1f} {x + rx:.1f} {y:.1f}Z"
    sheet.form(d, colour, side=rx * 0.14, rim=rx * 0.05)
    sheet.oval(x, y, rx, ry, light(colour, 0.45))
    sheet.oval(x, y + ry * 0.1, rx * 0.93, ry * 0.84, inside)


def planks(sheet: Sheet, x: float, y: float, w: float, h: float, rows: int, colour: str) -> None:
    """The slatted side of a crate."""
    step = h / rows
    for i in range(rows):
        tone = (colour, light(colour, 0.12), dark(colour, 0.07))[i % 3]
        sheet.box(x, y + i * step, w, step - 6, tone, 3)
        sheet.box(x, y + i * step + step - 12, w, 6, dark(colour, 0.25), 2, opacity=0.45)
        for _ in range(3):
            gx, gy = (
                x + sheet.random.uniform(0.1, 0.8) * w,
                y + i * step + sheet.random.uniform(0.2, 0.6) * step,
            )
            sheet.path(
                f"M{gx:.0f} {gy:.0f}q20 -5 {w * 0.12:.0f} 0", "none", dark(colour, 0.2), 1.8, opacity=0.6
            )


def steam(
    sheet: Sheet, x: float, y: float, height: float, colour: str = "#ffffff", width: float = 9, wisps: int = 3
) -> None:
    for i in range(wisps):
        sx = x + (i - (wisps - 1) / 2) * height * 0.26
        h = height * (1 if i % 2 else 0.75)
        sheet.path(
            f"M{sx:.0f} {y:.0f}c{h * 0.22:.0f} {-h * 0.22:.0f} {-h * 0.2:.0f} {-h * 0.38:.0f} 0 {-h * 0.58:.0f}s{-h * 0.08:.0f} {-h * 0.3:.0f} {h * 0.06:.0f} {-h * 0.42:.0f}",
            "none", colour, width, opacity=0.6,
        )  # fmt: skip


# ---- people and animals -------------------------------------------------------------------------------------------


def closed_eyes(
    sheet: Sheet, x: float, y: float, gap: float, colour: str = INK, width: float = 4, smile: bool = True
) -> None:
    """A sleeping face."""
    for ex in (x - gap, x + gap):
        sheet.path(
            f"M{ex - gap * 0.36:.1f} {y:.1f}q{gap * 0.36:.1f} {gap * 0.36:.1f} {gap * 0.72:.1f} 0",
            "none",
            colour,
            width,
        )
    if smile:
        sheet.path(
            f"M{x - gap * 0.3:.1f} {y + gap * 0.62:.1f}q{gap * 0.3:.1f} {gap * 0.28:.1f} {gap * 0.6:.1f} 0",
            "none",
            colour,
            width,
        )


def hand(sheet: Sheet, x: float, y: float, turn: float, size: float, sleeve: str, skin: str = SKIN) -> None:
    """A hand from above, fingers down and slightly open, letting something fall; the sleeve comes from the top."""
    with sheet.group(x=x, y=y, turn=turn, size=size):
        sheet.form(
            "M-44 -230C-50 -150 -44 -110 -40 -70L44 -70C48 -110 54 -150 58 -230Z", sleeve, side=16, rim=8
        )
        sheet.path("M-42 -84L46 -84L44 -66L-40 -66Z", light(sleeve, 0.3))
        sheet.form(
            "M-34 -66C-44 -30 -46 -6 -40 14C-38 34 -36 58 -30 66C-22 74 -14 66 -14 54L-12 30C-10 58 -8 80 2 84C12 86 14 74 14 60L14 30C18 52 22 72 32 72C42 70 40 54 38 38L36 8C46 18 58 34 68 30C76 24 68 10 58 -8C50 -24 42 -48 38 -66Z",
            skin,
            side=9,
            rim=5,
            depth=0.16,
        )


def tail(sheet: Sheet, points: list[tuple[float, float]], colour: str, width: float = 26) -> None:
    """A cat's tail with rings and a paler tip."""
    sheet.line(points, dark(colour, 0.1), width)
    sheet.line([(x - 3, y - 2) for x, y in points], colour, width * 0.7)
    (ax, ay), (bx, by) = points[-2], points[-1]
    sheet.line([((ax + bx) / 2, (ay + by) / 2), (bx, by)], light(colour, 0.7), width * 0.8)


def goat(
    sheet: Sheet, x: float, y: float, size: float, coat: str, *, flip: bool = False, fleece: bool = True
) -> None:
    """A cashmere goat from the side, facing left, hooves at *y*; long-faced, short-legged, pleased with itself."""
    shade = dark(coat, 0.16)
    with sheet.group(x=x, y=y, size=size, flip=flip):
        for lx, tone in ((-48, shade), (88, shade), (-82, coat), (58, coat)):
            sheet.path(
                f"M{lx - 14} -96C{lx - 12} -60 {lx - 10} -30 {lx - 9} -8L{lx + 11} -8C{lx + 12} -34 {lx + 16} -62 {lx + 18} -96Z",
                tone,
            )
            sheet.path(f"M{lx - 10} -12L{lx + 12} -12L{lx + 13} 0L{lx - 12} 0Z", INK)
        sheet.path("M120 -176c16 -22 30 -20 34 -8c2 12 -12 22 -28 26Z", coat)
        body = "M-122 -150C-132 -190 -96 -214 -50 -208C0 -204 60 -214 104 -196C140 -182 140 -130 124 -98C112 -72 92 -70 76 -76C62 -64 46 -64 34 -72C20 -60 2 -60 -10 -70C-24 -58 -42 -60 -52 -70C-70 -60 -92 -66 -100 -84C-112 -100 -116 -128 -122 -150Z"
        sheet.form(body, coat, side=16, rim=10)
        if fleece:
            for fx, fy in (
                (-70, -150),
                (-30, -176),
                (14, -140),
                (56, -168),
                (90, -130),
                (-50, -110),
                (30, -102),
                (74, -98),
            ):
                sheet.path(f"M{fx} {fy}q8 16 -2 30", "none", shade, 4)
        sheet.form(
            "M-84 -196C-120 -220 -132 -250 -128 -284C-110 -300 -76 -292 -66 -268C-58 -240 -50 -214 -40 -196C-52 -176 -74 -180 -84 -196Z",
            coat,
            side=10,
            rim=6,
        )
        # horns behind, head, ear, beard
        sheet.path("M-92 -300C-84 -342 -50 -356 -22 -338C-48 -340 -64 -322 -70 -292Z", "#8a735a")
        sheet.path("M-106 -298C-104 -346 -74 -368 -42 -358C-70 -352 -84 -332 -84 -296Z", "#a58b6e")
        sheet.form(
            "M-84 -298C-112 -312 -136 -300 -146 -276C-156 -254 -184 -236 -190 -220C-192 -206 -178 -200 -164 -204C-138 -206 -106 -216 -90 -240C-78 -262 -74 -282 -84 -298Z",
            coat,
            side=8,
            rim=6,
        )
        sheet.path("M-82 -290C-58 -302 -38 -294 -28 -276C-48 -268 -70 -270 -84 -278Z", coat)
        sheet.path("M-78 -288C-60 -294 -46 -290 -38 -280C-52 -276 -66 -276 -78 -282Z", "#e6a79b")
        sheet.path(
            "M-160 -206C-158 -184 -150 -172 -146 -160C-140 -174 -136 -190 -138 -208Z", light(coat, 0.3)
        )
        sheet.oval(-124, -270, 5.5, 6.5, INK)
        sheet.oval(-126, -272, 1.8, 1.8, "#ffffff")
        sheet.path("M-186 -218q6 4 12 0", "none", INK, 3.5)
        sheet.path("M-172 -208q14 4 26 -4", "none", INK, 3)
