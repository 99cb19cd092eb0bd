"""Read what files say of a city, with its groups, towns, communities and workers, and of a policy."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sim.language import Text, counted, listed
from sim.mistakes import did_you_mean
from sim.months import month_number, month_text
from sim.scenario import read
from sim.scenario.changes import VALUE, Change
from sim.scenario.code import read_policies, read_rules
from sim.scenario.drawn import read_known
from sim.scenario.figures import read_figures
from sim.scenario.parameters import LEVERS, MOST_POSTS, PARAMETERS, POSTS, SWITCHES
from sim.scenario.people import (
    BETWEEN_TAGS,
    GROUP_FACTS,
    MOST_COMMUNITIES,
    MOST_PEOPLE,
    MOST_SIMULATED,
    MOST_STATIONS,
    CommunityEntry,
    Group,
    Town,
    Worker,
    nth_community,
)
from sim.scenario.read_changes import QUANTITY_KEYS, read_changes, read_entries
from sim.scenario.yaml_reader import Node
from sim.sums import ordered_sum
from sim.words import CERTIFICATES

MOST_MONTHS = 480
CITY_KEYS = (
    "kind", "title", "proposer", "source", "extends", "start", "policy_start", "end", "general_sample",
    "posts_per_station", "budget_per_year", "towns", "groups", "levers", "parameters", "structure", "rules", "figures",
    "known",
)  # fmt: skip
TOWN_KEYS = (
    "name", "tags", "population", "posts", "communities", "per_1000", "workers", "joins", "opens", "closes", "heir", "growth_per_year",
)  # fmt: skip
CITY_SCHEMA = 1
"""The number under `schema:` in city files that this program wrote (`write.city_file`): a higher one where their keys mean something else."""

MOST_BUDGET = 1e12
GROWTH = (-0.5, 0.5)
"""What a town's population may grow by in a year."""

_TEXTS = ("title", "proposer", "source")
OF_ALL_CHANGES = ("from", "until", "stations")
"""What a policy may say once for all its changes."""
POLICY_KEYS = (
    "kind", "title", "proposer", "source", "extends", *OF_ALL_CHANGES, "raises", "lowers", "levers",
    "posts", "parameters", "policies",
)  # fmt: skip


def said_of_policy(node: Node, name: str, *, is_resolved: bool) -> dict[str, Any]:
    """The fields of a Policy. Raises Mistake."""
    node = spread(node)
    said = read.mapping(node, (*POLICY_KEYS, "name") if is_resolved else POLICY_KEYS, QUANTITY_KEYS)
    if read.choice(read.need(node, "kind"), ("policy", "city")) != "policy":
        raise said["kind"].mistake("a policy is wanted here, not a city", "此处需要政策（policy）而非城市（city）")
    changes = _read_all_changes(node, said)
    code = read_policies(said["policies"], is_resolved=is_resolved) if "policies" in said else ()
    if not any(changes.values()) and not code:
        raise node.mistake(
            "changes nothing; give levers, posts or parameters", "没有任何改变；请给出 levers、posts 或 parameters"
        )
    aims = _read_aims(said, list(dict.fromkeys(change.name for part in changes.values() for change in part)))
    changes = {
        section: tuple(replace(change, aim=aims.get(change.name)) for change in part)
        for section, part in changes.items()
    }
    texts = _read_texts(node)
    stated = said.get("name")
    name = read.check_name(read.text(stated) if stated is not None else name, stated or node)
    return {"name": name, **texts, **changes, "code": code}


