"""Labels as paper: what a carrier sent is looked at and made anew, several become one document to print.

A carrier's document is somebody else's file: only its pages are taken over, without programs, links, forms or attachments;
a picture becomes a page. What is neither is no label.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence

from PIL import Image, UnidentifiedImageError
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import NameObject

LARGEST = 3_000_000
_PAGES, _PIXELS = 20, 30_000_000
_SHOWN = frozenset(
    {"/Type", "/Parent", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit"}
)
"""What of a page is seen on paper; everything else of it stays behind."""
_DPI = 203
"""Label printers'."""


class NoLabel(Exception):
    """The document is none that could be printed."""


def as_pdf(document: bytes, media: str) -> bytes:
    """The pages of a carrier's document (``application/pdf``, ``image/png``), and nothing else of it. Raises NoLabel."""
    if not document or len(document) > LARGEST:
        raise NoLabel("it is empty, or too large")
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        if media == "application/pdf":
            return _anew(document)
        if media == "image/png":
            return _page(document)
    except NoLabel:
        raise
    except Exception as error:
        raise NoLabel(f"it cannot be read: {error}") from error
    raise NoLabel("it is neither a PDF nor a PNG")


def _anew(document: bytes) -> bytes:
    if not document.startswith(b"%PDF-"):
        raise NoLabel("it is no PDF")
    reader = PdfReader(io.BytesIO(document), strict=False)
    if reader.is_encrypted or not 1 <= len(reader.pages) <= _PAGES:
        raise NoLabel("it is locked, or has no pages, or too many")
    writer = PdfWriter()
    for page in reader.pages:
        _strip(page)
        writer.add_page(page)
    return _written(writer)


def _strip(page: PageObject) -> None:
    for key in [key for key in page if key not in _SHOWN]:
        del page[NameObject(key)]


def _page(picture: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(picture), formats=["PNG"]) as opened:
            if opened.width * opened.height > _PIXELS:
                raise NoLabel("the picture is too large")
            flat = Image.new("RGB", opened.size, "white")
            rgba = opened.convert("RGBA")
            flat.paste(rgba, mask=rgba.getchannel("A"))
    except UnidentifiedImageError as error:
        raise NoLabel("it is no PNG") from error
    out = io.BytesIO()
    flat.save(out, "PDF", resolution=_DPI)
    return out.getvalue()


def together(documents: Sequence[bytes]) -> bytes:
    """One document with all their pages, in their order. Each has been through `as_pdf`."""
    if len(documents) == 1:
        return documents[0]
    writer = PdfWriter()
    for document in documents:
        for page in PdfReader(io.BytesIO(document)).pages:
            writer.add_page(page)
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
