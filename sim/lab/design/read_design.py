"""Read a design from its YAML file, as strictly as a scenario: what is wrong with it is said before anything runs."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.lab.design.design import POLICIES, Design, Factor, Keep, Patch, Point, Seeds, Window, forget_cities, patched
from sim.lab.design.plans import read_plan
from sim.lab.design.read_factors import read_base, read_factors
from sim.lab.design.windows import Months, beyond_the_run, months_of, other_months
from sim.lab.doubt.choose import DOUBTS
from sim.lab.outcomes import OUTCOMES
from sim.language import Text, counted, labelled, listed, tr
from sim.mistakes import Mistake, did_you_mean
from sim.observations import MEASURES, STATION_MONTH
from sim.scenario import read
from sim.scenario.load import file_meant
from sim.scenario.yaml_reader import Node, one_line, read_file

DESIGN_FILE = "design.yaml"
MOST_RUNS_OF_DESIGN = 1_000_000
MOST_SEEDS_OF_DESIGN = 100_000
MOST_BUILT = 2_000
"""Up to so many points, the scenario of every one is built when the design is read; of more, a sample's."""
N_SAMPLED = 500
N_SEEDS_AT_LEAST = 20

DEFAULT_OUTCOMES = ("coverage", "true_on_time_share", "admin_share", "stay_share", "turnover", "trust", "cost_per_year")

_KEYS = (
    "kind",
    "question",
    "source",
    "base",
    "factors",
    "plan",
    "seeds",
    "outcomes",
    "window",
    "keep",
    "contrast",
    "doubt",
)


