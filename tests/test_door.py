"""The public door: what it offers, and that nothing heavy comes in with it."""

from __future__ import annotations

import dataclasses
import inspect
import re
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from every import every

import sim
from sim import language

HEAVY = ("numpy", "numba", "mesa", "pandas", "matplotlib", "scipy", "yaml")


def test_nothing_heavy_comes_before_it_is_used() -> None:
    code = f"import sys, sim; dir(sim); print([name for name in {HEAVY} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_a_scenario_needs_no_compiler() -> None:
    code = (
        "import sys\nfrom sim import load_scenario, load_policy\nload_scenario('t-city', ['linkage'])\n"
        "print([name for name in ('numba', 'mesa', 'pandas', 'matplotlib') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("name", sim.__all__)
def test_every_name_is_there_and_says_what_it_is(name: str) -> None:
    found = getattr(sim, name)
    assert (inspect.getdoc(found) or "").strip(), name
    if inspect.isclass(found):
        assert found.__doc__, f"{name} says only what its base says"
    assert name in dir(sim)


@pytest.mark.parametrize("name", [name for name in sim.__all__ if inspect.isclass(getattr(sim, name))])
def test_every_public_method_says_what_it_does(name: str) -> None:
    """Also what it has from other classes of ours; docs/api.md is made of it."""
    silent = [
        f"{base.__name__}.{member}"
        for base in getattr(sim, name).__mro__
        if base.__module__.startswith("sim")
        for member, one in vars(base).items()
        if not member.startswith("_")
        and (isinstance(one, (property, classmethod, cached_property)) or inspect.isfunction(one))
        and not (getattr(one, "__func__", one).__doc__ or "").strip()
    ]
    assert silent == []


def test_the_door_names_each_thing_once() -> None:
    assert sorted(sim.__all__) == sim.__all__
    assert dir(sim) == sorted(dir(sim))


def test_what_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'sim' has no attribute 'simulated'"):
        _ = sim.simulated


# --- notebook manners


def shown() -> list[object]:
    """A scenario, a run, a comparison and stored results, each as a notebook would show it."""
    from cities import city

    from sim import Results, arms_of, compare, simulate
    from sim.lab.kept import folders

    base = city()
    result = compare(arms_of(base, []), seeds=[1, 2])
    facts = {"arms": {"baseline": base.to_mapping()}, "n_seeds": 2}
    return [base, simulate(base, 1), result, Results(result.tables(), folders.provenance("compare", **facts))]


def test_reprs_are_short_and_html_is_whole() -> None:
    for one in shown():
        assert repr(one).startswith(f"<{type(one).__name__} ")
        assert len(repr(one)) < 300
        html = one._repr_html_()  # type: ignore[attr-defined]
        assert html.startswith("<p>&lt;")
        assert html.count("<table") == html.count("</table>")


def test_a_mistake_in_a_notebook_is_its_sentence() -> None:
    with pytest.raises(sim.Mistake) as caught:
        sim.load_scenario("t-cty")
    (line,) = caught.value._render_traceback_()
    assert line.startswith("Mistake: ")
    assert "did you mean 't-city'" in line


def test_names_have_their_types_for_whoever_imports_them() -> None:
    assert (Path(sim.__file__).parent / "py.typed").is_file()


# --- what is wrong is told in one sentence


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One of each thing that the door gives: `city`, `policy`, `compared`, `stored`, `run` and `single` (a stored run)."""
    from cities import city

    from sim.lab.kept import folders

    base, policy = city(end="2023-09-30"), sim.load_policy("linkage")
    towns = tmp_path_factory.mktemp("tables") / "towns.csv"
    towns.write_text("Town,Population,Posts\nNorth,5000,2\n", encoding="utf-8")
    arms = sim.arms_of(base, [policy])
    compared, run = sim.compare(arms, seeds=3), sim.simulate(base, 1)
    hashes = {name: arm.hash for name, arm in arms.items()}
    facts = {"arms": {name: arm.to_mapping() for name, arm in arms.items()}, "arm_hashes": hashes, "n_seeds": 3}
    return {
        "city": base,
        "policy": policy,
        "posterior": sim.Posterior(
            Path("fitted"), {"shape": "pert", "digests": {"city": ""}}, compared.tables()["runs"]
        ),
        "arms": arms,
        "compared": compared,
        "stored": sim.Results(compared.tables(), folders.provenance("compare", **facts)),
        "run": run,
        "some": sim.compare(base, [], seeds=[4]),
        "ruled": sim.simulate(base, observations={"none": lambda now: 0.0}),
        "changed": dataclasses.replace(policy, levers=policy.levers[:1]),
        "folder": str(towns.parent),
        "single": sim.Results(run.tables(), folders.provenance("run", scenario=base.to_mapping(), seed=1)),
        "imported": sim.import_city(towns),
        "table": compared.tables()["runs"],
    }


# An expression with the things above by name, and what its sentence must say.
REFUSED = [
    ("compared.effect('linkage', 'coverag')", "there is no outcome 'coverag' (did you mean 'coverage'?)"),
    ("compared.effect('linkages', 'coverage')", "there is no arm 'linkages' (did you mean 'linkage'?)"),
    ("compared.effect(policy, 'coverage')", "there is no arm Policy; there are baseline, linkage"),
    ("compared.effect('linkage', ['coverage'])", "there is no outcome list"),
    ("compared.level('base', 'coverage')", "there is no arm 'base'"),
    ("compared.level('baseline', 'cost')", "did you mean 'cost_per_met_need', 'cost_per_year'"),
    ("compared.spread('linkages', 'coverage')", "there is no arm 'linkages' (did you mean 'linkage'?)"),
    ("compared.spread('linkage', 'coverage', 'effects')", "there is no spread of 'effects' (did you mean 'effect'?)"),
    ("stored.spread('linkage', 'coverage', 'levels')", "there is no spread of 'levels' (did you mean 'level'?)"),
    ("stored.verdict('linkage', 'coverag')", "did you mean 'coverage'"),
    ("compared.values(None, 'coverage')", "there is no arm None"),
    ("compared.price('linkag')", "did you mean 'linkage'"),
    ("stored.effect('linkage', 'coverag')", "did you mean 'coverage'"),
    ("stored.effect('linkag', 'coverage')", "did you mean 'linkage'"),
    ("stored.level('baselin', 'coverage')", "did you mean 'baseline'"),
    ("stored.level('baseline', 3)", "there is no outcome 3"),
    ("stored.price('linkag')", "did you mean 'linkage'"),
    ("stored.arm('linkag')", "did you mean 'linkage'"),
    ("stored.acts('linkag')", "did you mean 'linkage'"),
    ("stored.title('linkag')", "did you mean 'linkage'"),
    ("sim.open_results('none')", "none: there is no such folder"),
    ("sim.open_results(__file__)", "is a file, not a folder"),
    ("sim.open_results(None)", "a folder of results is wanted, as text or a path, not None"),
    ("sim.open_results(table)", "not DataFrame"),
    ("sim.open_results(compared)", "not Comparison"),
    ("sim.open_results(3)", "not 3"),
    ("sim.load_scenario(None)", "a scenario is named by text or a path, not None"),
    ("sim.load_scenario({'kind': 'city'})", "not dict"),
    ("sim.load_scenario(city)", "not Scenario"),
    ("sim.load_scenario('t-city', policies='linkage')", "policies must be a list of names, not 'linkage'"),
    ("sim.load_scenario('t-city', policies=None)", "policies must be a list of names, not None"),
    ("sim.load_scenario('t-city', policies=[3])", "a policy is named by text or a path, not 3"),
    ("sim.load_scenario('t-city', sets='levers.pay=3500')", "sets must be a list such as"),
    ("sim.load_scenario('t-city', sets={'levers.pay': 3500})", "sets must be a list such as"),
    ("sim.load_scenario('t-city', sets=[3500])", "each of sets must be text such as 'levers.pay=3500', not 3500"),
    ("sim.import_city(None)", "tables must be a path or a list of paths, not None"),
    ("sim.import_city([])", "give 1 to 10 tables, not 0"),
    ("sim.import_city([3])", "a table is named by text or a path, not 3"),
    ("sim.import_city(table)", "give 1 to 10 tables, not "),
    ("sim.import_city('none.csv')", "none.csv: there is no such file"),
    ("sim.import_city(__file__)", "is no table; a table's name ends in .csv"),
    ("sim.import_city('none.csv', sheets=3)", "sheets must be a list of names, not 3"),
    ("sim.import_city('none.csv', sheets=[3])", "a sheet is named by text, not 3"),
    ("sim.import_city('none.csv', population=3)", "population must be text, not 3"),
    ("sim.import_city('none.csv', posts_per_10000='1')", "posts_per_10000 must be a number above 0, at most 100, not '1'"),
    ("sim.import_city('none.csv', posts_per_10000=float('nan'))", "not nan"),
    ("sim.import_city('none.csv', title=3)", "title must be text, not 3"),
    ("sim.export_city(None)", "a scenario is named by text or a path, not None"),
    ("sim.export_city('t-cty')", "there is no scenario 't-cty' (did you mean 't-city'?)"),
    ("sim.export_city('t-city', 3)", "the file to write is named by text or a path, not 3"),
    ("sim.export_city('t-city', kind='dta')", "t-city: there is no format of cities 'dta'; there are xlsx, csv"),
    ("sim.export_city('linkage')", "linkage: is a policy, not a city"),
    ("imported.write(None)", "the file to write is named by text or a path, not None"),
    ("imported.write('x.txt')", "x.txt: a file that is written here must end in .yaml"),
    ("imported.write('none/x.yaml')", "there is no folder none"),
    ("sim.load_policy(policy)", "a policy is named by text or a path, not Policy"),
    ("sim.load_policy(['linkage'])", "not list"),
    ("sim.load_policy('linkages')", "did you mean 'linkage'"),
    ("sim.arms_of('t-cit')", "there is no scenario 't-cit' (did you mean 't-city'?)"),
    ("sim.arms_of(None, [])", "a scenario is a name, a path or a Scenario, not None"),
    ("sim.arms_of('linkage')", "compare: 'linkage' is a policy; write policies=['linkage'], or name a city"),
    ("sim.arms_of(city, 'linkag')", "there is no policy 'linkag' (did you mean 'linkage'?)"),
    ("sim.arms_of(city, [3])", "a policy is a name, a path or a Policy, not 3"),
    ("sim.arms_of(city, 3)", "policies must be a list of names, paths or Policy objects, not 3"),
    ("sim.arms_of(city, ['linkage', changed])", "'linkage' and 'linkage' are both called 'linkage'"),
    ("sim.compare('t-cty', seeds=2)", "did you mean 't-city'"),
    ("sim.compare({}, seeds=[1, 2])", "arms must be Scenarios by name, as arms_of gives them, not dict"),
    ("sim.compare([city], seeds=[1, 2])", "a scenario is a name, a path or a Scenario, not list"),
    ("sim.compare({'a': 't-cty'}, seeds=[1, 2])", "did you mean 't-city'"),
    ("sim.compare(arms, [1, 2])", "policies: the arms are given already; leave policies out, and name the seeds: seeds=20"),
    ("sim.compare(city, ['linkage'], 2, window='2023-08')", "window: must be two months as 2026-01..2027-12, not '2023-08'"),
    ("sim.compare(city, ['linkage'], 2, window='2023-13..')", "window: must be a month as YYYY-MM, not '2023-13'"),
    ("sim.compare(city, ['linkage'], 2, window='2022-08..')", "window: 2022-08 to 2023-09 is no part of the run, 2023-01 to 2023-09"),
    ("sim.compare(city, ['linkage'], 2, window='2023-09..2023-08')", "window: ends in 2023-08, before it begins in 2023-09"),
    ("sim.compare(city, ['linkage'], 2, window='2023-02..2023-06')", "window: ends in 2023-06, before the policies start in 2023-07"),
    ("sim.compare(city, ['linkage'], 2, window=('2023-08', None))", "must be two months"),
    ("sim.compare(arms, seeds=[3, 4], out='x')", "a folder of results holds the runs of seeds 1, 2, ..., n, not of 3, 4; run with seeds=2"),
    ("sim.compare(arms, seeds=2, out='x', reactions={'linkage': [print]})", "reactions= took part, functions of this session"),
    ("sim.compare(arms, seeds=2, out=3)", "a folder of results is wanted, as text or a path, not 3"),
    ("sim.compare(arms, seeds=2, out=__file__)", "a file stands where the results should go"),
    ("compared.save(__file__)", "a file stands where the results should go"),
    ("compared.save(3)", "a folder of results is wanted, as text or a path, not 3"),
    ("compared.save('.')", "you are in this folder"),
    ("compared.save(folder)", "the folder exists already; give another --out, or --force (force=True in Python) to replace it"),
    ("compared.save(folder, force=True)", "holds no provenance.json, so it is no results folder and --force will not replace it"),
    ("some.save('x')", "holds the runs of seeds 1, 2, ..., n, not of 4"),
    ("run.save(folder)", "the folder exists already"),
    ("ruled.save('x')", "observations= took part, functions of this session, so no folder could say how to run this again"),
    ("sim.write_report('results/x', 'x.html')", "write_report wants results, as compare, simulate, sweep and open_results give them, not 'results/x'"),
    ("sim.write_report(run, 3)", "the file to write is named by text or a path, not 3"),
    ("sim.write_report(run, 'my-city.yaml')", "my-city.yaml: a report is a page for the browser; give a name that ends in .html"),
    ("sim.write_report(run, folder)", "is no file; give the name of a file"),
    ("sim.sweep('pay-and-burdn')", "there is no design 'pay-and-burdn' (did you mean 'pay-and-burden'?)"),
    ("sim.sweep(3)", "a design is named by text or a path, not 3"),
    ("sim.sweep('pay-and-burden', jobs=0)", "jobs must be a whole number from 1 on, not 0"),
    ("sim.calibrate(3)", "a city is a name, a file or a Scenario, not 3"),
    ("sim.calibrate(city)", "has no figures to fit; say what was counted there under 'figures'"),
    ("sim.calibrate('t-cit')", "did you mean 't-city'"),
    ("sim.calibrate('t-city', prior='unifrm')", "did you mean 'uniform'"),
    ("sim.calibrate('t-city', effective=0)", "effective must be a whole number of worlds, 1 to 100,000, not 0"),
    ("sim.calibrate('t-city', jobs=0)", "jobs must be a whole number from 1 on, not 0"),
    ("sim.calibrate('t-city', out=folder)", "the folder exists already"),
    ("posterior.check(city)", "does not fit test: it is of another city, or of other numbers of this one; make one that does: stations calibrate test"),
    ("posterior.stale('t-city')", "scenario"),
    ("sim.sweep('pay-and-burden', out=folder)", "holds other things and no ledger.sqlite"),
    ("sim.compare({3: city}, seeds=[1, 2])", "the name of an arm is text, not 3"),
    ("sim.compare({'=1+1': city}, seeds=[1, 2])", "begins with '=', so spreadsheets would run it"),
    ("sim.compare({'nan': city}, seeds=[1, 2])", "as a missing value"),
    ("sim.compare(arms, seeds=0)", "seeds must be a number from 1 to 100,000 or a list of seeds, not 0"),
    ("sim.compare(arms, seeds='1-20')", "such as range(1, 21), not '1-20'"),
    ("sim.compare(arms, seeds=None)", "not None"),
    ("sim.compare(arms, seeds=[1], jobs='2')", "jobs must be a whole number from 1 on, not '2'"),
    ("sim.compare(arms, seeds=[1], jobs=0)", "not 0"),
    ("sim.compare(arms, seeds=[1], reactions=[print])", "reactions must be lists of functions by arm, not list"),
    ("sim.compare(arms, seeds=[1], reactions={'linkag': [print]})", "did you mean 'linkage'"),
    ("sim.compare(arms, seeds=[1], reactions={'linkage': print})", "reactions must be a list of functions, not builtin_function"),
    ("sim.simulate('t-cit')", "did you mean 't-city'"),
    ("sim.simulate(table)", "a scenario is a name, a path or a Scenario, not DataFrame"),
    ("sim.simulate(city, policies=['linkag'])", "did you mean 'linkage'"),
    ("sim.simulate(city, 1, rules=[print])", "rules must be functions by name"),
    ("sim.simulate(city, 1, rules={'staff.quit_chance': 3})", "rules must be functions by name"),
    ("sim.simulate(city, 1, reactions=print)", "reactions must be a list of functions"),
    ("sim.simulate(city, 1, reactions=['raise_pay'])", "not 'raise_pay'"),
    ("sim.simulate(city, 1, observations=[len])", "observations must be functions by name"),
    ("city.with_policies('linkage')", "policies must be a list of Policy objects"),
    ("city.with_policies(None)", "not None"),
    ("city.base_value('payy')", "did you mean 'pay'"),
    ("city.under({'pay': 3000})", "a draw is wanted, as draw(prior(city), 1) gives it, not dict"),
    ("sim.Scenario.from_mapping('t-city')", "a scenario's mapping is wanted, not 't-city'"),
    ("sim.CityNow(run.world, city, 3).station('burnou')", "did you mean 'burnout'"),
    ("sim.CityNow(run.world, city, 3).city('burnout', months='3')", "months must be a whole number, not '3'"),
    ("sim.CityNow(run.world, city, 3).lever('payy')", "did you mean 'pay'"),
    ("sim.CityNow(run.world, city, 3).lever(None)", "there is no lever None"),
    ("sim.plot.effects('results/x')", "effects wants results, as compare, simulate, sweep and open_results give them, not 'results/x'"),
    ("sim.plot.effects(stored, outcomes='coverage')", "outcomes must be a list of names, not 'coverage'"),
    ("sim.plot.effects(stored, outcomes=['coverag'])", "did you mean 'coverage'"),
    ("sim.plot.effects(stored, outcomes=None)", "not None"),
    ("sim.plot.effects(run)", "shows policies against their baseline"),
    ("sim.plot.ranks(compared)", "ranks is drawn from results of 'stations sweep', not of 'stations compare'"),
    ("sim.plot.effects(single)", "shows policies against their baseline"),
    ("sim.plot.chain(single)", "shows policies against their baseline"),
    ("sim.plot.cost(single)", "shows policies against their baseline"),
    ("sim.plot.curves(stored, 'coverage')", "outcomes must be a list of names"),
    ("sim.plot.curves(stored, ['turnove'])", "did you mean 'turnover'"),
    ("sim.plot.towns(stored, 'coverag')", "did you mean 'coverage'"),
    ("sim.plot.towns(stored, ['coverage'])", "there is no outcome list"),
    *((f"sim.plot.{name}(None)", f"{name} wants results, as compare") for name in ("chain", "cost", "curves", "week", "towns", "groups", "staff", "budget", "balance")),
    *((f"sim.plot.{name}(stored)", f"{name} is drawn from results of 'stations sweep', not of 'stations compare'") for name in ("responses", "differences", "heat_maps", "contrast_maps", "tornado", "scatter", "overtakes", "firsts", "ranks")),
]  # fmt: skip


@every(("expression", "said"), REFUSED)
def test_one_sentence(things: dict[str, Any], expression: str, said: str) -> None:
    with pytest.raises(sim.Mistake) as caught:
        eval(expression, {"sim": sim, "__file__": __file__, **things})
    sentence = str(caught.value)
    assert said in sentence
    assert "\n" not in sentence
    assert len(sentence) < 500
    language.use("zh")
    try:
        with pytest.raises(sim.Mistake) as caught:
            eval(expression, {"sim": sim, "__file__": __file__, **things})
        assert re.search("[\u4e00-\u9fff]", str(caught.value)), str(caught.value)
    finally:
        language.use("en")


def test_every_public_function_is_tried() -> None:
    """Whatever is added to the door is added to the expressions above. What takes nothing cannot be given anything wrong."""
    tried = " ".join(expression for expression, _ in REFUSED)
    left_out = {"Mistake", "StationModel", "Policy"}  # StationModel: tests/mesa; a Policy is read from a file
    for name in set(sim.__all__) - left_out:
        found = getattr(sim, name)
        if inspect.isclass(found):
            methods = [
                one
                for one, function in vars(found).items()
                if not one.startswith("_") and callable(getattr(found, one)) and _takes(function)
            ]
            missing = [one for one in methods if f".{one}(" not in tried and name != "Results"]
            assert not missing, f"{name}: {missing}"
        else:
            assert f"sim.{name}" in tried, name


def _takes(function: Any) -> bool:
    function = getattr(function, "__func__", function)
    return inspect.isfunction(function) and len(inspect.signature(function).parameters) > 1


def test_what_is_right_is_taken(things: dict[str, Any], tmp_path: Path) -> None:
    """Paths as text or as paths, and any list for a list."""
    from sim.lab.comparison import design_of
    from sim.lab.finish import finish_comparison
    from sim.lab.run.executors import Serial
    from sim.lab.run.session import sweep

    assert things["compared"].effect("linkage", "coverage").n == 3
    assert sim.load_scenario(Path("t-city"), policies=("linkage",)).policies[0].name == "linkage"
    assert list(sim.arms_of(things["city"], iter([things["policy"]]))) == ["baseline", "linkage"]
    sweep(design_of(things["arms"], 3), tmp_path / "c", Serial())
    finish_comparison(tmp_path / "c")
    for folder in (str(tmp_path / "c"), tmp_path / "c"):
        assert sim.open_results(folder).tables["effects"].equals(things["stored"].tables["effects"])
    read = sim.open_results(tmp_path / "c")
    assert read.kind == "compare"
    assert read.runs(["coverage"], where={"seed": 2, "policies": "linkage"})["coverage"].tolist() == [
        things["compared"].values("linkage", "coverage")[1]
    ]
