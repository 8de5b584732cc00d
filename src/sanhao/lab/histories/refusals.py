"""What can be wrong with a whole file or mapping: one sentence that names it, before anything is written."""

from __future__ import annotations

from pathlib import Path

from sanhao.kit.refusals import Invalid


class Unreadable(Invalid):
    """The history, its mapping or its terms cannot be used at all."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__("lab.unreadable", zh=zh, en=en)


def unreadable(path: Path | str, *, zh: str, en: str) -> Unreadable:
    """*path* named first, then what is wrong with it."""
    return Unreadable(zh=f"{path}：{zh}", en=f"{path}: {en}")


def require_file(path: Path) -> None:
    """Raise `Unreadable` unless *path* is a plain file with something in it that we may read."""
    try:
        if path.is_dir():
            raise unreadable(path, zh="是文件夹，不是文件。", en="is a directory, not a file.")
        if not path.exists():
            raise unreadable(path, zh="文件不存在。", en="there is no such file.")
        if not path.is_file():
            raise unreadable(path, zh="不是普通文件。", en="is not a plain file.")
        with path.open("rb") as file:
            if not file.read(1):
                raise unreadable(path, zh="文件是空的。", en="the file is empty.")
    except OSError as error:
        raise unreadable(
            path, zh=f"读不了（{error.strerror}）。", en=f"cannot be read ({error.strerror})."
        ) from None
    except ValueError:  # a NUL inside the name
        raise unreadable(repr(str(path)), zh="不是文件名。", en="is not a file name.") from None
