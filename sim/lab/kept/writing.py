"""Files and folders that appear whole or not at all, whatever ends the process; and what killed processes left behind.

What is being written lies in a hidden folder beside its place, with a lock that ends with its process. Who finds such a
folder that nobody holds knows that it was left: it is removed, and a replacement of results that was cut short is completed.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sim.language import tr
from sim.mistakes import Mistake

if TYPE_CHECKING:
    from filelock import FileLock

HIDDEN_BEGINNING = ".stations-"
"""How the names of hidden folders begin. They are short, so that every name that a place may have can be written."""

_HIDDEN = re.compile(re.escape(HIDDEN_BEGINNING) + "[0-9a-f]{12}")
_LOCK, _NEW, _OLD, _PLACE = "lock", "new", "old", "place"
_PROBED_BYTES = 65_536
_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])\s*(\..*)?|.*[. ]", re.IGNORECASE)
"""Names that Windows gives to devices, or shortens."""


def cannot_write(path: Path, error: OSError | ValueError) -> Mistake:
    why = error.strerror if isinstance(error, OSError) else str(error)
    return Mistake(f"{path}: cannot be written ({why})", f"{path}：无法写入（{why}）")


# --- before the work


def check_folder(folder: Path, *, force: bool, mark: str) -> None:
    """Raise Mistake if a folder of results cannot be put there, before any work is done.

    force: replace what is there, provided that it holds a file `mark`.
    """
    check_writable(folder)
    if not folder.exists():
        return
    place = folder.resolve()
    if not place.is_dir():
        raise is_file(folder)
    here = Path.cwd()
    if place in (here, *here.parents) or place.is_mount():
        raise Mistake(
            f"{folder}: you are in this folder, or a disk is mounted there, so it cannot be replaced as a whole; name a new folder in it",
            f"{folder}：这是当前所在文件夹或挂载点，无法整体替换；请给出其中的一个新文件夹",
        )
    if any(place.iterdir()) and not force:
        raise Mistake(
            f"{folder}: the folder exists already; give another --out, or --force (force=True in Python) to replace it",
            f"{folder}：文件夹已存在；请换一个 --out，或用 --force（Python 中为 force=True）覆盖",
        )
    if any(place.iterdir()) and not (place / mark).is_file():
        raise Mistake(
            f"{folder}: holds no {mark}, so it is no results folder and --force will not replace it",
            f"{folder}：其中没有 {mark}，不是结果文件夹，--force 不会覆盖它",
        )
    if not os.access(place, os.W_OK):
        raise Mistake(
            f"{folder}: is read-only and cannot be replaced; give another --out",
            f"{folder}：是只读的，无法替换；请换一个 --out",
        )


def check_file(file: Path) -> None:
    """Raise Mistake if a file cannot be written there, before any work is done."""
    check_writable(file)
    if file.exists() and not file.is_file():
        raise Mistake(f"{file}: is no file; give the name of a file", f"{file}：不是文件；请给出文件名")


def check_writable(path: Path, *, inside: bool = False) -> None:
    """Try what will be done, without leaving anything: a dry run leaves nothing either. Raises Mistake.

    inside: a folder that is there is written into; else what is there is replaced, and the folder around it counts.
    """
    try:
        settle(path)
        place = _resolved(path)
        around = (place, *place.parents) if inside else place.parents
        ground = next((folder for folder in around if folder.exists()), place)
        if not ground.is_dir():
            raise is_file(path if ground == place else ground)
        with aside(ground) as tried:
            (tried / _NEW / place.relative_to(ground)).mkdir(parents=True)
            (tried / "bytes").write_bytes(bytes(_PROBED_BYTES))  # a full disk still takes empty files
    except (OSError, ValueError) as error:
        raise cannot_write(path, error) from None


def free_folder(parent: Path, name: str) -> Path:
    """`parent/name`, or `name-2`, `name-3`, ... where that exists."""
    return next(folder for folder in numbered(parent, name) if not folder.exists())


def numbered(parent: Path, name: str) -> Iterator[Path]:
    """`parent/name`, `name-2`, `name-3`, ... without end."""
    settle(parent / name)
    yield parent / name
    yield from (parent / f"{name}-{number}" for number in itertools.count(2))


def is_file(path: Path) -> Mistake:
    return Mistake(
        f"{path}: a file stands where the results should go; give another --out",
        f"{path}：该路径已有文件；请换一个 --out",
    )


def _resolved(path: Path) -> Path:
    """Where links lead: what they lead to is replaced, never the link. Raises Mistake, OSError."""
    for part in (path, *path.parents):
        if part.is_symlink() and not part.exists():
            to = os.readlink(part)
            raise Mistake(
                f"{part}: is a link to {to}, which is not there; make that folder, or give another --out",
                f"{part}：是指向 {to} 的链接，而目标不存在；请先建立该文件夹，或换一个 --out",
            )
        if os.name == "nt" and not part.exists() and _RESERVED.fullmatch(part.name):
            raise Mistake(
                f"{path}: Windows allows no file or folder of the name '{part.name}'; give another",
                f"{path}：Windows 不允许名为 '{part.name}' 的文件或文件夹；请换一个名称",
            )
    return path.resolve()


# --- writing


@contextmanager
def aside(parent: Path) -> Iterator[Path]:
    """A new hidden folder in an existing one, for what is not yet whole. Afterwards it is gone. Raises OSError."""
    tidy(parent)
    held, lock = _claimed(parent)
    try:
        yield held
    finally:
        _remove(held, lock)


def beside(folder: Path) -> Path:
    """Where what is to replace a folder is made when that takes long: hidden beside it, the same place each time."""
    place = _resolved(folder)
    return place.with_name(f"{HIDDEN_BEGINNING}new-{hashlib.sha256(os.fsencode(place.name)).hexdigest()[:8]}")


def remove(folder: Path) -> None:
    """Delete a folder of ours. Raises Mistake."""
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise cannot_write(folder, error) from None


def replace_folder(made: Path, folder: Path) -> None:
    """Put a folder made in `beside` in its place. Raises Mistake."""
    try:
        place = _resolved(folder)
        with aside(place.parent) as held:
            made.rename(held / "made")
            write_folder(held / "made", place)
    except OSError as error:
        raise cannot_write(folder, error) from None


@contextmanager
def whole_folder(folder: Path, *, force: bool, mark: str) -> Iterator[Path]:
    """A new folder to be filled inside; then it appears as a whole in the place of `folder`. As `check_folder`. Raises Mistake."""
    check_folder(folder, force=force, mark=mark)
    try:
        place = _resolved(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        with aside(place.parent) as held:
            made = held / "made"
            made.mkdir()
            yield made
            for file in made.rglob("*"):
                if file.is_file():
                    with file.open("rb+") as written:
                        os.fsync(written.fileno())
            write_folder(made, place)
    except OSError as error:
        raise cannot_write(folder, error) from None


def write_folder(made: Path, folder: Path) -> None:
    """Put `made`, a folder in one of `aside` beside it, in the place of `folder`. Raises OSError.

    Killed at any moment, it leaves the old or the new one there, or none and a hidden folder from which the next command
    puts the new one there.
    """
    if os.path.lexists(folder):
        (made.parent / _PLACE).write_bytes(os.fsencode(folder.name))
        made.rename(made.parent / _NEW)
        with suppress(FileNotFoundError):  # another process has just replaced it, too
            folder.rename(made.parent / _OLD)
        (made.parent / _NEW).rename(folder)
    else:
        made.rename(folder)


def write_whole(file: Path, content: bytes) -> None:
    """Write one file whole or not at all, its folder with it if need be. Raises Mistake."""
    try:
        place = _resolved(file)
        place.parent.mkdir(parents=True, exist_ok=True)
        with aside(place.parent) as held:
            with (held / "file").open("wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            os.replace(held / "file", place)
    except OSError as error:
        raise cannot_write(file, error) from None


def _claimed(parent: Path) -> tuple[Path, FileLock | None]:
    from filelock import FileLock, Timeout

    while True:
        held = parent / f"{HIDDEN_BEGINNING}{uuid.uuid4().hex[:12]}"
        held.mkdir()
        lock = FileLock(held / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        except (OSError, NotImplementedError):
            if not held.exists():
                continue
            return held, None  # a disk without locks: nobody there takes it for left behind, either
        if (held / _LOCK).exists():
            return held, lock
        lock.release()  # in the moment before it was locked, another process took it for left behind


def _remove(held: Path, lock: FileLock | None) -> None:
    """In an order in which a kill leaves what `tidy` knows: with its lock, or empty."""
    if _complete(held):
        if (held / _OLD).exists():
            (held / _OLD).rename(held / "gone")  # half of it is nothing to put back
        for entry in held.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != _LOCK:
                entry.unlink(missing_ok=True)
    if lock is not None:
        lock.release()  # Windows removes no file that is open
    with suppress(OSError):
        if {entry.name for entry in held.iterdir()} <= {_LOCK}:
            (held / _LOCK).unlink(missing_ok=True)
            held.rmdir()


def _complete(held: Path) -> bool:
    """Complete a replacement that was cut short. False where that cannot be done, and all that is left lies there."""
    if not (held / _OLD).exists():
        return True
    folder = held.parent / os.fsdecode((held / _PLACE).read_bytes())
    for left in (held / _NEW, held / _OLD):
        if not os.path.lexists(folder):
            with suppress(OSError):
                left.rename(folder)
    return os.path.lexists(folder)


# --- what was left


def settle(folder: Path) -> None:
    """Where a folder is missing because its replacement was cut short, complete that."""
    place = Path(os.path.realpath(folder))
    if not place.exists():
        tidy(place.parent)


def tidy(parent: Path) -> None:
    """Remove what killed processes of ours left in a folder, and complete what they were replacing."""
    from filelock import FileLock, Timeout

    try:
        names = [name for name in os.listdir(parent) if _HIDDEN.fullmatch(name)]
    except OSError:
        return
    for name in names:
        held = parent / name
        with suppress(OSError, NotImplementedError, Timeout):
            if not (held / _LOCK).exists():
                held.rmdir()  # where it is empty: it was killed before it could lock
                continue
            lock = FileLock(held / _LOCK)
            lock.acquire(timeout=0)
            was_missing = (held / _OLD).exists() and (held / _NEW).exists()
            _remove(held, lock)
            if was_missing and not held.exists():
                _say_completed(parent)


def _say_completed(parent: Path) -> None:
    print(
        tr(
            f"note: {parent}: an earlier command was stopped while it replaced results here; they are replaced now",
            f"提示：{parent}：先前的命令在替换此处结果时被中止；现已完成替换",
        ),
        file=sys.stderr,
    )
