"""The comparison in the background: the numbers of `stations compare`, whenever it is looked at or stopped."""

from __future__ import annotations

import csv
import io
import json
import math
import shlex
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cities import TEXT, city, group
from failing import fail_of
from patience import PATIENCE

from sim import language
from sim.cli import run
from sim.lab.compare import arms_of, compare
from sim.lab.comparison import BASELINE
from sim.lab.failed import Stopped, by_command
from sim.lab.say.verdict import verdict
from sim.lab.sums.statistics import Estimate
from sim.mistakes import Mistake
from sim.scenario.load import load_policy, load_scenario
from sim.scenario.schema import Policy
from sim.scenario.write import city_file
from sim.view import comparing, words
from sim.view.comparing import MOST_SEEDS, OUTCOMES_COMPARED, Comparing
from sim.view.start import Start
from sim.view.viewer import Viewer

POLICIES = ("incentives", "linkage")


def picked(*names: str) -> list[Policy]:
    return [load_policy(name) for name in names or POLICIES]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


@pytest.fixture(scope="module")
def done() -> Comparing:
    made = Comparing(city(), picked(), 5).start()
    made.wait()
    return made


def same(one: Estimate, other: Estimate) -> bool:
    """Equal, and NaN where the other is."""
    return repr(one) == repr(other)


# --- the numbers


def test_estimates_are_those_of_compare(done: Comparing) -> None:
    result = compare(arms_of(city(), picked()), seeds=range(1, 6))
    found = done.estimates()
    assert list(found) == [BASELINE, *POLICIES]
    for outcome in OUTCOMES_COMPARED:
        assert same(found[BASELINE][outcome], result.level(BASELINE, outcome))
        for name in POLICIES:
            assert same(found[name][outcome], result.effect(name, outcome))
    assert (done.n_done, done.is_running, done.message) == (5, False, "")


def test_worlds_are_those_of_compare() -> None:
    made = Comparing(city(), picked(), 12, doubt="prior").start()
    made.wait()
    result, found, table = compare(arms_of(city(), picked()), seeds=12, doubt="prior"), made.estimates(), made.table()
    for outcome in OUTCOMES_COMPARED:
        assert same(found[BASELINE][outcome], result.spread(BASELINE, outcome, "level").both)
        for name in POLICIES:
            assert same(found[name][outcome], result.spread(name, outcome).both)
    assert table["doubt"] == "prior"
    said = {cell["verdict"] for row in table["rows"] for cell in row["cells"]}
    assert said <= {"few", "equal", "unknown"}, "twelve worlds are too few for a verdict"
    assert {cell["tone"] for row in table["rows"] for cell in row["cells"]} == {"unsure"}
    assert "--doubt prior" in made.command("small.yaml")
    assert made.csv().startswith("\ufeffarm,is_difference,outcome,unit,median,")
    assert "95 of 100 worlds" in str(words.compare("prior")["caption"])


def test_doubt_that_is_not_there_is_refused_before_the_page(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"there is no 'priors' \(did you mean 'prior'\?\)"):
        Viewer(Start("t-city", doubt="priors"))
    with pytest.raises(Mistake, match=r"holds no posterior\.json"):
        Viewer(Start("t-city", doubt=str(tmp_path)))


def test_few_seeds_have_wide_intervals_that_end_with_the_scale() -> None:
    made = Comparing(city(), picked("incentives"), 2).start()
    made.wait()
    result = compare(arms_of(city(), picked("incentives")), seeds=[1, 2])
    levels = made.estimates()[BASELINE]
    assert all(same(one, result.level(BASELINE, name)) for name, one in levels.items())
    assert any(one.low == 0.0 < one.high or one.high == 1.0 for one in levels.values())


