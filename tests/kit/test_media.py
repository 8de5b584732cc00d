"""What people send is looked at and made anew: wrong kinds, bombs, and what hides behind a picture do not survive."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sanhao.kit import media
from sanhao.kit.refusals import Refusal


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def picture(kind: str = "JPEG", size: tuple[int, int] = (80, 60), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "tomato").save(out, kind, **more)
    return out.getvalue()


def keep(data: bytes) -> media.Stored:
    return media.keep_photo(io.BytesIO(data), size=len(data))


def film(data: bytes) -> media.Stored:
    return media.keep_film(io.BytesIO(data), size=len(data))


def bytes_of(stored: media.Stored) -> bytes:
    return media.path_of(stored.digest).read_bytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_kept_as_a_fresh_jpeg_under_its_own_fingerprint(kind: str) -> None:
    stored = keep(picture(kind))
    assert (stored.mime, stored.width, stored.height) == ("image/jpeg", 80, 60)
    assert stored.size == len(bytes_of(stored))
    assert keep(picture(kind)) == stored, "the same picture is the same file"


def test_places_and_names_in_the_metadata_are_gone_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x010E] = "my kitchen"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    stored = keep(picture(exif=exif, comment=b"call me"))
    kept = bytes_of(stored)
    assert (stored.width, stored.height) == (60, 80)
    assert not any(secret in kept for secret in (b"kitchen", b"call me", b"Exif"))
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_what_hides_behind_a_picture_is_gone() -> None:
    payload = b"<script>alert(1)</script><?php system('id'); ?>PK\x03\x04"
    for given_bytes in (picture() + payload, picture("PNG") + payload):
        assert payload not in bytes_of(keep(given_bytes))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a<script>alert(1)</script>",
        b"%PDF-1.7",
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        picture()[:200],
        b"\xff\xd8\xff" + b"\0" * 500,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    ],
)
def test_what_is_no_photo_is_refused_and_leaves_nothing(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as no:
        keep(data)
    assert no.value.code == "media.not_a_photo"
    assert not list(tmp_path.rglob("*"))


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(Refusal) as no:
        keep(bomb)
    assert no.value.code == "media.not_a_photo"


def test_a_large_photo_is_made_smaller_and_a_huge_file_refused() -> None:
    stored = keep(picture(size=(5_000, 4_000), quality=20))
    assert 11_900_000 < stored.width * stored.height <= 12_000_000
    with pytest.raises(Refusal) as no:
        media.keep_photo(io.BytesIO(b""), size=media.PHOTO_BYTES + 1)
    assert no.value.code == "media.too_large"


def box(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


MP4 = box(b"ftyp", b"isom\0\0\2\0isomavc1") + box(b"moov", b"x" * 40) + box(b"mdat", b"y" * 100)
WEBM = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm" + b"\x18\x53\x80\x67\x84" + b"abcd"


@pytest.mark.parametrize(("data", "mime"), [(MP4, "video/mp4"), (WEBM, "video/webm")])
def test_a_film_is_kept_as_it_is_once_its_container_was_walked(data: bytes, mime: str) -> None:
    stored = film(data)
    assert (stored.mime, bytes_of(stored)) == (mime, data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        picture(),
        MP4[:-1],
        MP4 + b"<script>alert(1)</script>",
        MP4 + box(b"evil", b"PK"),
        box(b"moov") + MP4,
        box(b"ftyp", b"xxxx") + MP4[24:],
        box(b"ftyp", b"isom\0\0\2\0"),
        b"<html>ftypisom moov mdat",
        WEBM + b"<script>",
        WEBM.replace(b"webm", b"evil"),
        b"\x1a\x45\xdf\xa3",
    ],
)
def test_what_is_no_film_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal) as no:
        film(data)
    assert no.value.code == "media.not_a_film"


@given(st.binary(max_size=300))
def test_no_noise_is_taken_for_a_film_or_breaks_the_walk(data: bytes) -> None:
    for given_bytes in (data, MP4[:30] + data, WEBM[:9] + data):
        try:
            film(given_bytes)
        except Refusal as no:
            assert no.code == "media.not_a_film"


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=9-3", None),
        ("bytes=0-1,3-4", (0, 100)),
        ("pages=1-2", (0, 100)),
        ("bytes=a-b", (0, 100)),
        ("bytes=-", (0, 100)),
        ("nonsense", (0, 100)),
    ],
)
def test_ranges(header: str, wanted: tuple[int, int] | None) -> None:
    assert media.span(header, 100) == wanted


@pytest.mark.parametrize("name", ["", "..", "a" * 63, "A" * 64, "../" + "a" * 61])
def test_only_a_fingerprint_is_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="fingerprint"):
        media.path_of(name)
