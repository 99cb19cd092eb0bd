"""Files and folders appear whole or not at all, and what killed processes left is found again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim import language
from sim.lab.kept import folders, writing
from sim.mistakes import Mistake

POSIX = pytest.mark.skipif(os.name == "nt", reason="links, limits and kill -9")


def save(folder: Path, made: str, *, force: bool = False) -> None:
    with writing.whole_folder(folder, force=force, mark=folders.PROVENANCE) as place:
        (place / "a.csv").write_text("x\n1\n", encoding="utf-8")
        (place / folders.PROVENANCE).write_bytes(folders.to_json({"kind": "run", "made": made}))


def made(folder: Path) -> str:
    return str(folders.load_provenance(folder, shape={})["made"])


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def refused(folder: Path, *, force: bool = False) -> str:
    """The sentence of the check before the work, which is that of saving, too; nothing is left."""
    around = folder.parent if folder.parent.is_dir() else folder.parent.parent
    before = names(around)
    with pytest.raises(Mistake) as caught:
        writing.check_folder(folder, force=force, mark=folders.PROVENANCE)
    with pytest.raises(Mistake) as again:
        save(folder, "late", force=force)
    assert str(again.value) == str(caught.value)
    assert names(around) == before
    return str(caught.value)


KILLED = """
import os, signal, sys
from pathlib import Path
from sim.lab.kept import folders, writing
moment, seen = int(sys.argv[1]), 0
rename = Path.rename
def killing(self, target):
    global seen
    if seen == moment:
        os.kill(os.getpid(), signal.SIGKILL)
    seen += 1
    return rename(self, target)
Path.rename = killing
with writing.whole_folder(Path("out"), force=True, mark=folders.PROVENANCE) as place:
    (place / folders.PROVENANCE).write_bytes(folders.to_json({"kind": "run", "made": "new"}))
os.kill(os.getpid(), signal.SIGKILL)
"""


@POSIX
@pytest.mark.parametrize(("moment", "left"), [(0, "old"), (1, "old"), (2, "new"), (3, "new")])
def test_killed_between_any_two_renames(here: Path, moment: int, left: str, capsys: pytest.CaptureFixture[str]) -> None:
    save(Path("out"), "old")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", KILLED, str(moment)], env=environment, check=False)
    assert done.returncode == -9
    assert Path("out").exists() is (moment != 2)
    assert made(Path("out")) == left, "whole, old or new, for whoever looks next"
    assert ("they are replaced now" in capsys.readouterr().err) is (moment == 2)
    save(Path("out"), "next", force=True)
    assert names(Path()) == ["out", "small.yaml"], "the next command leaves nothing of the killed one"
    assert names(Path("out")) == ["a.csv", "provenance.json"]


KILLED_WHILE_IT_TIDIES = """
import os, signal, sys
from pathlib import Path
from sim.lab.kept import writing
moment, seen = int(sys.argv[1]), 0
def killing(name):
    real = getattr(os, name)
    def acts(*given, **named):
        global seen
        seen += 1
        if seen > moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)
    setattr(os, name, acts)
with writing.aside(Path()) as held:
    (held / "made").mkdir()
    (held / "made" / "a").touch()
    (held / "bytes").touch()
    for name in ("unlink", "rmdir"):
        killing(name)
