"""Results of each kind, of a small city, made once and shared by tests and by the campaigns in verification/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cities import SMALL
from sweeps import run, write_design

from sim import load_policy, load_scenario, open_results, simulate
from sim.lab.compare import arms_of
from sim.lab.comparison import design_of
from sim.lab.finish import finish_comparison, write_summaries
from sim.lab.run.executors import Serial
from sim.lab.run.session import sweep as swept


def make(where: Path, **design: Any) -> list[Path]:
    """A sweep (with these keys of its design), a comparison and a run, in folders of a working folder."""
    tagged = SMALL.replace("posts: 3,", "posts: 3, tags: [urban],")  # so that there is every table
    (where / "small.yaml").write_text(tagged, encoding="utf-8")
    wanted = {"factors": {"levers.pay": [3000, 4000], "policies": ["none", "linkage"]}, "seeds": 3} | design
    run(write_design(**wanted), "sweep")
    write_summaries(open_results("sweep"))
    city = load_scenario("small.yaml")
    arms = arms_of(city, [load_policy("linkage"), load_policy("incentives")])
    swept(design_of(arms, 3), Path("compare"), Serial())
    finish_comparison(Path("compare"))
    simulate(city, 1).save("run")
    return [Path("sweep"), Path("compare"), Path("run")]
