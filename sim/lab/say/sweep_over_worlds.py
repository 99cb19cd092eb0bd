"""What a sweep's answer says in other words where its points were run over worlds, in the language in force."""

from __future__ import annotations

from sim.lab.kept.reading import Reading
from sim.lab.say.over_worlds import NOT_FITTED, in_so_many, which_worlds
from sim.lab.say.phrases import per_cent
from sim.lab.say.verdict import FEWEST_WORLDS, SURE, is_likely, is_told
from sim.language import counted, run_on, tr
from sim.scenario.parameters import PARAMETERS


def probably(reading: Reading, chance: float) -> str:
    """How surely a level is the best: by worlds that it is the best in, or by the probability that its mean is."""
    if reading.has_doubt:
        return in_so_many(chance, reading.n_seeds[1])
    return tr(f"with a probability of {per_cent(chance)}", f"概率为 {per_cent(chance)}")


def at_least_surely(reading: Reading) -> str:
    """The same of every level that is called the best."""
    if reading.has_doubt:
        k = round(100 * SURE)
        return tr(f"in at least {k} of 100 worlds", f"每 100 个情形中至少 {k} 个")
    return tr(f"with a probability of {per_cent(SURE)} or more", f"概率不低于 {per_cent(SURE)}")


def differences_told(reading: Reading) -> str:
    """How many differences from the base worlds tell, and how many they tell as likely."""
    pairs = [(point, outcome) for point in reading.settings if point for outcome in reading.outcomes]
    said = [reading.verdict(*pair) for pair in pairs]
    sure, likely = (len(list(filter(one, said))) for one in (is_told, is_likely))
    if not said or set(said) == {"few"}:
        return ""
    return tr(
        f"Of {counted(len(said), 'difference')} from the base, {sure:,} go one way in at least 95 of 100 worlds, {likely:,} more in at least 80, slight ones left out.",
        f"与基准的 {len(said):,} 项差异中，{sure:,} 项在每 100 个情形中至少 95 个方向一致，另有 {likely:,} 项至少 80 个一致（变化极小者不计）。",
    )


def how_sure(reading: Reading) -> str:
    """What the spreads hold, and what is in none of them."""
    n, which = reading.n_seeds[1], which_worlds(reading.results)
    sentences = [
        tr(
            f"All of this is over {n:,} {which}, the same at every point: behind each median or number stands where 95 of 100 worlds lie, which holds chance "
            "and assumptions together and does not narrow with more runs.",
            f"以上均基于 {n:,} 个{which}，各设计点相同；中位数后为每 100 个情形中 95 个所在的范围，随机波动与假设取值合计，不随模拟次数增加而缩小。",
        )
    ]
    if n < FEWEST_WORLDS:
        sentences.append(
            tr(
                f"Of fewer than {FEWEST_WORLDS} worlds no verdict is given.",
                f"情形不足 {FEWEST_WORLDS} 个，不作判断。",
            )
        )
    if reading.results.doubt == NOT_FITTED:
        sentences.append(
            tr(
                "A city's figures would narrow them: 'stations calibrate'.",
                "用本市指标核对（stations calibrate）可以缩小范围。",
            )
        )
    sentences.append(
        tr(
            f"Whether the model's rules are right is in none of this, nor what is not among its {len(PARAMETERS)} parameters and the city's numbers.",
            f"模型规则是否正确，以及 {len(PARAMETERS)} 个参数和本市数据之外的因素，均不在其中。",
        )
    )
    return run_on(sentences)
