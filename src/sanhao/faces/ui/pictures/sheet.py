"""The sheet of paper: shapes, tones, the light, the grain. Everything is presentation attributes, so that a picture
obeys the strictest content policy wherever it is opened."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Scene:
    draw: Callable[[Sheet], None]
    width: int
    height: int
    grain: bool


SCENES: dict[str, Scene] = {}


def scene(
    name: str, width: int = 640, height: int = 640, *, grain: bool = True
) -> Callable[[Callable[[Sheet], None]], Callable[[Sheet], None]]:
    """Register a drawing under the name a listing, a shop or a page calls it by."""

    def register(draw: Callable[[Sheet], None]) -> Callable[[Sheet], None]:
        if name in SCENES:
            raise ValueError(f"two pictures are called {name}")
        SCENES[name] = Scene(draw, width, height, grain)
        return draw

    return register


def mix(one: str, other: str, share: float) -> str:
    """*share* of *other* in *one*; colours as ``#rrggbb``."""
    a, b = (tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in (one, other))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in zip(a, b, strict=True))


def dark(colour: str, share: float = 0.18) -> str:
    """The shade side: warm, never grey."""
    return mix(colour, "#3a2418", share)


def light(colour: str, share: float = 0.35) -> str:
    """The side towards the window."""
    return mix(colour, "#fff6e0", share)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _faded(opacity: float) -> str:
    return f' opacity="{opacity:g}"' if opacity < 1 else ""


def curve(points: Sequence[Point], *, closed: bool = True, tension: float = 0.5) -> str:
    """A smooth path through *points* (Catmull–Rom as cubic Béziers)."""
    n = len(points)

    def at(i: int) -> Point:
        return points[i % n] if closed else points[min(max(i, 0), n - 1)]

    path = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for i in range(n if closed else n - 1):
        p0, p1, p2, p3 = at(i - 1), at(i), at(i + 1), at(i + 2)
        k = tension / 3 * 2
        c1 = (p1[0] + (p2[0] - p0[0]) * k / 2, p1[1] + (p2[1] - p0[1]) * k / 2)
        c2 = (p2[0] - (p3[0] - p1[0]) * k / 2, p2[1] - (p3[1] - p1[1]) * k / 2)
        path.append(f"C{_n(c1[0])} {_n(c1[1])} {_n(c2[0])} {_n(c2[1])} {_n(p2[0])} {_n(p2[1])}")
    return "".join(path) + ("Z" if closed else "")


