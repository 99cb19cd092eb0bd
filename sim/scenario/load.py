"""Find and load scenario and policy files: shipped ones by name, others by path."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.language import counted, tr
from sim.mistakes import Mistake, did_you_mean, list_of, other_kind
from sim.scenario import read
from sim.scenario.changes import FORMS, VALUE
from sim.scenario.city import spread
from sim.scenario.drawn import known_by_hand
from sim.scenario.figures import inherited
from sim.scenario.schema import Policy, Scenario, read_city, read_policy
from sim.scenario.sheets.cells import FromCell
from sim.scenario.sheets.files import ENDINGS
from sim.scenario.sheets.linked import table_said, with_figures, with_tables
from sim.scenario.yaml_reader import DEEPEST, Node, merge, one_line, read_file, read_text

DEEPEST_EXTENDS = 10
MOST_EXTENDS = 30
DEFAULT_CITY = "t-city"
RELATIVE = frozenset(FORMS) - {VALUE}


def scenarios_folder() -> Path:
    """Where the shipped scenarios are: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_scenarios", package.parent / "scenarios"):
        if (folder / f"{DEFAULT_CITY}.yaml").is_file():
            return folder
    raise FileNotFoundError("the shipped scenarios are missing; install the package again")


def shipped() -> dict[str, Path]:
    """Shipped files by name: "t-city", "policies/boundary-clarity", "models/guangzhou"."""
    folder = scenarios_folder()
    files = sorted(folder.rglob("*.yaml"))
    return {file.relative_to(folder).with_suffix("").as_posix(): file for file in files}


def shipped_policies() -> dict[str, Path]:
    """Shipped policies by their short name."""
    return {name.split("/")[-1]: file for name, file in shipped().items() if name.startswith("policies/")}


def find(name: str, *, wants: str = "scenario") -> tuple[str, Path]:
    """The name and path of a shipped scenario or of a file; wants: "policy" where only that will do. Raises Mistake."""
    if not isinstance(name, (str, os.PathLike)):
        raise other_kind(
            f"a {wants} is named by text or a path",
            f"{'政策' if wants == 'policy' else '情景'}须以名称或路径给出",
            name,
        )
    known, name = shipped(), os.fspath(name)
    name = name if os.path.exists(name) else name.strip()
    path = Path(name)
    is_path = path.suffix.lower() in {".yaml", ".yml"}
    if is_path and os.path.isfile(path):  # the user's own lakeside.yaml before the shipped one
        return path.stem, path
    for full, file in known.items():
        if name in {full, f"{full}.yaml", full.split("/")[-1]}:
            return full.split("/")[-1], file
    shown = one_line(name)
    if path.suffix.lower() in {*ENDINGS} - {".txt"} and os.path.isfile(path):
        table = one_line(name, 1000)
        raise Mistake(
            f"{table}: is a table, not a {wants}; make a city of it: stations import {table}",
            f"{table}：是表格；请先生成城市文件：stations import {table}",
        )
    guess = "" if is_path else file_meant(name, Path())
    if not guess and (is_path or "/" in name or "\\" in name or os.path.exists(path)):
        return path.stem, path
    guess = guess or did_you_mean(
        name, shipped_policies() if wants == "policy" else [full.split("/")[-1] for full in known]
    )
    raise Mistake(
        f"there is no {wants} '{shown}'{guess}; 'stations explain scenario' lists the shipped ones, "
        "or give the path of a .yaml file",
        f"没有{'政策' if wants == 'policy' else '情景'} '{shown}'{guess}；用 'stations explain scenario' 查看内置情景，或给出 .yaml 文件路径",
    )


def file_meant(name: str, folder: Path) -> str:
    """ " (did you mean 'my-city.yaml'?)" where only the ending is missing, else ""."""
    for ending in (".yaml", ".yml"):
        if os.path.isfile(folder / f"{name}{ending}"):
            meant = one_line(f"{name}{ending}")
            return tr(f" (did you mean '{meant}'?)", f"（是否想写 '{meant}'？）")
    return ""