def said_of_city(node: Node, *, is_resolved: bool) -> tuple[dict[str, Any], list[Node] | None]:
    """The fields of a Scenario, and the nodes of its policies where it says them. Raises Mistake."""
    node = _of_this_schema(node)
    said = read.mapping(node, (*CITY_KEYS, "policies") if is_resolved else CITY_KEYS, QUANTITY_KEYS)
    if read.choice(read.need(node, "kind"), ("city", "policy")) != "city":
        raise said["kind"].mistake("a city is wanted here, not a policy", "此处需要城市（city）而非政策（policy）")
    texts = _read_texts(node)
    start, policy_start, end = (read.date(read.need(node, key)) for key in ("start", "policy_start", "end"))
    _check_calendar(said, start, policy_start, end)
    sample = read.number(said["general_sample"], 0.001, 1.0) if "general_sample" in said else 1.0
    groups = read_groups(read.need(node, "groups"))
    towns = read_towns(read.need(node, "towns"), groups, said.get("posts_per_station"), sample)
    _check_openings(said["towns"], towns, start, end)
    fields = {
        **texts,
        "start": start,
        "policy_start": policy_start,
        "end": end,
        "general_sample": sample,
        "budget_per_year": read.number(said["budget_per_year"], 1, MOST_BUDGET, "yuan per year")
        if "budget_per_year" in said
        else None,
        "towns": towns,
        "groups": groups,
        **_read_all_changes(node, said),
        "structure": _read_structure(said["structure"]) if "structure" in said else (),
        "rules": read_rules(said["rules"], is_resolved=is_resolved) if "rules" in said else (),
        "figures": read_figures(said["figures"], start, end, towns, groups) if "figures" in said else (),
        "known": read_known(said["known"], groups) if "known" in said else (),
    }
    return fields, read.items(said["policies"]) if "policies" in said else None


def _of_this_schema(node: Node) -> Node:
    """A city without its `schema:`, which only written files say. Raises Mistake where it is another one."""
    if not isinstance(node.value, dict) or "schema" not in node.value:
        return node
    schema = node.value["schema"]
    if schema.value != CITY_SCHEMA:
        raise schema.mistake(
            f"this program reads city files of schema {CITY_SCHEMA}, not {schema.shown()}; use the social-work-stations that wrote it",
            f"本程序读取 schema 为 {CITY_SCHEMA} 的城市文件，而非 {schema.shown()}；请使用写出该文件的 social-work-stations 版本",
        )
    return replace(node, value={key: value for key, value in node.value.items() if key != "schema"})


def _read_texts(node: Node) -> dict[str, Text]:
    return {key: Text(*read.both_languages(read.need(node, key))) for key in ("title", "proposer", "source")}


def _read_all_changes(node: Node, said: Mapping[str, Node]) -> dict[str, tuple[Change, ...]]:
    empty = Node({}, node.source, node.line)
    posts = {"posts": said["posts"]} if "posts" in said else {}
    return {
        "levers": (
            *read_changes(said.get("levers", empty), LEVERS),
            *read_changes(replace(empty, value=posts), POSTS),
        ),
        "parameters": read_changes(said.get("parameters", empty), PARAMETERS),
    }


def spread(policy: Node) -> Node:
    """A policy's file with what it says once (`from`, `until`, `stations`) said of each change that does not say it itself."""
    said = read.mapping(policy)
    common = {key: said[key] for key in OF_ALL_CHANGES if key in said}
    if not common:
        return policy

    def whole(entry: Node) -> Node:
        own = entry.value if isinstance(entry.value, dict) else {VALUE: entry}
        is_dated = "from" in own or "after_months" in own
        more = {key: node for key, node in common.items() if key not in own and not (key == "from" and is_dated)}
        return replace(entry, value=own | more)

    def each(entry: Node) -> Node:
        return replace(entry, value=[whole(change) for change in read.items(entry)])

    spread_out: dict[str, Node] = {
        section: replace(
            said[section],
            value={name: each(entry) for name, entry in read.mapping(said[section]).items()},
        )
        for section in ("levers", "parameters")
        if section in said
    }
    if "posts" in said:
        spread_out["posts"] = each(said["posts"])
    return replace(policy, value={key: node for key, node in said.items() if key not in common} | spread_out)


def _read_aims(said: Mapping[str, Node], known: list[str]) -> dict[str, int]:
    """`raises:` and `lowers:`, names of what the policy changes."""
    aims: dict[str, int] = {}
    for key, way in (("raises", 1), ("lowers", -1)):
        for item in read.items(said[key]) if key in said else ():
            name = read.text(item)
            if name not in known:
                guess = did_you_mean(name, known)
                raise item.mistake(
                    f"the policy does not change {item.shown()}{guess}; it changes {listed(known) or 'none by itself'}",
                    f"本政策并不改变 {item.shown()}{guess}；改变的是 {listed(known) or '（无）'}",
                )
            if aims.setdefault(name, way) != way:
                raise item.mistake(f"{name} stands under 'raises' and 'lowers'", f"{name} 同时列于 raises 与 lowers")
    return aims


