"""The switches of the structure: read, told, hashed, and usable as a factor."""

from __future__ import annotations

import pytest
from cities import city

from sim.lab.design.read_design import read_design
from sim.mistakes import Mistake
from sim.scenario.parameters import SWITCHES
from sim.scenario.schema import Scenario
from sim.scenario.write import city_file


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_comes_to_the_rules_into_the_hash_and_back(name: str) -> None:
    off, on = city(), city(structure={name: True})
    assert not off.parameter_table()[name].any()
    assert on.parameter_table()[name].all()
    assert on.hash != off.hash
    assert city(structure={name: False}) == off
    again = Scenario.from_mapping(on.to_mapping())
    assert again.structure == (name,)
    assert again.hash == on.hash
    assert f"{name}: true" in city_file(on)


def test_an_unknown_switch_is_refused_with_a_guess() -> None:
    with pytest.raises(Mistake, match=r"structure\.payment_in_parts.*payment_in_part"):
        city(structure={"payment_in_parts": True})
    with pytest.raises(Mistake, match=r"structure\.payment_in_part.*true or false"):
        city(structure={"payment_in_part": 0.5})


def test_a_switch_is_a_factor_of_a_design(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "design.yaml"
    file.write_text(
        "kind: design\nquestion: {en: Paying, zh: 拨付}\nbase: lakeside\nseeds: 2\noutcomes: [coverage]\n"
        "factors:\n  paying: {variants: {whole: {}, part: {city: {structure: {payment_in_part: true}}}}}\n",
        encoding="utf-8",
    )
    design = read_design(str(file))
    (factor,) = design.factors
    assert [level.name for level in factor.levels] == ["part"] or [level.name for level in factor.levels] == [
        "whole",
        "part",
    ]