os.kill(os.getpid(), signal.SIGKILL)
"""


@POSIX
@pytest.mark.parametrize("moment", range(6))
def test_killed_while_it_removes_its_own(here: Path, moment: int) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    words = [sys.executable, "-c", KILLED_WHILE_IT_TIDIES, str(moment)]
    assert subprocess.run(words, env=environment, check=False).returncode == -9
    writing.tidy(Path())
    assert names(here) == ["small.yaml"]


@POSIX
def test_what_another_process_is_writing_stays(here: Path) -> None:
    code = (
        "from pathlib import Path; from sim.lab.kept import writing\n"
        "with writing.aside(Path()) as held: print(held.name, flush=True); input()"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    other = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    held = Path(other.stdout.readline().strip())
    writing.tidy(Path())
    assert (held / "lock").exists()
    other.kill()
    other.wait()
    writing.tidy(Path())
    assert not held.exists()


def test_only_our_own_is_removed(here: Path) -> None:
    for name in (".stations-notes", ".stations-0123456789ab"):  # the second is named like ours, and holds no lock
        (here / name).mkdir()
        (here / name / "mine.txt").touch()
    (here / ".stations-00112233aabb").mkdir()  # killed before it could lock
    writing.tidy(here)
    assert names(here) == [".stations-0123456789ab", ".stations-notes", "small.yaml"]


@POSIX
def test_links_are_followed(here: Path) -> None:
    Path("real").mkdir()
    Path("link").symlink_to("real")
    save(Path("link"), "old")
    assert Path("link").is_symlink()
    assert made(Path("real")) == "old"
    save(Path("link"), "new", force=True)
    assert Path("link").is_symlink()
    assert made(Path("real")) == "new"
    Path("page").symlink_to(here / "real" / "page.html")
    with pytest.raises(Mistake, match=r"page: is a link to .*page\.html, which is not there"):
        writing.write_whole(Path("page"), b"")
    (here / "real" / "page.html").touch()
    writing.write_whole(Path("page"), b"x")
    assert Path("page").is_symlink()
    assert (here / "real" / "page.html").read_bytes() == b"x"


@POSIX
def test_refused_before_the_work(here: Path) -> None:
    Path("nowhere").symlink_to("gone")
    Path("round").symlink_to("round")
    assert refused(Path("nowhere")).startswith("nowhere: is a link to gone, which is not there")
    assert refused(Path("nowhere/in")).startswith("nowhere: is a link to gone")
    assert refused(Path("round")).startswith("round: is a link to round")
    assert "File name too long" in refused(Path("n" * 256))
    assert "File name too long" in refused(Path("new") / ("n" * 256))
    assert refused(Path("small.yaml")).startswith("small.yaml: a file stands where the results should go")
    assert "small.yaml: a file stands" in refused(Path("small.yaml/in"))
    (here / "empty").mkdir()
    os.chdir("empty")
    assert refused(Path(".")).startswith(".: you are in this folder")
    os.chdir(here)
    language.use("zh")
    assert refused(Path("nowhere")).startswith("nowhere：是指向 gone 的链接")
    assert names(here) == ["empty", "nowhere", "round", "small.yaml"]


def test_every_name_that_the_disk_takes_can_be_written(here: Path) -> None:
    longest = "n" * 255
    save(Path(longest), "old")
    save(Path(longest), "new", force=True)
    writing.write_whole(Path("m" * 255), b"")
    assert names(here) == ["m" * 255, longest, "small.yaml"]


@POSIX
def test_a_full_disk_is_told_before_the_work(here: Path) -> None:
    code = (
        "import resource; from pathlib import Path; from sim.cli import run\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "raise SystemExit(run(['run', 'small.yaml', '--dry-run', '--out', 'out']))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "stations: out: cannot be written (File too large)\n"
    assert names(here) == ["small.yaml"]


@POSIX
@pytest.mark.skipif(os.name != "nt" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told_before_the_work(here: Path) -> None:
    save(here / "in" / "out", "old")
    (here / "in" / "out").chmod(0o555)
    assert "is read-only and cannot be replaced" in refused(here / "in" / "out", force=True)
    (here / "in").chmod(0o555)
    assert "cannot be written (Permission denied)" in refused(here / "in" / "new")


@pytest.mark.parametrize("name", ["CON", "nul.txt", "Com1", "lpt9.csv", "a.", "b "])
def test_names_that_windows_does_not_allow(name: str) -> None:
    assert writing._RESERVED.fullmatch(name)
    assert not writing._RESERVED.fullmatch(f"x{name.rstrip('. ')}")