def _read_structure(node: Node) -> tuple[str, ...]:
    """`structure:`, the switches that are on."""
    said = read.mapping(node, tuple(SWITCHES))
    return tuple(name for name in SWITCHES if name in said and read.boolean(said[name]))


def _check_calendar(
    said: Mapping[str, Node], start: datetime.date, policy_start: datetime.date, end: datetime.date
) -> None:
    if start.day != 1:
        raise said["start"].mistake("must be the first day of a month", "须为月份的第一天")
    if policy_start.day != 1:
        raise said["policy_start"].mistake("must be the first day of a month", "须为月份的第一天")
    if (end + datetime.timedelta(days=1)).day != 1:
        raise said["end"].mistake("must be the last day of a month", "须为月份的最后一天")
    if end <= start:
        raise said["end"].mistake(f"must be after the start, {start}", f"须晚于起始日 {start}")
    if not start <= policy_start < end:
        raise said["policy_start"].mistake(f"must lie from {start} to {end}", f"须介于 {start} 与 {end} 之间")
    if month_number(end) - month_number(start) + 1 > MOST_MONTHS:
        raise said["end"].mistake(f"a run has at most {MOST_MONTHS // 12} years", f"运行最长 {MOST_MONTHS // 12} 年")


def read_groups(node: Node) -> tuple[Group, ...]:
    """`groups:`, at least one; at most one is the rest."""
    groups = [_read_group(name, group) for name, group in read.names(node).items()]
    if not groups:
        raise node.mistake("name at least one group", "请至少给出一个群体")
    rests = [group.id for group in groups if group.is_rest]
    if len(rests) > 1:
        raise node.mistake(
            f"only one group can be the rest, not {listed(rests)}",
            f"只能有一个群体为其余居民（rest）：{listed(rests)}",
        )
    total = ordered_sum(group.per_1000 for group in groups)
    if total > 1000.0:
        raise node.mistake(
            f"the groups add up to {read.limit(total)} per 1,000 residents",
            f"各群体合计每千人 {read.limit(total)} 人，超过 1,000",
        )
    return tuple(groups)


def _read_group(name: str, node: Node) -> Group:
    said = read.mapping(node, ("name", "per_1000", "rest", *GROUP_FACTS))
    is_rest = read.boolean(said["rest"]) if "rest" in said else False
    if is_rest and "per_1000" in said:
        raise said["per_1000"].mistake(
            "the rest has no number of its own; leave it out", "其余居民（rest）无需给出人数；请删去"
        )
    return Group(
        name,
        Text(*read.both_languages(read.need(node, "name"))),
        0.0 if is_rest else read.number(read.need(node, "per_1000"), 0, 1000, "people per 1,000 residents"),
        is_rest,
        *(read.number(read.need(node, key), fact.least, fact.most, fact.unit) for key, fact in GROUP_FACTS.items()),
    )


def read_towns(node: Node, groups: tuple[Group, ...], posts: Node | None, sample: float) -> tuple[Town, ...]:
    """`towns:`, each with one station. posts: what the file says of all stations' posts, in place of what towns say."""
    found = read.names(node)
    if not found:
        raise node.mistake("name at least one town", "请至少给出一个镇（街道）")
    if len(found) > MOST_STATIONS:
        raise node.mistake(f"a city has at most {MOST_STATIONS} towns", f"一个市最多 {MOST_STATIONS} 个镇（街道）")
    towns = tuple(_read_town(name, town, groups, posts) for name, town in found.items())
    people = sum(town.population for town in towns)
    if people > MOST_PEOPLE:
        raise node.mistake(
            f"{people:,} residents are more than {MOST_PEOPLE:,}", f"{people:,} 名居民超过上限 {MOST_PEOPLE:,}"
        )
    priority = ordered_sum(
        town.population * ordered_sum(town.per_1000.get(group.id, group.per_1000) for group in groups) / 1000
        for town in towns
    )
    has_rest = any(group.is_rest for group in groups)
    rows = priority + (people - priority) * sample * has_rest
    if rows > MOST_SIMULATED:
        raise node.mistake(
            f"{rows:,.0f} simulated residents are more than {MOST_SIMULATED:,}; lower general_sample",
            f"需模拟 {rows:,.0f} 名居民，超过上限 {MOST_SIMULATED:,}；请降低 general_sample",
        )
    if sum(len(town.communities) for town in towns) > 20 * MOST_COMMUNITIES:
        raise node.mistake("there are too many communities", "社区过多")
    return towns