def test_the_table_says_what_the_estimates_are(done: Comparing) -> None:
    table, found = done.table(), done.estimates()
    assert [row["name"] for row in table["rows"]] == list(OUTCOMES_COMPARED)
    assert (table["done"], table["seeds"], table["is_running"], table["message"]) == (5, 5, False, "")
    assert table["columns"] == [one.title.en for one in picked()]
    assert table["window"] == "2023-07 – 2023-12"
    for row in table["rows"]:
        assert len(row["cells"]) == 2
        base = found[BASELINE][row["name"]]
        for name, cell in zip(POLICIES, row["cells"], strict=True):
            effect = found[name][row["name"]]
            assert (cell["mean"], cell["low"], cell["high"]) == (effect.mean, effect.low, effect.high)
            assert cell["verdict"] == verdict(row["name"], effect, base.mean)
            assert " to " in cell["text"]
            assert row["widest"] >= max(abs(effect.low), abs(effect.high), 1e-300)
    (coverage,) = [row for row in table["rows"] if row["name"] == "coverage"]
    assert coverage["base"].startswith(f"{100 * found[BASELINE]['coverage'].mean:.1f} (")
    assert coverage["unit"] == "%"


def test_the_table_is_plain_json_in_both_languages(done: Comparing) -> None:
    english = done.table()
    language.use("zh")
    chinese = done.table()
    for table in (english, chinese):
        assert json.loads(json.dumps(table, allow_nan=False)) == table
    for one, other in zip(english["rows"], chinese["rows"], strict=True):
        assert one["title"] != other["title"]
        assert one["base"] != other["base"]
        for cell, cell_zh in zip(one["cells"], other["cells"], strict=True):
            assert cell["said"] != cell_zh["said"]
            assert cell["mean"] == cell_zh["mean"]


def test_csv_has_every_estimate(done: Comparing) -> None:
    text = done.csv()
    assert text.startswith("\ufeffarm,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert len(rows) == 3 * len(OUTCOMES_COMPARED)
    found = done.estimates()
    for row in rows:
        one = found[row["arm"]][row["outcome"]]
        assert row["is_difference"] == str(row["arm"] != BASELINE)
        assert row["n"] == str(one.n)
        for name in ("mean", "low", "high", "sd"):
            value = getattr(one, name)
            assert row[name] == ("" if math.isnan(value) else repr(value))


def test_what_no_run_can_tell_is_a_dash() -> None:
    groups = {
        "poor": group(needs_per_year=0),
        "public": {key: value for key, value in group(needs_per_year=0).items() if key != "per_1000"} | {"rest": True},
    }
    made = Comparing(city(groups=groups), picked("incentives"), 2).start()
    made.wait()
    assert math.isnan(made.estimates()["incentives"]["coverage"].mean)
    for tongue in language.LANGUAGES:
        language.use(tongue)
        table = made.table()
        assert json.loads(json.dumps(table, allow_nan=False)) == table
        (row,) = [row for row in table["rows"] if row["name"] == "coverage"]
        assert row["cells"][0]["mean"] is row["cells"][0]["low"] is row["cells"][0]["high"] is None
        assert row["cells"][0]["text"].startswith("–")
        assert row["cells"][0]["verdict"] == "unknown"
        assert row["widest"] == 1.0
    assert "nan" not in made.csv()


def test_one_seed_has_no_interval() -> None:
    made = Comparing(city(), picked("incentives"), 1).start()
    made.wait()
    assert made.n_done == 1
    effect = made.estimates()["incentives"]["stay_share"]
    for row in made.table()["rows"]:
        cell = row["cells"][0]
        assert "(no interval yet)" in row["base"]
        assert "(no interval yet)" in cell["text"]
        assert (cell["verdict"], cell["said"]) == ("unknown", "no interval")
        assert cell["low"] == cell["mean"] == cell["high"]
    (row,) = [row for row in made.table()["rows"] if row["name"] == "stay_share"]
    assert row["cells"][0]["mean"] == effect.mean
    language.use("zh")
    assert all("尚无区间" in row["cells"][0]["text"] for row in made.table()["rows"])
    assert all("尚无区间" in row["base"] for row in made.table()["rows"])


# --- while it runs


def test_before_it_has_a_seed_there_is_an_empty_table() -> None:
    made = Comparing(city(), picked(), 3)
    assert made.estimates() == {}
    assert made.table()["rows"] == []
    assert (made.n_done, made.is_running) == (0, False)
    assert made.csv().count("\r\n") == 1


def test_changes_are_told_last_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "SECONDS_BETWEEN_REPORTS", -1.0)
    told: list[tuple[int, bool, str]] = []

    def on_change() -> None:
        told.append((made.n_done, made.is_running, threading.current_thread().name))

    made = Comparing(city(), picked("incentives"), 6, on_change=on_change).start()
    made.wait()
    assert len(told) == 7  # after each seed, and at the end
    assert [n for n, _, _ in told] == sorted(n for n, _, _ in told)
    assert told[-1] == (6, False, "compare")
    assert all(is_running for _, is_running, _ in told[:-1])