def experiments_folder() -> Path:
    """Where the shipped designs are: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "_experiments"
    return inside if inside.is_dir() else package.parent / "experiments"


def shipped_designs() -> dict[str, Path]:
    """Shipped designs by their short name, that of their folder."""
    return {file.parent.name: file for file in sorted(experiments_folder().glob(f"*/{DESIGN_FILE}"))}


def find_design(name: str | Path) -> Path:
    """The file of a design: a .yaml file, a folder that holds design.yaml, or a shipped one by its name. Raises Mistake."""
    text = os.fspath(name)
    text = text if os.path.exists(text) else text.strip()
    path = Path(text)
    if path.suffix.lower() in {".yaml", ".yml"} and not os.path.isdir(path):
        return path
    if os.path.isfile(path / DESIGN_FILE):  # the user's own folder before a shipped one of its name
        return path / DESIGN_FILE
    known = shipped_designs()
    if text in known:
        return known[text]
    shown = one_line(text)
    if os.path.isdir(path):
        raise Mistake(
            f"the folder {shown} holds no {DESIGN_FILE}",
            f"文件夹 {shown} 中没有 {DESIGN_FILE}",
        )
    guess = file_meant(text, Path()) or did_you_mean(text, known)
    names = one_line(listed(known), 300)
    en, zh = (f"; shipped: {names}", f"；内置设计：{names}") if known else ("", "")
    raise Mistake(
        f"there is no design '{shown}'{guess}; give the path of a .yaml file, or of a folder that holds {DESIGN_FILE}{en}",
        f"没有设计 '{shown}'{guess}；请给出 .yaml 文件或含有 {DESIGN_FILE} 的文件夹的路径{zh}",
    )


def read_design(name: str | Path) -> Design:
    """The design in a .yaml file, in a folder (its design.yaml), or shipped under a name. Raises Mistake.

    The scenario of every point is built once (of more than MOST_BUILT points: of a sample that holds every level), so
    that what cannot be run is refused here.
    """
    file = find_design(name)
    forget_cities()
    node = read_file(file)
    read.choice(read.need(node, "kind"), ("design",))
    said = read.mapping(node, _KEYS)
    question = Text(*read.both_languages(read.need(node, "question")))
    source = Text(*read.both_languages(said["source"])) if "source" in said else None
    base = read_base(said.get("base"), file.parent)
    _build_base(base, node)
    factors = read_factors(read.need(node, "factors"), base, file.parent)
    plan, points = read_plan(said.get("plan", Node("grid", node.source, None, "plan")), factors, file.parent)
    seeds = _read_seeds(read.need(node, "seeds", example="seeds: 40"), len(points))
    design = Design(
        _name_of(file),
        file,
        question,
        source,
        base,
        factors,
        plan,
        points,
        seeds,
        _names(said["outcomes"], OUTCOMES) if "outcomes" in said else DEFAULT_OUTCOMES,
        _read_window(said["window"]) if "window" in said else Window(),
        _read_keep(said["keep"]) if "keep" in said else Keep(),
        _read_contrast(said.get("contrast"), factors),
        node.plain(),
        doubt=read.choice(said["doubt"], DOUBTS) if "doubt" in said else None,
    )
    _check_points(design, said.get("window", node))
    return design


def is_design(name: str) -> bool:
    """Whether a name or a file is a design's rather than a scenario's; False where that cannot be known."""
    if name in shipped_designs() or (Path(name) / DESIGN_FILE).is_file():
        return True
    try:
        kind = read_file(Path(name)).value.get("kind")
    except Mistake:
        return False
    return kind is not None and kind.value == "design"


def validate_design(name: str) -> str:
    """Check a design; what it is, in a few words. Raises Mistake."""
    design = read_design(name)
    n_points, n_seeds = len(design.points), design.seeds.at_most
    most = ("at most ", "至多 ") if design.seeds.until else ("", "")
    return tr(
        f"a valid design, {counted(n_points, 'point')}, {most[0]}{counted(n_points * n_seeds, 'run')}",
        f"有效的实验设计，{n_points:,} 个设计点，{most[1]}{n_points * n_seeds:,} 次运行",
    )


def _name_of(file: Path) -> str:
    if file.name.lower() == DESIGN_FILE:
        return file.resolve().parent.name or file.stem
    return file.stem


def _read_seeds(node: Node, n_points: int) -> Seeds:
    if isinstance(node.value, dict):
        seeds = _read_rule(node)
    else:
        seeds = Seeds(read.integer(node, 1, MOST_SEEDS_OF_DESIGN))
    n = n_points * seeds.at_most
    if n > MOST_RUNS_OF_DESIGN:
        raise node.mistake(
            f"{counted(n_points, 'point')} x {counted(seeds.at_most, 'seed')} are {n:,} runs; a design has at most {MOST_RUNS_OF_DESIGN:,}, "
            f"here {counted(MOST_RUNS_OF_DESIGN // n_points, 'seed')}",
            f"{n_points:,} 个设计点 x {seeds.at_most:,} 个种子共 {n:,} 次运行；一个设计最多 {MOST_RUNS_OF_DESIGN:,} 次，"
            f"此处至多 {MOST_RUNS_OF_DESIGN // n_points:,} 个种子",
        )
    return seeds


def _read_rule(node: Node) -> Seeds:
    said = read.mapping(node, ("until", "of", "at_least", "at_most"))
    until = read.mapping(read.need(node, "until"))
    if not until:
        raise said["until"].mistake(
            "name an outcome and a half-width, such as coverage: 0.005", "请给出结果与半宽，如 coverage: 0.005"
        )
    widths: dict[str, float] = {}
    for name, width in until.items():
        _known(name, width, OUTCOMES)
        widths[name] = read.number(width, 0, 1e12, OUTCOMES[name].unit)
        if widths[name] == 0:
            raise width.mistake("a half-width must be more than 0", "半宽须大于 0")
    most = read.integer(read.need(node, "at_most"), 2, MOST_SEEDS_OF_DESIGN)
    least = read.integer(said["at_least"], 2, most) if "at_least" in said else min(N_SEEDS_AT_LEAST, most)
    return Seeds(most, least, widths, read.choice(said["of"], ("levels", "effects")) if "of" in said else "levels")


def _read_window(node: Node) -> Window:
    said = read.mapping(node, ("first", "last"))
    first, last = (read.month(said[key]) if key in said else None for key in ("first", "last"))
    if first is not None and last is not None and last < first:
        raise said["last"].mistake(f"must not be before the first month, {first}", f"不得早于首月 {first}")
    return Window(first, last)


def _read_keep(node: Node) -> Keep:
    said = read.mapping(node, ("months", "towns", "sums"))
    known = (*STATION_MONTH, *MEASURES)
    sums = read.boolean(said.pop("sums")) if "sums" in said else False
    kept = {key: known if names.value == "all" else _names(names, known) for key, names in said.items()}
    return Keep(kept.get("months", ()), kept.get("towns", ()), sums)


def _read_contrast(node: Node | None, factors: Sequence[Factor]) -> str | None:
    names = [factor.name for factor in factors]
    if node is None:
        return "policies" if "policies" in names and len(names) > 1 else None
    name = read.choice(node, names)
    if not factors[names.index(name)].levels:
        raise node.mistake(
            f"the factor {node.shown()} is drawn from a range and has no levels to compare",
            f"因素 {node.shown()} 从范围中抽取，没有可比较的水平",
        )
    return name


def _names(node: Node, known: Iterable[str]) -> tuple[str, ...]:
    nodes = read.items(node)
    if not nodes:
        raise node.mistake("the list is empty; leave it out", "列表为空；请删去")
    found: list[str] = []
    for named in nodes:
        name = read.text(named)
        _known(name, named, known)
        if name in found:
            raise named.mistake(f"{named.shown()} stands twice", f"{named.shown()} 重复")
        found.append(name)
    return tuple(found)


def _known(name: str, node: Node, known: Iterable[str]) -> None:
    if name not in known:
        guess, shown = did_you_mean(name, known), one_line(name)
        raise node.mistake(
            f"'{shown}' cannot be named here{guess}; 'stations explain observations' lists what is observed",
            f"此处不可使用 '{shown}'{guess}；用 'stations explain observations' 查看全部观测量",
        )


# --- do its points fit?


def _build_base(base: Patch, node: Node) -> None:
    try:
        patched([base])
    except Mistake as mistake:
        raise _told(mistake, node, tr("the base", "基准")) from None


def _told(mistake: Mistake, node: Node, where: str) -> Mistake:
    """A sentence about a scenario as one about the design: its file first, the point last."""
    text = str(mistake)
    file = one_line(node.source, 1000)
    start = "" if text.startswith((f"{file}:", f"{file}：")) else tr(f"{file}: ", f"{file}：")
    return Mistake(f"{start}{text} ({where})", f"{start}{text}（{where}）")


def _check_points(design: Design, window: Node) -> None:
    file = Node(None, str(design.file), None)
    found: dict[Months, Point] = {}
    for point in _to_build(design):
        where = _settings(design, point)
        try:
            _refuse_set_twice(design, point)
            scenario = design.scenario(point)
            if (wrong := beyond_the_run(design.window, scenario, window)) is not None:
                raise wrong
            found.setdefault(months_of(design.window, scenario), point)
        except Mistake as mistake:
            raise _told(mistake, file, where) from None
    if (other := other_months(design, found)) is not None:
        raise _told(other[0], file, _settings(design, other[1]))


def _to_build(design: Design) -> list[Point]:
    points = design.points
    if len(points) <= MOST_BUILT:
        return list(points)
    chosen = {round(i * (len(points) - 1) / (N_SAMPLED - 1)) for i in range(N_SAMPLED)}
    for i, factor in enumerate(design.factors):
        first: dict[str, int] = {}  # where each level is met first; of a range, its ends
        for point in points if factor.levels else _ends(points, i):
            first.setdefault(point.levels[i].name, point.number)
        chosen |= {0, *first.values()}
    return [points[number] for number in sorted(chosen)]


def _ends(points: Sequence[Point], i: int) -> list[Point]:
    drawn = [point for point in points if math.isfinite(point.levels[i].value)]
    return [find(drawn, key=lambda point: point.levels[i].value) for find in (min, max)]


def _settings(design: Design, point: Point) -> str:
    """What is not as in the base, in words."""
    moved = [
        f"{factor.name} = {level.name}"
        for factor, level in zip(design.factors, point.levels, strict=True)
        if level is not factor.base
    ]
    if not moved:
        return tr("the base", "基准")
    return labelled(tr(f"point {point.number}", f"第 {point.number} 点"), one_line(listed(moved), 300))


def _refuse_set_twice(design: Design, point: Point) -> None:
    """Raise Mistake where a number and a policy would both start to hold with the policies."""
    policies = [
        policy for patch in (design.base, *(level.patch for level in point.levels)) for policy in patch.policies
    ]
    for factor, level in zip(design.factors, point.levels, strict=True):
        if not factor.is_numeric or factor.since != POLICIES or level is factor.base:
            continue
        key = factor.name.split(".", 1)[1]
        for policy in policies:
            changes = [change for change in (*policy.levers, *policy.parameters) if change.name == key]
            begins = [change for change in changes if change.start is None and not change.after_months]
            if begins:
                assert factor.node is not None
                raise factor.node.mistake(
                    f"is set from the policies' start, when the policy '{policy.name}' changes it, too; "
                    "write 'since: start' for the factor, so that the policy sets out from its level",
                    f"自政策起始设定，而政策 '{policy.name}' 同时改变它；请为该因素写 'since: start'，使政策从其水平出发",
                )