def load_scenario(
    name: str, policies: Iterable[str] = (), sets: Iterable[str] = (), over: Iterable[Node] = ()
) -> Scenario:
    """Load a city, lay policies over it, change keys by `--set KEY=VALUE`.

    over: mappings laid over the file, as by files that extend it. The name of a policy stands for T City under that policy.
    Raises Mistake.
    """
    wanted = list_of(policies, "policies must be a list of names", "policies 须为名称列表")
    sets = list_of(sets, "sets must be a list such as ['levers.pay=3500']", "sets 须为列表，如 ['levers.pay=3500']")
    short, file = find(name)
    node = load_node(file)
    if _kind(node) == "policy":
        wanted.insert(0, name)
        short, file = find(DEFAULT_CITY)
        node = load_node(file)
    for laid in over:
        node = _city_over(node, laid)
    for setting in sets:
        node = inherited(node, _with_set(node, setting))
    city = replace(read_city(node, short), file=file)
    if by_hand := known_by_hand(node, sets):
        city = replace(city, known=tuple(dict.fromkeys((*city.known, *by_hand))))
    return city.with_policies([load_policy(name) for name in wanted]) if wanted else city


def load_policy(name: str) -> Policy:
    """Load a policy. Raises Mistake."""
    short, file = find(name, wants="policy")
    return read_policy(load_node(file, wants="policy"), short)


def refuse_namesakes(policies: Iterable[Policy], files: Iterable[str]) -> None:
    """Raise Mistake where two files, as the user named them, hold policies of one name, or two policies in memory have it."""
    seen: dict[str, tuple[str, Policy]] = {}
    for policy, file in zip(policies, files, strict=True):
        other, there = seen.setdefault(policy.name, (file, policy))
        if other != file or there.to_plain() != policy.to_plain():
            raise Mistake(
                f"--policies: '{file}' and '{other}' are both called '{policy.name}'; rename one",
                f"--policies：'{file}' 与 '{other}' 同名 '{policy.name}'；请重命名其一",
            )


def validate_file(name: str) -> str:
    """Check a file; what it is, in a few words. Raises Mistake."""
    short, file = find(name)
    node = load_node(file)
    if _kind(node) == "policy":
        policy = read_policy(node, short)
        n = len(policy.levers) + len(policy.parameters) + len(policy.code)
        return tr(f"a valid policy, {counted(n, 'change')}", f"有效的政策，{n} 项改变")
    city = read_city(node, short)
    city.parameter_table()
    said = tr(
        f"a valid city, {counted(len(city.towns), 'station')}, {counted(sum(town.population for town in city.towns), 'resident')}",
        f"有效的城市，{len(city.towns)} 个站点，{sum(town.population for town in city.towns):,} 名居民",
    )
    if city.figures:
        said += tr(f", {counted(len(city.figures), 'figure')}", f"，{len(city.figures)} 项实测数据")
    towns = node.value["towns"]
    return "\n".join([said, *(towns.told if isinstance(towns, FromCell) else ())])


def _kind(node: Node) -> str:
    return read.choice(read.need(node, "kind"), ("city", "policy"))


def load_node(file: Path, *, wants: str | None = None) -> Node:
    """A file with everything that it extends merged below it."""
    return _resolve(file, (), _Loading((_real(file).parent, scenarios_folder().resolve())), wants)


@dataclass(frozen=True)
class _Loading:
    """One load: the folders it may read from, and the files it has read, so that none is read twice."""

    allowed: tuple[Path, ...]
    done: dict[Path, Node] = field(default_factory=dict)


def _real(file: Path) -> Path:
    """Where a path leads, links followed. A path that leads nowhere stays as it is: reading it will say so."""
    try:
        return file.resolve()
    except (OSError, RuntimeError, ValueError):  # a name too long, a circle of links, a zero byte
        return Path(os.path.abspath(file))


