"""The only door to numba. One source runs compiled, or as plain Python with ``SIM_COMPILE=0``.

``rule``   one formula for one agent, in scalars
``kernel`` a loop over rows that calls rules; may be called by other kernels
``entry``  a kernel that Python calls; only these are cached on disk

numba's own cache does not notice a change in another file, so the cache folder is named by a digest of every
source the compiled code can reach: an edited rule recompiles, a reverted one finds its old cache again. It is named by
the place of the sources, too, since numba keeps a cache for each: a second copy compiles, and says so. A comment mended
leaves the model the same (`digests.py`) and compiles again: numba goes by lines.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache, wraps
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

from sim.digests import code_digest
from sim.language import tr

F = TypeVar("F")

PACKAGE = Path(__file__).parent

COMPILED = os.environ.get("SIM_COMPILE", "1").strip().lower() not in {"0", "false", "no", "off"}
"""False where ``SIM_COMPILE=0`` asked for plain Python (debugger, coverage)."""

# What the compiled code reads; faces and the lab may change without a new compile.
_SOURCES = ("words.py", "compile.py", "chance.py", "observations.py", "day.py", "scenario/parameters.py")
_FOLDERS = ("rules", "phases", "world")


def model_digest() -> str:
    """What a result depends on besides scenario and seed: 16 hex digits, and "-interpreted" where plain Python runs them."""
    return sources_digest() if COMPILED else f"{sources_digest()}-interpreted"


def source_files() -> list[Path]:
    """The sources of the model."""
    files = [PACKAGE / name for name in _SOURCES]
    return files + [file for folder in _FOLDERS for file in sorted((PACKAGE / folder).glob("*.py"))]


@cache
def sources_digest() -> str:
    """Digest (16 hex digits) of what the sources of the model do; a comment or a label in them is not in it."""
    return code_digest(*(file.read_text(encoding="utf-8") for file in source_files()))[:16]


@cache
def _texts_digest() -> str:
    """Digest (16 hex digits) of the sources of the model as they stand."""
    digest = hashlib.sha256()
    for file in source_files():
        digest.update(file.relative_to(PACKAGE).as_posix().encode())
        # Line ends differ between checkouts on Windows and elsewhere; the model does not.
        digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


_extension: ContextVar[str] = ContextVar("extension", default="")


@contextmanager
def extension(digest: str) -> Iterator[None]:
    """Inside, and in this thread, what is compiled is cached apart: with replaced rules it is another model."""
    before = _extension.set(f"-{digest}")
    try:
        yield
    finally:
        _extension.reset(before)


def cache_folder() -> Path | None:
    """The folder for compiled code, made if need be; None where nothing can be written."""
    import numba
    import numpy

    place = hashlib.sha256(str(PACKAGE).encode()).hexdigest()[:8]
    name = f"{_texts_digest()}{_extension.get()}-{place}-numba{numba.__version__}-numpy{numpy.__version__}-py{sys.version_info[0]}{sys.version_info[1]}"
    bases: list[Path] = []
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        bases.append(Path(chosen))
    else:
        import platformdirs

        bases.append(Path(platformdirs.user_cache_dir("social-work-stations", appauthor=False)))
        bases.append(Path(tempfile.gettempdir()) / f"social-work-stations-{os.environ.get('USER', 'user')}")
    for base in bases:
        folder = base / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        return folder
    return None


def is_cold() -> bool:
    """True if the next call of an entry will have to compile first (about half a minute, once)."""
    if not COMPILED:
        return False
    folder = cache_folder()
    # The day is compiled last; what was stopped before it is not yet done.
    return folder is None or not any(folder.rglob("*run_days*.nbc"))


@cache
def _say_once(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def refusal(error: Exception) -> str:
    """Why numba cannot compile something, in one line; "" where the error is none of numba's."""
    if not type(error).__module__.startswith("numba"):
        return ""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines if not line.startswith(("Failed in", "During:"))), "")[:200] or "numba"


def without_dispatch(call: Any) -> Any:
    """The compiled code of an entry itself, where there is one: of a call for one day, two fifths went into finding out
    anew which kind of world it is, and it is always the same."""
    overloads = list(getattr(call, "overloads", {}).values())
    return getattr(overloads[0], "entry_point", call) if len(overloads) == 1 else call


