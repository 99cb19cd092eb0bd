"""What a city comes to, in single numbers, as attributes of its model."""

from __future__ import annotations

from html import escape
from typing import Any

from sim.language import counted, listed, tr
from sim.mistakes import one_of
from sim.observations import COSTS, MEASURES
from sim.sums import ordered_sum

REPORTED = (
    "seed", "n_staff", "mean_burnout", "mean_trust", "mean_goodwill", "n_hidden", "n_waiting", "n_arisen", "n_met", "coverage",
    "admin_share", "cost_yuan",
)  # fmt: skip
"""Attributes of the model that ``collect=True`` collects at the end of every step."""


class Figures:
    """Numbers of the whole city, read from the columns when asked for."""

    # Of the model.
    columns: dict[str, Any]
    scenario: Any
    seed: Any
    date: Any
    day: Any
    n_days: int
    station_list: list[Any]
    worker_list: list[Any]

    def measure(self, name: str) -> float:
        """One of `sim.observations.MEASURES`, from the first day until today; NaN where nothing was counted."""
        one = MEASURES[one_of(name, MEASURES, "measure", "指标")]
        below = self._sum(one.below)
        return one.scale * self._sum(one.above) / below if below > 0.0 else float("nan")

    def _sum(self, names: tuple[str, ...]) -> float:
        observed = self.columns["observed"]
        return float(ordered_sum(observed[name].sum() for name in names))

    @property
    def n_staff(self) -> int:
        """Filled posts, workers."""
        return int(self.columns["workers"]["is_filled"].sum())

    @property
    def mean_burnout(self) -> float:
        """Mean burnout of the staff, 0-1; NaN without staff."""
        filled = self.columns["workers"]["is_filled"] == 1
        return float(self.columns["workers"]["burnout"][filled].mean()) if filled.any() else float("nan")

    @property
    def mean_trust(self) -> float:
        """Mean trust of the residents at the end of last month, 0-1; NaN without residents."""
        communities = self.columns["communities"]
        people = float(communities["residents"].sum())
        return float(communities["trust_sum"].sum()) / people if people > 0.0 else float("nan")

    @property
    def mean_goodwill(self) -> float:
        """Mean goodwill of the town offices, 0-1."""
        return float(self.columns["stations"]["goodwill"].mean())

    @property
    def n_hidden(self) -> int:
        """Needs that nobody knows of, needs."""
        return int(self.columns["city"]["n_hidden"].item(0))

    @property
    def n_waiting(self) -> int:
        """Needs that wait at stations for a worker, needs."""
        return int(self.columns["city"]["n_waiting"].item(0))

    @property
    def n_arisen(self) -> int:
        """Needs that arose since the first day, needs."""
        return int(self._sum(("arisen",)))

    @property
    def n_met(self) -> int:
        """Needs met since the first day, needs."""
        return int(self._sum(("met_station", "met_away")))

    @property
    def coverage(self) -> float:
        """Needs met of needs that arose, since the first day: a ratio of flows."""
        return self.measure("coverage")

    @property
    def admin_share(self) -> float:
        """Administration, ledgers and receptions of hours worked, since the first day, 0-1."""
        return self.measure("admin_share")

    @property
    def cost_yuan(self) -> float:
        """What the stations cost since the first day, whoever pays, yuan."""
        return self._sum(COSTS)

    def _repr_html_(self) -> str:
        title, n_posts = self.scenario.title, int(self.columns["stations"]["n_posts"].sum())
        rows = [
            (tr("City", "城市"), str(title)),
            (tr("Policies", "政策"), listed(policy.title for policy in self.scenario.policies) or "-"),
            (tr("Seed", "种子"), str(self.seed)),
            (tr("Date", "日期"), tr(f"{self.date}, day {self.day} of {self.n_days}", f"{self.date}，第 {self.day}/{self.n_days} 天")),
            (tr("Stations", "站点"), str(len(self.station_list))),
            (tr("Social workers", "社工"), tr(f"{self.n_staff} in {counted(n_posts, 'post')}", f"{n_posts} 个岗位，在岗 {self.n_staff} 人")),
            (tr("Residents", "居民"), f"{float(self.columns['communities']['residents'].sum()):,.0f}"),
            (tr("Mean burnout", "平均倦怠"), f"{self.mean_burnout:.2f}"),
            (tr("Coverage so far", "至今覆盖率"), f"{100 * self.coverage:.1f} %"),
        ]  # fmt: skip
        cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
        return f"<table>{cells}</table>"
