"""Doubt as an axis beside the seed: what a world is, whose draws a comparison's arms share, twins, and what is left out of a draw."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cities import SMALL, city
from sweeps import done, failures, run, tables, write_design

from sim.lab.compare import compare
from sim.lab.comparison import Comparison, design_of
from sim.lab.design.read_design import read_design
from sim.lab.doubt.choose import asked, refuse_more, told, worlds_of
from sim.lab.doubt.prior import draw, prior
from sim.lab.doubt.worlds import TWINS, GivenWorlds, PriorWorlds, n_twins, twin_of, under, world_of
from sim.lab.kept.draws import DRAWS
from sim.lab.kept.export import export
from sim.lab.kept.folders import load_provenance
from sim.lab.kept.opening import open_results, stored_comparison, without_tables
from sim.lab.kept.reproduce import Stored, reproduce, reproduce_sweep
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.agenda import agenda_of
from sim.lab.run.executors import local
from sim.lab.run.session import sweep
from sim.lab.run.work import parts_of
from sim.lab.simulate import simulate
from sim.mistakes import Mistake
from sim.scenario.drawn import DrawnValues
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario

N = 10
POLICIES = ["linkage", "incentives"]


@pytest.fixture(scope="module")
def doubted() -> Comparison:
    return compare(city(), POLICIES, N, doubt="prior")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stored") / "out"
    compare(city(), POLICIES, N, doubt="prior", out=folder, jobs=1)
    return folder


def own_values(scenario: Scenario, n: int, twins: int = 0, **more: float) -> GivenWorlds:
    """Worlds that all draw what the city says."""
    values = {one.name: one.value for one in PriorWorlds.of(scenario).doubtful} | more
    numbers = [*range(1, n + 1), *(twin_of(k) for k in range(1, twins + 1))]
    return GivenWorlds("prior", "0" * 16, {k: DrawnValues(k, values) for k in numbers})


# --- worlds


def test_a_world_of_the_prior_is_its_draw() -> None:
    worlds = PriorWorlds.of(city())
    assert worlds.draw(3) is worlds.draw(3)
    assert worlds.draw(3) is worlds.draw(twin_of(3))
    assert worlds.draw(3).values != worlds.draw(4).values
    assert world_of(twin_of(3)) == world_of(3) == 3
    in_turn, found = PriorWorlds.of(city()), prior(city())
    assert [in_turn.draw(k) for k in range(1, 41)] == [draw(found, k) for k in range(1, 41)]
    for wrong in (0, -1):
        with pytest.raises(Mistake, match="worlds are numbered from 1"):
            worlds.draw(wrong)


def test_what_is_left_out_is_in_no_draw_and_in_the_digest() -> None:
    worlds = PriorWorlds.of(city())
    less = worlds.without(["benefits", "task_hours"])
    assert set(worlds.names) - set(less.names) == {"benefits", "task_hours"}
    assert less.digest != worlds.digest
    assert less.without(["benefits"]) is less
    by_hand = worlds_of(replace(city(), known=("task_hours", "benefits")), "prior")
    assert by_hand is not None
    assert by_hand.digest == less.digest
    shared = set(less.names)
    assert {name: worlds.draw(2).values[name] for name in shared} == dict(less.draw(2).values)


def test_what_there_is_to_choose() -> None:
    assert worlds_of(city(), "none") is None
    assert asked("prior", worlds_of(city(), "prior")) == "prior"
    assert asked("posterior", worlds_of(city(), "posterior")) == "prior"
    assert "; no posterior fits this city" in told(worlds_of(city(), "posterior"), "posterior")
    with pytest.raises(Mistake, match="there is no 'piror' \\(did you mean 'prior'\\?\\)"):
        worlds_of(city(), "piror")
    with pytest.raises(Mistake, match="holds no posterior"):
        worlds_of(city(), "tests")
    with pytest.raises(Mistake, match="doubt is posterior, prior, none or a folder, not 3"):
        worlds_of(city(), 3)  # type: ignore[arg-type]


def test_worlds_never_wrap() -> None:
    few = own_values(city(), 4)
    assert few.most == 4
    for door in (
        lambda: refuse_more(few, 5, city()),
        lambda: compare(city(), POLICIES, 5, doubt=few),
        lambda: simulate(city(), 5, doubt=few),
        lambda: agenda_of(design_of({"baseline": city()}, 5), doubt=few),
    ):
        with pytest.raises(Mistake, match=r"has 4 worlds, not 5; .*stations calibrate test --effective 5"):
            door()


def test_twins_are_a_fifth_and_twenty_at_most() -> None:
    worlds = PriorWorlds.of(city())
    assert [n_twins(n, worlds) for n in (1, 4, 5, 99, 100, 1000)] == [0, 0, 1, 19, 20, 20]
    assert n_twins(100, own_values(city(), 100, twins=3)) == 3


# --- a comparison


def test_worlds_that_draw_what_the_city_says_are_no_doubt() -> None:
    plain = compare(city(), POLICIES, 5)
    same = compare(city(), POLICIES, 5, doubt=own_values(city(), 5, 1))
    assert same.outcomes.tobytes() == plain.outcomes.tobytes()
    assert same.months is not None
    assert plain.months is not None
    assert same.months.tobytes() == plain.months.tobytes()
    assert same.twins is not None
    under_second_seed = compare(city(), POLICIES, [twin_of(1)])
    assert same.twins.tobytes() == under_second_seed.outcomes.tobytes()


def test_all_arms_of_a_world_share_its_draw(doubted: Comparison) -> None:
    worlds = PriorWorlds.of(city())
    for arm, scenario in doubted.arms.items():
        for seed in (1, 7):
            alone = compare({"one": scenario.under(worlds.draw(seed))}, seeds=[seed])
            found = doubted.outcomes[doubted.names.index(arm), doubted.seeds.index(seed)]
            assert found.tobytes() == alone.outcomes[0, 0].tobytes()
    assert doubted.twins is not None
    assert doubted.twins.shape == (3, 2, len(OUTCOMES))
    alone = compare({"one": city().under(worlds.draw(2))}, seeds=[twin_of(2)])
    assert doubted.twins[0, 1].tobytes() == alone.outcomes[0, 0].tobytes()


def test_a_draw_may_say_its_own_seed() -> None:
    drawn = DrawnValues(1, {"task_hours": 6.0}, seed=77)
    worlds = GivenWorlds("posterior", "a" * 16, {1: drawn})
    found = compare({"one": city()}, seeds=1, doubt=worlds)
    alone = compare({"one": city().under(drawn)}, seeds=[77])
    assert found.outcomes.tobytes() == alone.outcomes.tobytes()
    assert simulate(city(), 1, doubt=worlds)._output.outcomes.tobytes() == alone.outcomes.tobytes()


def test_what_is_set_by_hand_wins(doubted: Comparison) -> None:
    by_hand = replace(city(), known=tuple(PriorWorlds.of(city()).names))
    plain, found = (compare(by_hand, ["linkage"], 2, doubt=doubt) for doubt in ("none", "prior"))
    assert found.outcomes.tobytes() == plain.outcomes.tobytes()
    assert found.worlds is not None
    assert found.worlds.names == ()


def test_a_draw_that_does_not_fit_names_world_and_value() -> None:
    worlds = own_values(city(), 1, task_hours=99.0)
    with pytest.raises(Mistake, match=r"world 1 does not fit test: a draw: task_hours must be .*, not 99"):
        compare(city(), POLICIES, 1, doubt=worlds)
    with pytest.raises(Mistake, match="world 7 does not fit"):
        under(city(), worlds.draw(1), 7)


# --- stored


def test_stored_is_as_in_memory(doubted: Comparison, stored: Path, tmp_path: Path) -> None:
    there = stored_comparison(without_tables(stored))
    assert there.twins is not None
    assert doubted.twins is not None
    assert there.outcomes.tobytes() == doubted.outcomes.tobytes()
    assert there.twins.tobytes() == doubted.twins.tobytes()
    saved = doubted.save(tmp_path / "saved")
    assert all(tables(saved)[kind].equals(table) for kind, table in tables(stored).items())
    assert (saved / DRAWS).read_bytes() == (stored / DRAWS).read_bytes()
    assert (
        load_provenance(saved)["doubt"]
        == load_provenance(stored)["doubt"]
        == {
            "kind": "prior",
            "digest": PriorWorlds.of(city()).digest,
            "names_left_out": [],
            "shape": "pert",
            "n_twins": 2,
        }
    )


def test_twins_are_in_no_table_and_no_count(doubted: Comparison, stored: Path) -> None:
    results = open_results(stored)
    assert sorted(results.twins(["coverage"])["seed"].unique()) == [1, 2]
    assert results.twins(where={"seed": 2})["coverage"].tolist() == doubted.twins[:, 1, 0].tolist()  # type: ignore[index]
    for name, table in results.tables.items():
        if "seed" in table:
            assert table["seed"].max() == N, name
    assert results.provenance["n_runs"] == 3 * N
    assert len(results.runs()) == 3 * N
    assert len(done(stored)) == 3 * (N + 2)
    without = replace(doubted, twins=None)
    for name, table in without.tables().items():
        # How the spread of worlds is parted is all that twins tell.
        parts = [
            column for column in table if name == "doubt" and column.startswith(("chance_", "assumed_", "n_twins"))
        ]
        assert table.drop(columns=parts).equals(results.tables[name].drop(columns=parts)), name


def test_reproduced_from_the_folder_alone(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = compare(city(), ["linkage"], 5, doubt="prior").save(tmp_path / "out")
    monkeypatch.setattr(PriorWorlds, "draw", lambda *_: pytest.fail("draws come from the folder"))
    found = reproduce(folder, Stored.load(folder, load_provenance(folder)), jobs=1)
    assert found.is_identical
    assert found.differences["twins"] == ""
    run_folder = tmp_path / "run"
    monkeypatch.undo()
    simulate(city(), 3, doubt="prior").save(run_folder)
    assert reproduce(run_folder, Stored.load(run_folder, load_provenance(run_folder))).is_identical
    assert simulate(city(), 3, doubt="prior").world.day == simulate(city(), 3).world.day


def test_another_doubt_is_a_difference_of_its_own(here: Path) -> None:
    design = write_design(seeds=1)
    run(design, "out")
    with pytest.raises(Mistake, match=r"doubt \(worlds none then, [0-9a-f]{16} now\)"):
        run(design, "out", doubt="prior")
    run(design, "out", doubt="prior", new_version=True)
    assert len(done(Path("out"))) == 2 * 7
    assert parts_of("ab-interpreted+cd-12345678") == ("ab-interpreted+cd", "12345678", "")


# --- sweeps


def test_points_of_a_city_share_a_draw_and_what_the_design_sets_stays(here: Path) -> None:
    since = {"since": "start"}
    factors = {"levers.benefits": {"levels": [0.2, 0.9]} | since, "parameters.task_hours": {"levels": [5, 7]} | since}
    agenda = agenda_of(read_design(write_design(factors=factors)), doubt="prior")
    (worlds,) = agenda.worlds.values()
    assert {"benefits", "task_hours"}.isdisjoint(worlds.names)
    for arm in agenda.arms:
        chunk = agenda.chunk([arm], 3, allow_code=False)
        assert chunk.draw is worlds.draw(3)
        ran, said = chunk.scenario(0), chunk.scenarios[0]
        assert ran.lever_table()["benefits"].tobytes() == said.lever_table()["benefits"].tobytes()
        assert ran.base_value("task_hours") == said.base_value("task_hours")


def test_a_lever_that_a_factor_sets_as_policy_is_set_in_full(here: Path) -> None:
    factors = {"levers.benefits": {"levels": [0.3, 0.9], "since": "policies"}}
    agenda = agenda_of(read_design(write_design(factors=factors)), doubt="prior")
    (worlds,) = agenda.worlds.values()
    assert "benefits" in worlds.names
    assert "reach.benefits" not in worlds.names
    assert "reach.pay" in worlds.names
    chunk = agenda.chunk([arm for arm in agenda.arms if arm.point.number], 3, allow_code=False)
    assert [chunk.scenario(i).lever_table()["benefits"][-1, 0] for i in range(len(chunk.names))] == [0.3, 0.9]


def test_variants_keep_what_they_set(here: Path) -> None:
    over = {"city": {"groups": {"old": {"needs_per_year": 0.7}}}}
    variants = {"as_is": {}, "needy": over, "long": {"parameters": {"task_hours": 7}}}
    factors = {"kinds": {"title": {"en": "K", "zh": "类"}, "variants": variants}}
    agenda = agenda_of(read_design(write_design(factors=factors)), doubt="prior")
    (worlds,) = agenda.worlds.values()
    assert {"task_hours", "groups.old.needs_per_year"}.isdisjoint(worlds.names)
    for arm in agenda.arms:
        chunk = agenda.chunk([arm], 2, allow_code=False)
        ran, said = (next(g for g in one.groups if g.id == "old") for one in (chunk.scenario(0), chunk.scenarios[0]))
        assert ran.needs_per_year == said.needs_per_year


def test_cities_have_worlds_of_their_own(here: Path) -> None:
    Path("other.yaml").write_text(SMALL + "parameters: {task_hours: 6}\n", encoding="utf-8")
    design = write_design(factors={"scenario": ["small.yaml", "other.yaml"]}, seeds=2)
    agenda = agenda_of(read_design(design), doubt="prior")
    assert len(agenda.worlds) == 2
    assert len(agenda.families) == 2
    run(design, "out", doubt="prior")
    assert len(load_provenance(Path("out"))["doubt"]["others"]) == 1
    assert reproduce_sweep(Path("out"), 4).is_identical


def test_a_design_says_its_doubt_and_the_door_wins(here: Path) -> None:
    read = read_design(write_design(doubt="prior", seeds=1))
    assert agenda_of(read).worlds
    assert not agenda_of(read, doubt="none").worlds
    with pytest.raises(Mistake, match=r"doubt: must be one of posterior, prior, none"):
        read_design(write_design(doubt="piror"))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_a_sweep_is_the_same_however_it_is_run(here: Path, kind: str) -> None:
    design = write_design(seeds=5, factors={"levers.pay": [3000, 4000]})
    run(design, "serial", doubt="prior")
    assert len(done(Path("serial"))) == 3 * 6
    run(design, "other", local(kind, 2), doubt="prior")
    assert all(tables("other")[kind].equals(table) for kind, table in tables("serial").items())
    assert open_results("serial").provenance["n_runs"] == 3 * 5
    assert len(open_results("serial").twins()) == 3
    assert reproduce_sweep(Path("serial"), 5).is_identical


def test_a_stopped_sweep_goes_on_to_the_same(here: Path) -> None:
    design = write_design(seeds=5, factors={"levers.pay": [3000, 4000]})
    run(design, "whole", doubt="prior")
    run(write_design("part.yaml", seeds=2, factors={"levers.pay": [3000, 4000]}), "part", doubt="prior")
    assert len(done(Path("part"))) == 3 * 2
    (Path("part") / DRAWS).write_bytes(b"damaged")
    Path("part.yaml").write_bytes(Path(design).read_bytes())
    sweep(replace(read_design(design), name="part"), Path("part"), local("serial", 1), doubt="prior")
    assert all(tables("part")[kind].equals(table) for kind, table in tables("whole").items())
    assert (Path("part") / DRAWS).read_bytes() == (Path("whole") / DRAWS).read_bytes()


def test_a_failed_run_is_repeated_by_its_own_city(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    design = write_design(seeds=1, factors={"levers.pay": [3000]})
    worlds = own_values(load_scenario("small.yaml"), 1, task_hours=99.0)
    worlds = replace(worlds, left_out=("reach.pay",))
    run(design, "out", doubt=worlds)
    assert failures("out").error.str.contains("world 1 does not fit").all()
    assert not done(Path("out"))


def test_exported_with_their_draws(stored: Path, tmp_path: Path) -> None:
    import pandas as pd

    for kind in ("csv", "dta"):
        export(stored, kind, tmp_path / kind)
    drawn = pd.read_csv(tmp_path / "csv" / "draws.csv")
    assert drawn["seed"].tolist() == list(range(1, N + 1))
    assert drawn["task_hours"].tolist() == [
        PriorWorlds.of(city()).draw(k).values["task_hours"] for k in range(1, N + 1)
    ]
    book = pd.read_csv(tmp_path / "csv" / "codebook.csv")
    assert book.loc[book.table == "draws", "label_zh"].notna().all()
    assert set(book.loc[book.table == "draws", "column"]) == set(drawn.columns)
    runs = pd.read_csv(tmp_path / "csv" / "runs.csv")
    assert runs["seed"].max() < TWINS


def test_no_doubt_leaves_nothing_in_a_folder(tmp_path: Path) -> None:
    folder = compare(city(), ["linkage"], 2).save(tmp_path / "out")
    assert not (folder / DRAWS).exists()
    assert "doubt" not in load_provenance(folder)
    assert stored_comparison(without_tables(folder)).worlds is None
    assert parts_of(agenda_of(design_of({"one": city()}, 1)).arms[0].model)[2] == ""