class Sheet:
    """Collects shapes in the order they are painted. Chance is seeded by the picture's name: the same every time."""

    def __init__(self, name: str, width: int, height: int) -> None:
        self.name, self.width, self.height = name, width, height
        self.random = random.Random(name)
        self._out: list[str] = []
        self._defs: list[str] = []

    # ---- shapes ----

    def add(self, markup: str) -> None:
        self._out.append(markup)

    def path(
        self,
        d: str,
        fill: str = "none",
        stroke: str = "",
        width: float = 0,
        *,
        opacity: float = 1,
        cap: str = "round",
        dash: str = "",
    ) -> None:
        ends = f'stroke-linecap="{cap}" stroke-linejoin="round"'
        line = f' stroke="{stroke}" stroke-width="{_n(width)}" {ends}' if stroke else ""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.add(f'<path d="{d}" fill="{fill}"{line}{dashed}{_faded(opacity)}/>')

    def blob(self, points: Sequence[Point], fill: str, *, opacity: float = 1) -> None:
        self.path(curve(points), fill, opacity=opacity)

    def poly(self, points: Sequence[Point], fill: str, *, opacity: float = 1) -> None:
        self.path("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + "Z", fill, opacity=opacity)

    def line(
        self,
        points: Sequence[Point],
        stroke: str,
        width: float,
        *,
        opacity: float = 1,
        cap: str = "round",
        dash: str = "",
    ) -> None:
        """A smooth open line."""
        self.path(curve(points, closed=False), "none", stroke, width, opacity=opacity, cap=cap, dash=dash)

    def oval(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float | None = None,
        fill: str = "none",
        *,
        turn: float = 0,
        opacity: float = 1,
    ) -> None:
        turned = f' transform="rotate({_n(turn)} {_n(x)} {_n(y)})"' if turn else ""
        size = f'rx="{_n(rx)}" ry="{_n(rx if ry is None else ry)}"'
        self.add(f'<ellipse cx="{_n(x)}" cy="{_n(y)}" {size} fill="{fill}"{turned}{_faded(opacity)}/>')

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        fill: str,
        round: float = 0,
        *,
        turn: float = 0,
        opacity: float = 1,
    ) -> None:
        turned = f' transform="rotate({_n(turn)} {_n(x + w / 2)} {_n(y + h / 2)})"' if turn else ""
        place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" rx="{_n(round)}"'
        self.add(f'<rect {place} fill="{fill}"{turned}{_faded(opacity)}/>')

    @contextmanager
    def group(
        self,
        *,
        x: float = 0,
        y: float = 0,
        turn: float = 0,
        size: float = 1,
        about: Point = (0, 0),
        flip: bool = False,
        opacity: float = 1,
    ) -> Iterator[None]:
        """Paint inside as if the origin were at *x, y*, turned by *turn* degrees about *about* and scaled by *size*."""
        sx = -size if flip else size
        fade = f' opacity="{opacity}"' if opacity < 1 else ""
        self.add(
            f'<g transform="translate({_n(x)} {_n(y)}) rotate({_n(turn)} {_n(about[0])} {_n(about[1])}) scale({sx:g} {size:g})"{fade}>'
        )
        yield
        self.add("</g>")

    @contextmanager
    def inside(self, d: str) -> Iterator[None]:
        """Paint only inside the path *d*: for shade sides, stripes and patterns on a thing."""
        name = f"k{len(self._defs)}"
        self._defs.append(f'<clipPath id="{name}"><path d="{d}"/></clipPath>')
        self.add(f'<g clip-path="url(#{name})">')
        yield
        self.add("</g>")

    def body(
        self,
        d: str,
        colour: str,
        *,
        shade: Sequence[Point] | str = (),
        glow: Sequence[Point] | str = (),
        depth: float = 0.18,
        shine: float = 0.35,
    ) -> None:
        """A thing in three tones: its colour, a shade shape and a lit shape, both cut to its outline."""
        self.path(d, colour)
        if shade or glow:
            with self.inside(d):
                if shade:
                    self.path(shade if isinstance(shade, str) else curve(shade), dark(colour, depth))
                if glow:
                    self.path(glow if isinstance(glow, str) else curve(glow), light(colour, shine))

    def form(
        self, d: str, colour: str, *, side: float = 14, rim: float = 9, depth: float = 0.2, shine: float = 0.4
    ) -> None:
        """A thing in three tones whose shade follows its outline: *side* px of shade at the right and below, *rim* px
        of light at the left and above."""
        lit = f"k{len(self._defs)}b"
        self.path(d, dark(colour, depth))
        with self.inside(d):
            move = f'transform="translate({_n(-side)} {_n(-side * 0.6)})"'
            self._defs.append(f'<clipPath id="{lit}"><path d="{d}" {move}/></clipPath>')
            self.add(f'<path d="{d}" fill="{light(colour, shine) if rim else colour}" {move}/>')
            if rim:
                self.add(
                    f'<g clip-path="url(#{lit})"><path d="{d}" fill="{colour}" '
                    f'transform="translate({_n(rim - side)} {_n(rim * 0.6 - side * 0.6)})"/></g>'
                )

    def texture(
        self, d: str, tile: str, width: float, height: float, *, turn: float = 0, opacity: float = 1
    ) -> None:
        """Fill the path *d* with a repeated *tile* of markup: knitting, stripes, weave, a net."""
        name = f"t{len(self._defs)}"
        turned = f' patternTransform="rotate({_n(turn)})"' if turn else ""
        self._defs.append(
            f'<pattern id="{name}" width="{_n(width)}" height="{_n(height)}" patternUnits="userSpaceOnUse"{turned}>'
            f"{tile}</pattern>"
        )
        self.path(d, f"url(#{name})", opacity=opacity)

    # ---- the place ----

    def wall(self, colour: str, *, window: bool = True) -> None:
        """The ground of the picture, lit by a window at the left."""
        self.box(0, 0, self.width, self.height, colour)
        if window:
            w, h = self.width, self.height
            pane = light(colour, 0.6)
            for x in (0.04, 0.24):
                self.poly(
                    [(w * x, 0), (w * (x + 0.17), 0), (w * (x + 0.42), h), (w * (x + 0.25), h)],
                    pane,
                    opacity=0.5,
                )

    def table(self, y: float, colour: str, *, edge: float = 0) -> None:
        """A table top from *y* down, lighter at the left; *edge* is the height of its front."""
        w, h = self.width, self.height
        self.box(0, y, w, h - y, colour)
        self.poly([(0, y), (w * 0.62, y), (w * 0.34, h), (0, h)], light(colour, 0.3), opacity=0.55)
        if edge:
            self.box(0, h - edge, w, edge, dark(colour, 0.16))
        self.box(0, y, w, 3, dark(colour, 0.12), opacity=0.5)

    def cast(self, x: float, y: float, rx: float, ry: float = 0, strength: float = 0.16) -> None:
        """The shadow of a thing standing at *x, y*: it falls to the right."""
        self.oval(x + rx * 0.22, y, rx * 1.08, ry or rx * 0.16, "#3a2418", opacity=strength)

    def svg(self, *, grain: bool = True) -> str:
        w, h = self.width, self.height
        defs = "".join(self._defs)
        over = ""
        if grain:
            defs += _grain(self.random)
            over = f'<rect width="{w}" height="{h}" fill="url(#g)"/>'
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}"><defs>{defs}</defs>{"".join(self._out)}{over}</svg>'


def _grain(chance: random.Random) -> str:
    """A tile of specks and short fibres, dark and light, over everything: paper."""
    dots: list[str] = []
    for colour, opacity, count in (("#3a2418", 0.09, 46), ("#fffaf0", 0.2, 46)):
        d = []
        for _ in range(count):
            x, y, a, r = (
                chance.uniform(0, 160),
                chance.uniform(0, 160),
                chance.uniform(0, math.tau),
                chance.uniform(0.2, 2.2),
            )
            d.append(f"M{_n(x)} {_n(y)}l{_n(r * math.cos(a))} {_n(r * math.sin(a))}")
        dots.append(
            f'<path d="{"".join(d)}" stroke="{colour}" stroke-width="1.3" stroke-linecap="round" opacity="{opacity}"/>'
        )
    return f'<pattern id="g" width="160" height="160" patternUnits="userSpaceOnUse">{"".join(dots)}</pattern>'