def _read_town(name: str, node: Node, groups: tuple[Group, ...], everywhere: Node | None) -> Town:
    said = read.mapping(node, TOWN_KEYS)
    posts, post_changes = _read_posts(read.need(node, "posts") if everywhere is None else everywhere, name)
    communities, total = _read_communities(read.need(node, "communities"))
    if total is None:
        population = read.integer(read.need(node, "population"), 0, MOST_PEOPLE)
    else:
        population = total
        if "population" in said and read.integer(said["population"], 0, MOST_PEOPLE) != total:
            raise said["population"].mistake(
                f"is not the sum of its communities, {total:,}", f"不等于各社区人口之和 {total:,}"
            )
    if population > 0 and not communities:
        raise said["communities"].mistake(
            "a town with residents has at least one community", "有居民的镇至少有一个社区"
        )
    per_1000: dict[str, float] = {}
    known = [group.id for group in groups if not group.is_rest]
    for group, number in read.mapping(said["per_1000"]).items() if "per_1000" in said else ():
        if group not in known:
            raise number.mistake(f"unknown group{did_you_mean(group, known)}", f"未知群体{did_you_mean(group, known)}")
        per_1000[group] = read.number(number, 0, 1000, "people per 1,000 residents")
    if ordered_sum(per_1000.get(group.id, group.per_1000) for group in groups) > 1000.0:
        raise said["per_1000"].mistake("the groups add up to more than 1,000", "各群体合计超过 1,000")
    workers: tuple[Worker, ...] = ()
    if "workers" in said:
        workers = tuple(_read_worker(item) for item in read.items(said["workers"]))
        if len(workers) > posts:
            raise said["workers"].mistake(
                f"{counted(len(workers), 'worker has', 'workers have')} {counted(posts, 'post')}",
                f"{len(workers)} 名社工多于 {posts} 个岗位",
            )
    tags = tuple(_read_tag(tag) for tag in read.items(said["tags"])) if "tags" in said else ()
    title = Text(*read.both_languages(read.need(node, "name")))
    joins, opens, closes = (read.month(said[key]) if key in said else None for key in ("joins", "opens", "closes"))
    heir = read.text(said["heir"]) if "heir" in said else None
    growth = read.number(said["growth_per_year"], *GROWTH, "share per year") if "growth_per_year" in said else 0.0
    return Town(
        name,
        title,
        population,
        posts,
        communities,
        per_1000,
        workers,
        tuple(dict.fromkeys(tags)),
        post_changes,
        opens,
        closes,
        heir,
        growth,
        joins,
    )


def _read_tag(node: Node) -> str:
    tag = read.check_name(read.text(node), node)
    if mark := next((mark for mark in BETWEEN_TAGS if mark in tag), ""):
        raise node.mistake(
            f"a tag cannot hold '{mark}', which stands between tags; write {node.shown()} as several",
            f"标签不能含 '{mark}'（用于分隔标签）；请把 {node.shown()} 分开写",
        )
    return tag