@contextmanager
def one_compiles(folder: Path) -> Iterator[None]:
    """Inside, one process at a time compiles into a cache folder, so that the others find it compiled.

    The lock ends with its process. On a disk that knows no locks, each compiles for itself.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "lock")
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            _say_once(
                tr(
                    "another start of this program is compiling the model; waiting until it has done so ...",
                    "本程序的另一进程正在编译模型；正在等待其完成……",
                )
            )
            lock.acquire(poll_interval=0.2)
    except (OSError, NotImplementedError):
        yield
        return
    try:
        for left in folder.rglob("*.tmp.*"):  # of a process that was killed while it wrote
            with suppress(OSError):
                left.unlink()
        yield
    finally:
        lock.release()


@cache
def _kept_cache() -> Any:
    """numba's cache of a function, except that its files may fail: then the function is compiled, and not kept."""
    from numba.core.caching import FunctionCache

    class Kept(FunctionCache):
        def load_overload(self, sig: Any, target_context: Any) -> Any:
            try:
                return super().load_overload(sig, target_context)
            except OSError as error:
                self._not_kept(error)
            except Exception:  # a damaged file: whatever unpickling raises; it is written anew
                with suppress(OSError):
                    self.flush()
            return None

        def save_overload(self, sig: Any, data: Any) -> None:
            try:
                super().save_overload(sig, data)
            except OSError as error:
                self._not_kept(error)

        def _not_kept(self, error: OSError) -> None:
            base = Path(self.cache_path).parents[1]
            _say_once(
                tr(
                    f"note: {base}: compiled code cannot be kept there ({error.strerror}), so each start compiles again; make room, or "
                    "name another folder in NUMBA_CACHE_DIR",
                    f"提示：{base}：无法在此保存已编译的代码（{error.strerror}），每次启动都将重新编译；请腾出空间，或用 NUMBA_CACHE_DIR 指定其他文件夹",
                )
            )

    return Kept


def _of_any_precision(function: Any) -> Any:
    """A copy with those numbers in its code that single precision holds (0.5, 1) in single precision.

    So a rule of numbers in single precision is computed in it, as by NumPy; and one of double, in double, to the same bits.
    """
    import numpy as np

    def held(constant: Any) -> Any:
        is_held = isinstance(constant, float) and float(np.float32(constant)) == constant
        return np.float32(constant) if is_held else constant

    code = function.__code__.replace(co_consts=tuple(held(one) for one in function.__code__.co_consts))
    return wraps(function)(FunctionType(code, function.__globals__, function.__name__, function.__defaults__))


@cache
def _numba() -> Any:
    """numba, which looks for SciPy's linear algebra when it is loaded: half of the time that it takes, for what no kernel
    uses. Told that there is none it looks again where a function of another user needs it.
    """
    import numba

    linear_algebra = "scipy.linalg.cython_blas"
    if linear_algebra not in sys.modules:
        modules: dict[str, Any] = sys.modules
        modules[linear_algebra] = None
        try:
            import numba.np.arraymath
        finally:
            del modules[linear_algebra]
    return numba


def _jit(function: Any, *, is_entry: bool = False, is_hot: bool = False, is_kernel: bool = False) -> Any:
    numba = _numba()
    # numba links machine code by a function's name and a running number, which another engine's cached code may have.
    function.__qualname__ += _extension.get()
    # error_model="numpy": no exception checks inside loops; rules guard their own divisions.
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    if is_hot:
        options |= {"inline": "always"}
        function = _of_any_precision(function)
    if not is_entry:
        # Only entries are called from Python; wrappers for the rest would be a third of the compile time.
        # They make no arrays, so nothing need be counted for the collector.
        options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
    if is_kernel:
        # A world is some 200 words, which each call would copy: a worker's day took twice as long.
        options |= {"forceinline": True}
    folder = cache_folder() if is_entry else None
    if folder is None:
        return numba.njit(**options)(function)
    made = numba.njit(**options)(function)
    # The folder is read when the cache is made, so other users of numba keep their own.
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        made._cache = _kept_cache()(function)  # as numba's `enable_caching` does
    except (OSError, RuntimeError):  # the folder has gone; numba finds no place
        pass
    finally:
        config.CACHE_DIR = before
    return made


def rule(function: F) -> F:
    """Mark a rule: scalars in, scalars out, no arrays, no randomness."""
    return _jit(function) if COMPILED else function


def hot_rule(function: F) -> F:
    """Mark a rule of the residents' month, which is written into the loop that calls it so that it vectorises.

    Sparingly: each call compiles it again.
    """
    return _jit(function, is_hot=True) if COMPILED else function


def kernel(function: F) -> F:
    """Mark a loop over rows that other kernels call."""
    return _jit(function, is_kernel=True) if COMPILED else function


def entry(function: F) -> F:
    """Mark a kernel that Python calls."""
    return _jit(function, is_entry=True) if COMPILED else function
