"""What one browser session has before it: a live city and what was chosen to look at.

Its methods take what the browser sends, which may be anything: whatever is no sensible request is answered by a sentence in
`message` and changes nothing. Knows nothing of Solara.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.lab.code import engine_of
from sim.lab.doubt.choose import worlds_of
from sim.lab.failed import by_command
from sim.lab.frames import MONTHLY
from sim.lab.kept.spreadsheets import cell
from sim.lab.sums.summaries import CURVES
from sim.language import one_by_one, tr
from sim.mistakes import Mistake
from sim.scenario.load import load_policy, load_scenario, refuse_namesakes
from sim.scenario.schema import Policy, Scenario
from sim.scenario.told import against
from sim.seeds import STORED_SEED_BITS, whole_seed
from sim.view import shown
from sim.view.comparing import Comparing
from sim.view.live import LiveCity
from sim.view.requests import check_name, no_request, read_date
from sim.view.session import Session, read_session
from sim.view.start import Start, shipped_cities, shipped_policies

MOST_CHARTS = 6
SPEEDS = (("day", 1, 1000), ("day", 1, 200), ("day", 1, 50), ("day", 7, 100), ("month", 1, 250), ("month", 1, 0))
"""Unit, how many, least milliseconds between two steps."""


@dataclass(frozen=True)
class Download:
    """A file for the browser to store. A higher number is a new one."""

    number: int = 0
    name: str = ""
    type: str = ""
    text: str = ""


class Viewer:
    """One session: `live` is its city."""

    def __init__(self, start: Start) -> None:
        self._allow_code, self._doubt, self.is_closed = start.allow_code, start.doubt, False
        loaded = load_scenario(start.scenario, sets=start.sets)
        own = [*loaded.policies, *(load_policy(name) for name in start.policies)]  # a policy's name is T City under it
        city = loaded.baseline()
        worlds_of(city, start.doubt)  # what cannot be is said before the page is there
        self.cities = dict(shipped_cities())
        name = loaded.name if loaded.policies else start.scenario
        self.city_name = next((name for name, known in self.cities.items() if known.hash == city.hash), name)
        self.cities[self.city_name] = city  # a shipped city as it was set is the session's
        self._sets = {self.city_name: start.sets}
        files = [*(start.scenario for _ in loaded.policies), *start.policies]
        self._files = {policy.name: file for policy, file in zip(own, files, strict=True)}
        refuse_namesakes(own, files)
        self._of = start.digest(city.hash, *(repr(policy) for policy in own))
        self.policies = shipped_policies() | {policy.name: policy for policy in own}
        self.chosen_policies = list(dict.fromkeys(policy.name for policy in own))
        self.live = self._make(city, start.seed, self._picked())
        self.outcome = "trust"
        self.charts = list(shown.FIRST_CHARTS)
        self.window = 3
        self.station = -1
        self.message = ""
        self.answer = 0  # answers given
        self.steered = 0  # of them, to all but the asking for time
        self.file = Download()
        self.comparing: Comparing | None = None
        self.command = ""  # that gives the comparison's numbers, whatever city is looked at since
        self.on_comparing: Callable[[], None] = lambda: None
        self.places = shown.places(self.live.model)
        self.scale = shown.Scale()

    def _make(self, city: Scenario, seed: int, policies: Sequence[Policy]) -> LiveCity:
        engine = engine_of(city, allow_code=self._allow_code)
        return LiveCity(city, policies, seed, engine=engine if engine.rules else None)

    def _picked(self) -> list[Policy]:
        return [self.policies[name] for name in self.chosen_policies]

    # --- time

    def go(self, what: Any) -> None:
        """{"unit": "day" | "week" | "month" | "year", "n": 1}, or {"to": "YYYY-MM-DD", "back": True where it may go back}."""

        def act() -> None:
            to = read_date(what, self.live)
            if to >= self.live.target:
                self.live.run_towards(to)
            elif what.get("back"):
                self.live.rewind(to)
            else:
                self.live.go_on()

        self._act(act, is_time=True)

    def go_on(self, answer: Any) -> None:
        """Go on towards the date asked for, where a long way is gone in parts. answer: the number of the answer that the
        page asks this after; where it has another since, that one's asking goes on, and no two ways pile up. A message
        stays."""
        if answer != self.answer:
            return
        try:
            self.live.go_on()
        except Mistake as mistake:
            self.message = str(mistake)
        self.answer += 1

    @property
    def target(self) -> str:
        """The date that was asked for where the city is still on its way there, else ""."""
        return "" if self.live.is_there else self.live.target.isoformat()

    # --- what is steered

    def move(self, what: Any) -> None:
        """{"lever": name, "value": number}"""

        def act() -> None:
            lever, value = (what.get("lever"), what.get("value")) if isinstance(what, dict) else (None, None)
            if not isinstance(lever, str) or isinstance(value, bool) or not isinstance(value, (int, float)):
                raise no_request()
            try:
                wanted = float(value)
            except OverflowError:  # JSON's whole numbers know no limit
                raise no_request() from None
            self.live.move(lever, wanted)

        self._act(act)

    def release(self, _: Any = None) -> None:
        """Forget the moved levers, and run to the same date again."""
        self._act(lambda: self._again(self.live.release))

    def choose_policies(self, names: Any) -> None:
        """Names of policies; the city starts anew under them and runs to the same date again."""

        def act() -> None:
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise no_request()
            for name in names:
                check_name(name, self.policies, "policy", "政策")
            picked = [self.policies[name] for name in dict.fromkeys(names)]
            try:
                self._again(lambda: self.live.restart(policies=picked))
            except Mistake as mistake:
                raise self._clash_of(picked) or mistake from None
            self.chosen_policies = [policy.name for policy in picked]

        self._act(act)

    def _clash_of(self, picked: Sequence[Policy]) -> Mistake | None:
        """In the words of the page, which two of the ticked policies do not fit one another."""
        for first, other in itertools.combinations(picked, 2):
            try:
                self.live.city.with_policies([first, other])
            except Mistake:
                return Mistake(
                    f"'{first.title.en}' and '{other.title.en}' change the same lever at the same time; untick one of them",
                    f"“{first.title.zh}”与“{other.title.zh}”同时改变同一项政策工具，不能同选；请取消其一",
                )
        return None

    def choose_seed(self, seed: Any) -> None:
        """A whole number, or its text; the city starts anew under it and runs to the same date again."""

        def act() -> None:
            wanted = whole_seed(seed, STORED_SEED_BITS)
            self._again(lambda: self.live.restart(seed=wanted))

        self._act(act)

    def choose_city(self, name: Any) -> None:
        """The name of a city; it starts on its first morning, under the same policies and seed."""

        def act() -> None:
            check_name(name, self.cities, "scenario", "情景")
            self._take(self._make(self.cities[name], self.live.seed, self._picked()), name)

        self._act(act)

    def session(self) -> Session:
        """What brings this viewer back: see `restore`."""
        names = tuple(self.chosen_policies)
        return Session(self._of, self.city_name, names, self.live.seed, self.live.moves, self.live.target)

    def restore(self, what: Any) -> None:
        """Take up the session that a tab kept (`Session.to_plain`); only a viewer that was asked for nothing yet does."""

        def act() -> None:
            try:
                kept = read_session(what)
                if kept.of != self._of or self.answer:
                    return
                check_name(kept.city, self.cities, "scenario", "情景")
                for name in kept.policies:
                    check_name(name, self.policies, "policy", "政策")
                whole_seed(kept.seed, STORED_SEED_BITS)
                live = self._make(self.cities[kept.city], kept.seed, [self.policies[name] for name in kept.policies])
                try:
                    live.restart(moves=kept.moves)
                except Mistake:
                    live.close()
                    raise
            except (ValueError, Mistake) as error:
                why = str(error)
                raise Mistake(
                    f"what this tab kept of its session does not fit here, so the city begins anew: {why}",
                    f"此标签页保存的会话与本服务器不符，城市重新开始：{why}",
                ) from None
            self._take(live, kept.city)
            self.chosen_policies = list(kept.policies)
            live.run_towards(kept.date)

        self._act(act)

    def _take(self, live: LiveCity, name: str) -> None:
        self.live.close()
        self.live, self.city_name, self.station = live, name, -1
        self.places, self.scale = shown.places(live.model), shown.Scale()

    def _again(self, start: Callable[[], None]) -> None:
        """Start anew and run to the same date; the browser asks on where that takes long."""
        date = self.live.target
        start()
        self.live.run_towards(date)

    def branch(self, _: Any = None) -> None:
        """Keep the course until the date asked for as a line of its own; what comes next can be seen beside it."""

        def act() -> None:
            self.live.arrive()
            if not self.live.n_months_over:
                raise Mistake("there is no course to keep before a month is over", "首月结束之前尚无可保留的走势")
            used = {branch.name for branch in self.live.kept}
            letters = (chr(ord("A") + i) for i in range(26))
            self.live.keep_course(next(letter for letter in letters if letter not in used))

        self._act(act)

    # --- what is looked at

    def colour_by(self, outcome: Any) -> None:
        def act() -> None:
            check_name(outcome, shown.MAPPED, "outcome", "结果")
            self.outcome = outcome

        self._act(act)

    def pick(self, outcomes: Any) -> None:
        def act() -> None:
            if not isinstance(outcomes, list) or len(outcomes) > MOST_CHARTS:
                raise no_request()
            for outcome in outcomes:
                check_name(outcome, CURVES, "outcome", "结果")
            self.charts = list(dict.fromkeys(outcomes))

        self._act(act)

    def take_window(self, months: Any) -> None:
        def act() -> None:
            if months not in shown.WINDOWS or isinstance(months, bool):
                raise no_request()
            self.window = int(months)

        self._act(act)

    def choose_station(self, row: Any) -> None:
        def act() -> None:
            if isinstance(row, bool) or not isinstance(row, int) or not -1 <= row < len(self.live.model.station_list):
                raise no_request()
            self.station = -1 if row == self.station else row

        self._act(act)

    # --- many seeds

    def compare(self, what: Any) -> None:
        """{"policies": [names], "seeds": n}: compare in the background; the one before is stopped. Raises Mistake."""
        names, seeds = (what.get("policies"), what.get("seeds")) if isinstance(what, dict) else (None, None)
        if not isinstance(names, list):
            raise no_request()
        for name in names:
            check_name(name, self.policies, "policy", "政策")
        policies = [self.policies[name] for name in dict.fromkeys(names)]
        n_seeds = seeds if isinstance(seeds, int) else -1
        sets = self._sets.get(self.city_name, ())
        given = {policy.name: self._files.get(policy.name, policy.name) for policy in policies}
        comparing = Comparing(
            self.live.city,
            policies,
            n_seeds,
            on_change=lambda: self.on_comparing(),
            allow_code=self._allow_code,
            repeat=by_command(self.city_name, sets, given, allow_code=self._allow_code, doubt=self._doubt),
            doubt=self._doubt,
        )
        if self.comparing is not None:
            self.comparing.cancel()
        self.command = comparing.command(self.city_name, sets, self._files)
        self.comparing = comparing.start()

    # --- what is kept

    def save_scenario(self, _: Any = None) -> None:
        """The present scenario as a YAML file that `stations run` accepts."""
        self._act(lambda: self._offer(f"{self._stem}.yaml", "application/yaml", self.live.yaml()))

    def save_table(self, name: Any) -> None:
        """One of `frames.MONTHLY` until the date asked for as CSV, the baseline's rows below the city's own."""

        def act() -> None:
            check_name(name, MONTHLY, "table", "表")
            tables = self.live.tables()
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n")
            own = tables[name]
            writer.writerow(["course", *own.columns])
            for course, table in (("own", own), ("baseline", tables[f"baseline_{name}"])):
                for row in table.itertuples(index=False):
                    writer.writerow([course, *("" if value != value else cell(value) for value in row)])
            # Excel on Windows reads it as UTF-8 by its mark.
            self._offer(f"{self._stem}-{name}.csv", "text/csv", "\ufeff" + text.getvalue())

        self._act(act)

    def _offer(self, name: str, kind: str, text: str) -> None:
        self.file = Download(self.file.number + 1, name, kind, text)

    @property
    def _stem(self) -> str:
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", Path(self.city_name).name.removesuffix(".yaml")).strip("-.") or "city"
        return f"{plain[-60:]}-seed{self.live.seed}-{self.live.target}"

    # --- inside

    def close(self) -> None:
        """No further step of the city or of a comparison."""
        self.is_closed = True
        self.on_comparing = lambda: None
        if self.comparing is not None:
            self.comparing.cancel()
        self.live.close()

    def _act(self, act: Callable[[], None], *, is_time: bool = False) -> None:
        """Do what was asked, or say why not; either way the browser has its answer."""
        self.message = ""
        try:
            act()
        except Mistake as mistake:
            self.message = str(mistake)
        self.answer += 1
        self.steered += not is_time

    # --- for the page

    def now(self) -> dict[str, Any]:
        """What the toolbar shows."""
        model = self.live.model
        return {
            "answer": self.answer,
            "date": model.date.isoformat(),
            "day": model.day,
            "n_days": model.n_days,
            "first": model.scenario.start.isoformat(),
            "last": model.date_of(model.n_days).isoformat(),
            "policy_start": self.live.city.policy_start.isoformat(),
            "is_over": self.live.target >= model.date_of(model.n_days),
            "target": self.target,
            "message": self.message or one_by_one(against(model.scenario)),
            "speeds": [list(speed) for speed in SPEEDS],
        }

    def setup(self) -> dict[str, Any]:
        """What can be chosen, and what is."""
        return {
            "answer": self.steered,
            "city": self.city_name,
            "cities": [{"value": name, "text": str(city.title)} for name, city in self.cities.items()],
            "seed": str(self.live.seed),
            "policies": [
                {"value": name, "text": str(policy.title), "about": str(policy.source)}
                for name, policy in self.policies.items()
            ],
            "chosen": list(self.chosen_policies),
        }

    def caption(self) -> str:
        """What a picture must say to be understood alone."""
        title = self.live.model.scenario.title
        policies = [self.policies[name].title for name in self.chosen_policies]
        said = " + ".join(str(text) for text in (title, *policies))
        return tr(
            f"{said}; seed {self.live.seed}; {self.live.model.date}; one run, so no interval",
            f"{said}；种子 {self.live.seed}；{self.live.model.date}；单次运行，无区间",
        )

    @property
    def file_stem(self) -> str:
        return self._stem