def test_reports_are_no_more_than_a_few_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "SECONDS_BETWEEN_REPORTS", 3600.0)
    told: list[bool] = []
    made = Comparing(city(), picked("incentives"), 12, on_change=lambda: told.append(made.is_running)).start()
    made.wait()
    assert len(told) <= 2
    assert told[-1] is False


def wait_until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_cancel_stops_soon_and_keeps_what_is_there() -> None:
    told: list[bool] = []
    made = Comparing(city(), picked(), MOST_SEEDS, on_change=lambda: told.append(made.is_running)).start()
    wait_until(lambda: made.n_done >= 3)
    assert made.is_running
    some = made.table()["done"]
    made.cancel()
    assert not made.is_running
    made.wait(PATIENCE)
    assert not made._thread.is_alive()
    assert some <= made.n_done < MOST_SEEDS
    assert told[-1] is False
    assert made.message == ""
    kept = sorted(made._found)
    result = compare(arms_of(city(), picked()), seeds=kept)
    for outcome in OUTCOMES_COMPARED:
        assert same(made.estimates()["linkage"][outcome], result.effect("linkage", outcome))
    made.cancel()
    assert made.table()["done"] == len(kept)


def test_a_run_that_has_begun_hears_of_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def endless(_: Any, stop: threading.Event, **__: Any) -> Any:
        begun.set()
        assert stop.wait(PATIENCE)
        raise Stopped

    monkeypatch.setattr(comparing, "do", endless)
    made = Comparing(city(), picked("incentives"), 1).start()
    assert begun.wait(PATIENCE)
    made.cancel()
    made.wait(PATIENCE)
    assert not made._thread.is_alive()
    assert (made.n_done, made.message) == (0, "")


def test_cancelled_while_it_waits_for_a_core_it_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = threading.BoundedSemaphore(1)
    monkeypatch.setattr(comparing, "_slots", slots)
    slots.acquire()
    made = Comparing(city(), picked("incentives"), 5).start()
    time.sleep(0.3)
    assert made.is_running
    made.cancel()
    made.wait(PATIENCE)
    assert not made._thread.is_alive()
    assert made.n_done == 0
    slots.release()
    assert slots.acquire(blocking=False)  # and has given back no slot that it never had


def test_two_at_once_have_the_numbers_of_one(done: Comparing) -> None:
    both = [Comparing(city(), picked(), 5).start() for _ in range(2)]
    for made in both:
        made.wait()
        assert repr(made.estimates()) == repr(done.estimates())


# --- what is refused


@pytest.mark.parametrize("seeds", [0, -1, MOST_SEEDS + 1, True, 2.0, "5", None, 10**400])
def test_a_number_of_seeds_that_cannot_be(seeds: Any) -> None:
    with pytest.raises(Mistake, match="from 1 to 1,000"):
        Comparing(city(), picked(), seeds)


def test_policies_that_cannot_be() -> None:
    with pytest.raises(Mistake, match="at least one"):
        Comparing(city(), [], 5)
    other = load_policy("incentives")
    (pay,) = [one for one in other.levers if one.name == "pay"]
    bad = Policy("bad", other.title, other.proposer, other.source, (replace(pay, stations=("nowhere",)),), ())
    with pytest.raises(Mistake, match="no station 'nowhere'"):
        Comparing(city(), [bad], 5)
    language.use("zh")
    with pytest.raises(Mistake, match="至少选择一项"):
        Comparing(city(), [], 5)


@pytest.fixture
def acting(tmp_path: Path) -> Policy:
    (tmp_path / "react.py").write_text(
        "from pathlib import Path\n\n\ndef act(now):\n"
        f"    Path({str(tmp_path / 'it-ran')!r}).touch()\n    return {{'administrative_burden': 0}}\n",
        encoding="utf-8",
    )
    (tmp_path / "acts.yaml").write_text(
        "kind: policy\ntitle: {en: Acts, zh: 行动}\nproposer: {en: I, zh: 我}\nsource: {en: none, zh: 无}\n"
        "policies: ['react.py:act']\n",
        encoding="utf-8",
    )
    return load_policy(str(tmp_path / "acts.yaml"))