def _resolve(file: Path, trail: tuple[Path, ...], loading: _Loading, wants: str | None) -> Node:
    node = read_file(file, _shown(file))
    kind = _kind(node)
    if wants is not None and kind != wants:
        raise node.value["kind"].mistake(
            f"a {wants} is wanted here, not a {kind}",
            f"此处需要 {wants} 而非 {kind}",
        )
    tables = table_said(node) if kind == "city" else None
    if tables is not None:
        node = without(node, "towns")
    node = with_figures(node, file.parent) if kind == "city" else node
    extends = node.value.get("extends")
    if extends is None:
        return node if tables is None else with_tables(node, tables, file.parent)
    trail = (*trail, _real(file))
    if len(trail) > DEEPEST_EXTENDS:
        raise extends.mistake(
            f"the chain of extends is longer than {DEEPEST_EXTENDS}", f"extends 链超过 {DEEPEST_EXTENDS} 层"
        )
    names = read.items(extends)
    if kind == "city" and len(names) != 1:
        raise extends.mistake("a city extends one other city", "一个城市只能继承一个城市")
    if len(names) > MOST_EXTENDS:
        raise extends.mistake(f"extends at most {MOST_EXTENDS} policies", f"最多继承 {MOST_EXTENDS} 项政策")
    own = without(node, "extends")
    bases = [_base(name, file, trail, loading, kind) for name in names]
    if tables is not None:
        base = without(without(bases[0], "towns"), "figures")  # which were counted in other towns
        return with_tables(_city_over(base, own), tables, file.parent)
    if kind == "city":
        return _city_over(bases[0], own)
    return _lay_policies([*map(spread, bases), own])


def _city_over(base: Node, own: Node) -> Node:
    """A city as laid over the one that it extends. A change in a relative form ("add", "factor", "at_least", "at_most") acts on what that one
    says of the same thing, rather than to take its place."""
    return inherited(base, _with_relative(base, own, merge(base, own, FORMS)))


def _with_relative(base: Node, own: Node, merged: Node) -> Node:
    """`merged`, with each relative change of `own` behind what `base` says there."""
    if not (isinstance(base.value, dict) and isinstance(own.value, dict) and isinstance(merged.value, dict)):
        return merged
    made = dict(merged.value)
    for key, node in own.value.items():
        if key not in base.value or key not in made:
            continue
        if _is_relative(node):
            made[key] = replace(node, value=[*read.items(base.value[key]), *read.items(node)])
        else:
            made[key] = _with_relative(base.value[key], node, made[key])
    return replace(merged, value=made)


def _is_relative(node: Node) -> bool:
    """Whether all that is said is how much more, or less, than before."""
    changes = node.value if isinstance(node.value, list) else [node]
    return bool(changes) and all(isinstance(one.value, dict) and RELATIVE & one.value.keys() for one in changes)


def without(node: Node, name: str) -> Node:
    """A mapping without one of its keys."""
    return replace(node, value={key: one for key, one in node.value.items() if key != name})


def _base(name: Node, file: Path, trail: tuple[Path, ...], loading: _Loading, kind: str) -> Node:
    text = read.text(name)
    path = Path(text)
    if path.is_absolute() or text.startswith(("/", "\\")) or ":" in text:
        raise name.mistake("give a shipped name or a relative path", "请给出内置名称或相对路径")
    known = shipped()
    beside = file.parent / path
    if path.suffix.lower() in {".yaml", ".yml"}:
        target = beside
    else:
        match = [file for full, file in known.items() if text in {full, full.split("/")[-1]}]
        if not match:
            short = [full.split("/")[-1] for full in known]
            guess = file_meant(text, file.parent) or did_you_mean(text, short)
            raise name.mistake(
                f"there is no scenario {name.shown()}{guess}",
                f"没有情景 {name.shown()}{guess}",
            )
        target = match[0]
    resolved = _real(target)
    if not any(resolved.is_relative_to(folder) for folder in loading.allowed):
        raise name.mistake("lies outside the scenario's own folder", "位于情景文件夹之外")
    if resolved in trail:
        chain = " -> ".join(file.name for file in (*trail[trail.index(resolved) :], resolved))
        raise name.mistake(f"the files extend one another in a circle: {chain}", f"文件循环继承：{chain}")
    if not os.path.isfile(resolved):
        raise name.mistake(
            f"there is no file {name.shown()} beside {file.name}", f"{file.name} 旁没有文件 {name.shown()}"
        )
    if resolved not in loading.done:
        loading.done[resolved] = _resolve(target, trail, loading, kind)
    return loading.done[resolved]


