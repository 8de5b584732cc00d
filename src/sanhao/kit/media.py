"""Pictures and films that people send: looked at, made anew, kept by the fingerprint of their bytes.

A photo is decoded and encoded again: what is not a picture does not survive that, and neither do places, names and
passengers in its metadata or behind its end. A film cannot be made anew here; its container is walked box by box, and
only its first bytes are ever trusted. Files lie under SANHAO_VAR/media and are served by whoever knows whose they are.
"""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec
from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from sanhao.kit.refusals import Invalid

PHOTO_BYTES, FILM_BYTES = 15_000_000, 50_000_000
_PIXELS_IN, _PIXELS_OUT = 60_000_000, 12_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
_MP4_BRANDS = frozenset(
    [
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
        b"dash",
        b"qt  ",
        b"3gp4",
        b"3gp5",
    ]
)
_MP4_BOXES = frozenset(
    [
        b"ftyp",
        b"moov",
        b"mdat",
        b"free",
        b"skip",
        b"wide",
        b"moof",
        b"mfra",
        b"sidx",
        b"styp",
        b"uuid",
        b"meta",
        b"udta",
    ]
)
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Stored(msgspec.Struct, frozen=True):
    """A file as it is kept. *digest* is the SHA-256 of its bytes and its only name."""

    digest: str
    mime: str
    size: int
    width: int = 0
    height: int = 0


def keep_photo(given: Readable, *, size: int) -> Stored:
    """Keep a photo as a fresh JPEG of at most 12 megapixels, upright, without metadata.

    Raises Invalid ``media.too_large``, ``media.not_a_photo``.
    """
    if size > PHOTO_BYTES:
        raise _too_large(PHOTO_BYTES)
    picture = _anew(given.read(PHOTO_BYTES + 1))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=86, optimize=True, progressive=True)
    return _store(out.getvalue(), "image/jpeg", *picture.size)


def _anew(data: bytes) -> Image.Image:
    """The pixels, and nothing else, of what claims to be a picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                if opened.width * opened.height > _PIXELS_IN:
                    raise _not_a_photo()
                opened.load()
                upright = ImageOps.exif_transpose(opened) or opened
                flat = Image.new("RGB", upright.size, "white")
                rgba = upright.convert("RGBA")
                flat.paste(rgba, mask=rgba.getchannel("A"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError,
            Image.DecompressionBombWarning) as error:  # fmt: skip
        raise _not_a_photo() from error
    pixels = flat.width * flat.height
    if pixels > _PIXELS_OUT:
        scale = (_PIXELS_OUT / pixels) ** 0.5
        flat = flat.resize((max(1, int(flat.width * scale)), max(1, int(flat.height * scale))))
    return flat


def keep_film(given: Readable, *, size: int) -> Stored:
    """Keep a film (MP4 or WebM, at most 50 MB) as it is, once its container has been walked from end to end.

    Raises Invalid ``media.too_large``, ``media.not_a_film``.
    """
    if size > FILM_BYTES:
        raise _too_large(FILM_BYTES)
    data = given.read(FILM_BYTES + 1)
    if len(data) > FILM_BYTES:
        raise _too_large(FILM_BYTES)
    if _is_mp4(data):
        return _store(data, "video/mp4")
    if _is_webm(data):
        return _store(data, "video/webm")
    raise _not_a_film()


def keep_paper(pdf: bytes) -> Stored:
    """Keep a PDF of our own making."""
    return _store(pdf, "application/pdf")


def _is_mp4(data: bytes) -> bool:
    """Top-level boxes, one after the other, known ones only, exactly to the end; the first says which kind it is."""
    seen: list[bytes] = []
    at = 0
    while at < len(data):
        length, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        header = 8
        if length == 1:
            length, header = int.from_bytes(data[at + 8 : at + 16]), 16
        if name not in _MP4_BOXES or length < header or at + length > len(data):
            return False
        seen.append(name)
        at += length
    if not seen or seen[0] != b"ftyp" or not {b"moov", b"mdat"} <= set(seen):
        return False
    return data[8:12] in _MP4_BRANDS


def _is_webm(data: bytes) -> bool:
    """An EBML header that says webm, followed by one segment that fills the rest."""
    if data[:4] != _EBML:
        return False
    length, width = _ebml_size(data, 4)
    body = 4 + width
    if length is None or b"webm" not in data[body : body + length]:
        return False
    at = body + length
    if data[at : at + 4] != _SEGMENT:
        return False
    size, width = _ebml_size(data, at + 4)
    return size is None or at + 4 + width + size == len(data)


def _ebml_size(data: bytes, at: int) -> tuple[int | None, int]:
    """A length as EBML writes it and how many bytes it takes; None for "unknown" (live recordings)."""
    first = data[at] if at < len(data) else 0
    if not first:
        return 0, 1
    width = 9 - first.bit_length()
    raw = int.from_bytes(data[at : at + width]) & ((1 << (7 * width)) - 1)
    return (None if raw == (1 << (7 * width)) - 1 else raw), width


def _store(data: bytes, mime: str, width: int = 0, height: int = 0) -> Stored:
    """Write once under its fingerprint: the same bytes again are the same file."""
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(data)
        part.replace(path)
    return Stored(digest, mime, len(data), width, height)


def path_of(digest: str) -> Path:
    """Where the file called *digest* lies. Raises ValueError for what is no fingerprint."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ValueError("not a fingerprint")
    return Path(settings.VAR_DIR) / "media" / digest[:2] / digest


def read(digest: str, start: int, end: int) -> Iterator[bytes]:
    """The bytes [start, end) of a file, a piece at a time."""
    with path_of(digest).open("rb") as file:
        file.seek(start)
        left = end - start
        while left and (piece := file.read(min(65_536, left))):
            left -= len(piece)
            yield piece


def span(header: str, size: int) -> tuple[int, int] | None:
    """What a Range header asks of *size* bytes, as [start, end); None where it asks for what is not there.

    One range only; anything else is answered with the whole.
    """
    unit, _, wanted = header.strip().partition("=")
    first, dash, last = wanted.partition("-")
    if unit != "bytes" or not dash or "," in wanted or not (first + last).isascii():
        return 0, size
    if not (first or last) or not (first + last).isdigit():
        return 0, size
    if not first:
        return (max(0, size - int(last)), size) if int(last) else None
    start, end = int(first), min(int(last) + 1 if last else size, size)
    return (start, end) if start < end else None


def _too_large(most: int) -> Invalid:
    megabytes = most // 1_000_000
    return Invalid(
        "media.too_large",
        zh=f"文件太大，最多{megabytes}MB。",
        en=f"The file is too large: {megabytes} MB at most.",
    )


def _not_a_photo() -> Invalid:
    return Invalid(
        "media.not_a_photo",
        zh="这不是能用的照片，请用 JPEG、PNG 或 WebP。",
        en="This is not a photo we can use: send a JPEG, PNG or WebP.",
    )


def _not_a_film() -> Invalid:
    return Invalid(
        "media.not_a_film",
        zh="这不是能用的视频，请用 MP4 或 WebM。",
        en="This is not a film we can use: send an MP4 or WebM.",
    )
