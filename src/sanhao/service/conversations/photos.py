"""Photos of a message: looked at and made anew before the transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from sanhao.kit import media
from sanhao.kit.refusals import Invalid
from sanhao.service.conversations.words import PHOTOS


def keep(files: Sequence[UploadedFile]) -> list[media.Stored]:
    """Fresh pictures of *files*; no message knows of them yet. Raises Invalid ``talk.photos``, and what `kit.media` refuses."""
    if len(files) > PHOTOS:
        raise Invalid("talk.photos", zh=f"一次最多{PHOTOS}张照片。", en=f"At most {PHOTOS} photos at a time.")
    return [media.keep_photo(file, size=file.size or 0) for file in files]