def _check_openings(node: Node, towns: tuple[Town, ...], start: datetime.date, end: datetime.date) -> None:
    """Raise Mistake where a station opens or closes outside the run, or leaves its town to none that is open then."""
    first, last = month_number(start), month_number(end)
    known = {town.id: town for town in towns}
    for town in towns:
        said = node.value[town.id].value
        for key in ("joins", "opens", "closes"):
            month = getattr(town, key)
            if month is not None and not first <= month_number(month) <= last:
                months = f"{month_text(first)} to {month_text(last)}"
                raise said[key].mistake(
                    f"{month} lies outside the run; allowed: {months}",
                    f"{month} 不在运行期内；可用：{months.replace(' to ', ' 至 ')}",
                )
        opens, closes = town.opening(start, last - first + 1)
        if opens < town.joining(start):
            raise said["opens"].mistake(
                f"the station would open before the town joins, in {town.joins}",
                f"社工站将在该镇并入（{town.joins}）之前开设",
            )
        if closes <= opens:
            raise said["closes"].mistake(
                f"the station would close before it opens, in {month_text(first + opens)}",
                f"社工站将在开设（{month_text(first + opens)}）之前关闭",
            )
        if town.workers and opens > 0:
            raise said["workers"].mistake(
                f"the station opens in {month_text(first + opens)} with its posts vacant; leave the workers out",
                f"社工站于 {month_text(first + opens)} 开设时岗位均空缺；请删去 workers",
            )
        if (town.closes is None) != (town.heir is None):
            raise node.value[town.id].mistake(
                "a station that closes names its heir: give 'closes' and 'heir', or neither",
                "关闭的社工站须指明承接站：closes 与 heir 须同时给出或同时省略",
            )
        if town.heir is None:
            continue
        if town.heir not in known or town.heir == town.id:
            guess = did_you_mean(town.heir, [one for one in known if one != town.id])
            raise said["heir"].mistake(
                f"must be the id of another town{guess}, not {said['heir'].shown()}",
                f"须为另一个镇的代号{guess}，而非 {said['heir'].shown()}",
            )
        begins, ends = known[town.heir].opening(start, last - first + 1)
        if closes <= last - first and not begins <= closes < ends:
            raise said["heir"].mistake(
                f"the station of {town.heir} is not open in {month_text(first + closes)}, when it is to take over",
                f"{town.heir} 的社工站在 {month_text(first + closes)} 承接时并未开设",
            )


def _read_posts(node: Node, town: str) -> tuple[int, tuple[Change, ...]]:
    """A town's posts on the first day, and what becomes of them: a number, a change, or a list of these."""
    if not isinstance(node.value, (dict, list)):
        return read.integer(node, 0, MOST_POSTS), ()
    first, *later = read_entries(POSTS["posts"], node, has_stations=False)
    is_dated = first.start is not None or first.after_months is not None
    if first.form != VALUE or is_dated or first.ramp_months or first.until is not None:
        raise node.mistake(
            "does not say how many posts there are on the first day; e.g. [8, {value: 10, from: 2026-01}]",
            "没有说明首日的岗位数；例如 [8, {value: 10, from: 2026-01}]",
        )
    return int(first.value), tuple(replace(change, stations=(town,)) for change in later)


def _read_communities(node: Node) -> tuple[tuple[CommunityEntry, ...], int | None]:
    """Communities, and the sum of their populations if these are given."""
    if not isinstance(node.value, list):
        n = read.integer(node, 0, MOST_COMMUNITIES)
        return tuple(CommunityEntry(nth_community(i + 1)) for i in range(n)), None
    if len(node.value) > MOST_COMMUNITIES:
        raise node.mistake(
            f"a town has at most {MOST_COMMUNITIES:,} communities", f"一个镇最多 {MOST_COMMUNITIES:,} 个社区"
        )
    found = []
    for item in node.value:
        said = read.mapping(item, ("name", "population", "grid_strength"))
        found.append(
            CommunityEntry(
                Text(*read.both_languages(read.need(item, "name"))),
                read.integer(said["population"], 0, MOST_PEOPLE) if "population" in said else None,
                read.number(said["grid_strength"], 0, 10, "mean 1") if "grid_strength" in said else None,
            )
        )
    given = [community.population for community in found if community.population is not None]
    if given and len(given) != len(found):
        raise node.mistake("give the population of every community or of none", "社区人口须全部给出或全部省略")
    return tuple(found), sum(int(value) for value in given) if given else None


def _read_worker(node: Node) -> Worker:
    said = read.mapping(node, ("trained", "certificate", "competence", "burnout", "tenure_days"))
    return Worker(
        read.boolean(said["trained"]) if "trained" in said else None,
        read.choice(said["certificate"], CERTIFICATES) if "certificate" in said else None,
        read.number(said["competence"], 0, 1, "0-1") if "competence" in said else None,
        read.number(said["burnout"], 0, 1, "0-1") if "burnout" in said else None,
        read.number(said["tenure_days"], 0, 20000, "days") if "tenure_days" in said else None,
    )