def test_code_runs_only_where_it_is_allowed(acting: Policy, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="add --allow-code"):
        Comparing(city(), [acting], 2)
    assert not (tmp_path / "it-ran").exists()
    made = Comparing(city(), [acting], 2, allow_code=True).start()
    made.wait()
    assert (made.message, made.n_done) == ("", 2)
    assert (tmp_path / "it-ran").exists()
    assert made.estimates()["acts"]["admin_share"].mean < 0.0


@pytest.mark.parametrize("allow_code", [False, True])
@pytest.mark.parametrize("tongue", language.LANGUAGES)
def test_a_policy_that_acts_is_not_watched_and_the_command_that_runs_it_is_told(
    acting: Policy, tmp_path: Path, tongue: str, allow_code: bool
) -> None:
    language.use(tongue)
    try:
        with pytest.raises(Mistake) as told:
            Viewer(Start("t-city", policies=(str(tmp_path / "acts.yaml"),), allow_code=allow_code))
    finally:
        language.use("en")
    said = str(told.value)
    assert all(word in said for word in ("acts", "react.py", "'stations run'", "--allow-code"))
    assert not any(word in said for word in ("StationModel", "engine", "simulate"))
    assert not (tmp_path / "it-ran").exists()


def test_code_that_fails_is_said_and_ends_it(acting: Policy, tmp_path: Path) -> None:
    (tmp_path / "react.py").write_text("def act(now):\n    raise ValueError('no such city')\n", encoding="utf-8")
    again = load_policy(str(tmp_path / "acts.yaml"))
    told: list[str] = []
    made = Comparing(city(), [again], 4, on_change=lambda: told.append(made.message), allow_code=True).start()
    made.wait()
    assert "no such city" in made.message
    assert told[-1] == made.message == made.table()["message"]
    assert not made.is_running
    assert made.n_done == 0


# --- the command


@pytest.mark.parametrize("name", ["t-city", "guangzhou"])
def test_the_command_is_one(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = Comparing(load_scenario(name), picked("linkage", "exam-bonus"), 17)
    words = shlex.split(made.command(name))
    assert words[:2] == ["stations", "compare"]
    assert run([*words[1:], "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "3 arms x 17 seeds = 51 runs" in said
    assert "baseline, linkage, exam-bonus" in said


def test_the_command_quotes_names_and_tells_all(
    acting: Policy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "my city; it's $HOME.yaml"
    file.write_text(city_file(city(title=TEXT)), encoding="utf-8")
    made = Comparing(load_scenario(str(file)), [acting, *picked("linkage")], 3, allow_code=True)
    given = {"acts": str(tmp_path / "acts.yaml"), "other": "other.yaml"}
    words = shlex.split(made.command(str(file), ("title.en=a 'b' c", "levers.pay=3500"), given))
    assert words == [
        "stations", "compare", str(file), "--policies", f"{tmp_path / 'acts.yaml'},linkage", "--seeds", "3",
        "--set", "title.en=a 'b' c", "--set", "levers.pay=3500", "--allow-code",
    ]  # fmt: skip
    assert run([*words[1:], "--dry-run"]) == 0
    assert "3 arms x 3 seeds = 9 runs" in capsys.readouterr().out
    assert "--allow-code" not in Comparing(city(), picked(), 3).command("small.yaml")


@pytest.mark.parametrize("error", [ValueError("broken"), Mistake("broken")])
def test_a_failing_run_is_told_with_what_repeats_it(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_of(monkeypatch, "incentives", 2, error)
    repeat = by_command("my.yaml", ["levers.pay=3500"], {"incentives": "incentives"}, allow_code=False)
    made = Comparing(city(), picked("incentives"), 3, repeat=repeat).start()
    made.wait()
    assert made.message.startswith("seed 2, 'incentives': ")
    command = "stations run my.yaml --seed 2 --policy incentives --set levers.pay=3500"
    assert made.message.endswith(f"broken; to repeat this run alone: {command}")
