"""Reading a stored sweep: what is asked for, and no more."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from edits import edit_json
from sweeps import DESIGN, run, write_design

import sim
from sim.lab.kept.checked import SCHEMA
from sim.lab.kept.opening import open_results
from sim.lab.kept.store import Store
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.session import Progress
from sim.lab.say.answer_of_sweep import answer
from sim.lab.sums.statistics import mean_interval
from sim.mistakes import Mistake


@pytest.fixture
def out(here: Path) -> Path:
    run(write_design(factors=DESIGN["factors"] | {"policies": ["none", "linkage"]}), "out")
    return here / "out"


def test_the_tables(out: Path) -> None:
    results = sim.open_results(out)
    factors = ["levers.pay", "levers.administrative_burden", "policies"]
    assert list(results.points) == ["point", "label", "scenario_hash", "model", *factors]
    assert len(results.points) == 13
    assert list(results.runs()) == ["point", *factors, "seed", *OUTCOMES]
    assert len(results.runs()) == 13 * 4
    assert list(results.months()) == ["point", *factors, "seed", "month", "coverage", "trust"]
    assert len(results.months()) == 13 * 4 * 12
    assert list(results.towns()) == ["point", *factors, "seed", "month", "station", "coverage"]
    assert len(results.towns()) == 13 * 4 * 12 * 2
    assert results.towns()["station"].tolist()[:4] == ["a"] * 4
    assert results.runs()[["point", "seed"]].to_numpy().tolist() == [[p, s] for p in range(13) for s in range(1, 5)]


def test_filters(out: Path) -> None:
    results = open_results(out)
    assert set(results.runs(where={"seed": 2})["seed"]) == {2}
    dear = results.runs(["coverage"], {"levers.pay": [4000, 5000], "policies": "linkage", "seed": range(1, 3)})
    assert len(dear) == 4 * 2
    assert set(dear["levers.pay"]) == {4000, 5000}
    assert list(dear) == ["point", "levers.pay", "levers.administrative_burden", "policies", "seed", "coverage"]
    assert set(results.months(where={"month": "2024-08"})["month"]) == {"2024-08"}
    one = results.towns(where={"station": "b", "month": ["2024-08", "2024-09"], "point": 3})
    assert len(one) == 4 * 2
    assert set(one["station"]) == {"b"}
    assert results.runs(where={"policies": "nobody's"}).empty
    assert results.runs(where={"seed": []}).empty
    assert list(results.towns(where={"station": []})) == list(results.towns())
    whole = results.runs(["coverage"])
    wanted = whole[(whole["levers.pay"].isin([4000, 5000])) & (whole.policies == "linkage") & (whole.seed < 3)]
    assert dear.equals(wanted.reset_index(drop=True))


def test_columns_and_filters_are_pushed_down(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = open_results(out)
    asked: list[tuple[str, list[str], str]] = []
    read = Store.read

    def spy(self: Store, kind: str, columns: Any = None, filter: Any = None) -> Any:
        asked.append((kind, list(columns), str(filter)))
        found = read(self, kind, columns, filter)
        asked.append((kind, found.column_names, str(found.num_rows)))
        return found

    monkeypatch.setattr(Store, "read", spy)
    results.towns(["coverage"], {"month": "2024-08", "station": "a", "levers.pay": 3000})
    (kind, columns, told), (_, found, n) = asked
    assert kind == "towns"
    assert columns == found == ["scenario_hash", "model", "seed", "month", "station", "coverage"]
    assert "2024-08" in told
    assert int(n) == 4 * 4  # of 1,248: nothing is read that is thrown away
    asked.clear()
    results.runs(["coverage"])
    assert asked[0][1] == ["scenario_hash", "model", "seed", "coverage"]


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda r: r.runs(["coverge"]), "there is no column 'coverge' .did you mean 'coverage'"),
        (lambda r: r.runs(where={"levers.pai": 1}), "there is no column 'levers.pai' .did you mean 'levers.pay'"),
        (lambda r: r.runs(where={"month": "2024-08"}), "there is no column 'month'"),
        (lambda r: r.runs(where={"seed": "2"}), "where: 'seed' is whole numbers, not .'2'."),
        (lambda r: r.months(where={"month": 2024}), "where: 'month' is text, not .2024."),
        (lambda r: r.months(["stay_share"]), "there is no column 'stay_share'"),
        (lambda r: r.towns(["trust"]), "there is no column 'trust'"),
    ],
)
def test_unknown_names(read: Any, said: str, out: Path) -> None:
    with pytest.raises(Mistake, match=said):
        read(open_results(out))


def test_what_was_not_kept(here: Path) -> None:
    run(write_design(keep={}), "out")
    with pytest.raises(Mistake, match="the design kept no months; say so under keep:"):
        open_results("out").months()


def test_no_folder_of_ours(here: Path) -> None:
    with pytest.raises(
        Mistake,
        match=r"nothing: there is no such folder; give a folder that 'stations run', 'stations compare' or 'stations sweep' wrote",
    ):
        open_results("nothing")
    Path("provenance.json").write_text("{", encoding="utf-8")
    with pytest.raises(Mistake, match="cannot be read as JSON"):
        open_results(".")


def test_a_provenance_of_another_version_is_one_sentence(here: Path) -> None:
    run(write_design(seeds=1), "out")
    file = Path("out/provenance.json")
    for schema, said in (
        (SCHEMA + 1, f"is of version {SCHEMA + 1}, and this program knows versions up to {SCHEMA}; use a newer"),
        (None, "is of no version that this program knows; the same command writes it anew"),
        ("2", "is of no version that this program knows"),
    ):
        # What else a later version says is not looked at.
        edit_json(file, schema=schema, design=["another form"])
        with pytest.raises(Mistake, match=re.escape(f"{file}: {said}")):
            open_results("out")
    run(write_design(seeds=1), "out")
    assert open_results("out").provenance["schema"] == SCHEMA


def test_while_a_sweep_is_going_on(here: Path) -> None:
    """From another thread, which has a ledger of its own."""
    seen: list[int] = []
    wrong: list[BaseException] = []

    def look() -> None:
        try:
            results = open_results("out")
            runs = results.runs(["coverage"])
            seen.append(len(runs))
            assert set(results.tables["levels"]["point"]) <= set(range(7))
        except BaseException as error:
            wrong.append(error)

    def on_progress(progress: Progress) -> None:
        if Path("out/provenance.json").exists() and progress.new % 70 == 0:
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()

    run(write_design(seeds=40), "out", on_progress=on_progress)
    assert not wrong
    assert seen == sorted(seen)
    assert 0 < seen[-1] < 40 * 7
    assert len(seen) >= 3


def test_what_is_no_list_of_columns_is_one_sentence(out: Path) -> None:
    results = sim.open_results(str(out))
    for call, said in (
        (lambda: results.runs("coverage"), "columns must be a list of names, not 'coverage'"),
        (lambda: results.months(3), "columns must be a list of names, not 3"),
        (lambda: results.towns(["coverag"]), "did you mean 'coverage'"),
        (lambda: results.runs(["cost"]), "did you mean 'cost_per_met_need', 'cost_per_year'"),
        (lambda: results.runs([3]), "there is no column '3'"),
        (lambda: results.runs(where="seed"), "where must be values by column, as {'seed': [1, 2]}, not 'seed'"),
        (lambda: sim.plot.tornado(results), "tornado: this sweep has nothing to show in such a figure"),
        (
            lambda: sim.plot.effects(results),
            "effects is drawn from results of 'stations run' or 'stations compare', not of 'stations sweep'",
        ),
    ):
        with pytest.raises(Mistake) as caught:
            call()
        assert said in str(caught.value)


def test_a_budget_is_said_beside_what_each_point_costs(here: Path) -> None:
    """By hand from the runs; of many points, the base alone and how many stay within it."""
    small = Path("small.yaml").read_text(encoding="utf-8")
    Path("small.yaml").write_text(small + "budget_per_year: 420000\n", encoding="utf-8")
    run(write_design("few.yaml", factors={"levers.pay": [2600, 5000, 8000]}, seeds=3), "few")
    results = open_results("few")
    (said,) = [sentence for sentence in answer(results) if "budget" in sentence]
    assert said.startswith("Of the city's budget of 420,000 yuan a year, government pays ")
    runs = results.runs(["public_cost_per_year"])
    within = []
    for _, own in runs.groupby("point"):
        cost = own["public_cost_per_year"]
        within.append(int((cost <= 420000).sum()))
        interval = mean_interval(cost.to_numpy())
        ends = f"{interval.low:,.0f} to {interval.high:,.0f}"
        assert f"{cost.mean():,.0f} yuan ({100 * cost.mean() / 420000:.0f} %; {ends}) under " in said
        assert f"within it in {within[-1]} of 3 runs" in said
    assert max(within) == 3
    assert min(within) == 0
    run(write_design("many.yaml", factors={"levers.pay": {"range": [2600, 8000], "steps": 14}}, seeds=1), "many")
    results = open_results("many")
    (said,) = [sentence for sentence in answer(results) if "budget" in sentence]
    cost = results.runs(["public_cost_per_year"])["public_cost_per_year"]
    n = int((cost <= 420000).sum())
    assert said.count("under base") == 1
    assert f"of 15 points, {n} stay within it in every run and {15 - n} in none" in said
    assert 0 < n < 15
    Path("small.yaml").write_text(small, encoding="utf-8")
    run(write_design("none.yaml", factors={"levers.pay": [3000]}, seeds=2), "none")
    assert not any("budget" in sentence for sentence in answer(open_results("none")))