def _lay_policies(nodes: list[Node]) -> Node:
    """Policies on top of one another: texts of the last one; each one's changes of a lever are added to the list."""
    top = nodes[-1]
    merged = dict(top.value)
    for key in ("levers", "parameters"):
        together: dict[str, Node] = {}
        for node in nodes:
            part = node.value.get(key)
            if part is None:
                continue
            for name, entry in read.mapping(part).items():
                if name in together:
                    both = _unique([*read.items(together[name]), *read.items(entry)])
                    together[name] = replace(entry, value=both)
                else:
                    together[name] = entry
        if together:
            merged[key] = Node(together, top.source, top.line, key)
    posts = [change for node in nodes if "posts" in node.value for change in read.items(node.value["posts"])]
    if posts:
        merged["posts"] = replace(posts[0], value=_unique(posts))
    for key in ("raises", "lowers"):
        names = [item for node in nodes if key in node.value for item in read.items(node.value[key])]
        if names:
            merged[key] = Node(names, top.source, top.line, key)
    acting = [policy for node in nodes if "policies" in node.value for policy in read.items(node.value["policies"])]
    if acting:
        merged["policies"] = replace(acting[0], value=_unique(acting))
    return replace(top, value=merged)


def _unique(nodes: list[Node]) -> list[Node]:
    kept: list[Node] = []
    for node in nodes:
        if node.plain() not in [other.plain() for other in kept]:
            kept.append(node)
    return kept


def _with_set(node: Node, text: str) -> Node:
    """A city file with `levers.pay=3500` in place of what it says there."""
    if not isinstance(text, str):
        raise other_kind(
            "each of sets must be text such as 'levers.pay=3500'", "sets 的每一项须为文本，如 'levers.pay=3500'", text
        )
    source = f"--set {one_line(text, 80)}"
    key, equals, value = text.partition("=")
    keys = [part.strip() for part in key.split(".")]
    key = ".".join(keys)
    said = Node(None, source, None)
    if not equals and "＝" in text:
        raise said.mistake("has a full-width '＝'; write '='", "含有全角等号 '＝'；请改用英文等号 '='")
    if not equals or not all(keys) or len(keys) > DEEPEST:
        raise said.mistake("write KEY=VALUE, e.g. levers.pay=3500", "请写成 键=值，如 levers.pay=3500")
    if keys[0] == "extends":
        raise said.mistake("name the other scenario itself instead", "请直接给出另一情景的名称")
    new = read_text(value, source, has_lines=False)
    if new.value is None:
        raise replace(said, path=key).mistake("has no value", "缺少值")
    # Read alone, its places count from itself.
    return _replaced(node, keys, _placed(new, key), said)


def _replaced(node: Node, keys: list[str], new: Node, said: Node) -> Node:
    if not keys:
        return new
    if not isinstance(node.value, dict):
        node = Node({}, said.source, None, node.path)
    path = f"{node.path}.{keys[0]}" if node.path else keys[0]
    old = node.value.get(keys[0]) or Node({}, said.source, None, path)
    return replace(node, value={**node.value, keys[0]: _replaced(old, keys[1:], new, said)})


def _placed(node: Node, path: str) -> Node:
    """A node read alone, as part of a file: every path begins with that of its key."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _placed(inner, f"{path}.{key}") for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_placed(inner, f"{path}[{i + 1}]") for i, inner in enumerate(value)]
    return replace(node, value=value, path=path)


def _shown(file: Path) -> str:
    """How sentences name a file: shipped ones by their short path, others as given."""
    try:
        return _real(file).relative_to(scenarios_folder().resolve()).as_posix()
    except ValueError:
        return str(file)
