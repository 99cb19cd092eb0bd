"""The columns of tables that are neither observed nor an outcome: keys, estimates, and what tables of statistics say beside them.

Observations, measures, outcomes, levers and parameters are declared where they are made; `sim.lab.kept.codebook` joins all.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.lab.say.verdict import VERDICT_NAMES
from sim.language import Text

OF_ROW = "unit"
"""What stands for a unit where each row has its own, in the column of this name."""


@dataclass(frozen=True)
class TableColumn:
    """A column of tables. unit: "" where it has none. key: what its values name, of KINDS_OF_KEY; "" where they name nothing."""

    label: Text
    meaning: Text
    unit: str = ""
    key: str = ""


KINDS_OF_KEY = {
    "point": Text("number of a point of the design", "设计点编号"),
    "scenario": Text("hash of a scenario", "情景的校验码"),
    "model": Text("digest of the model and of what is measured", "模型与测量方式的摘要"),
    "run": Text("hash of a run: scenario, seed and model", "运行的校验码（情景、种子与模型）"),
    "seed": Text("seed", "随机种子"),
    "worlds": Text("digest of what draws came from", "抽取值来源的摘要"),
    "month": Text("month, YYYY-MM", "月份，YYYY-MM"),
    "station": Text("town, and its station, by id", "镇（街道）及其社工站的代号"),
    "tag": Text("tag, which groups towns", "标签，用以将各镇分组"),
    "community": Text("community, by its town's id and its number there", "社区：所属镇的代号与序号"),
    "group": Text("group of residents, by id", "居民群体的代号"),
    "policy": Text("arm: a policy, or a level of the factor that is compared", "比较组：政策，或所比较因素的水平"),
    "level": Text("level of the factor that is contrasted", "对照因素的水平"),
    "factor": Text("factor of the design", "设计的因素"),
    "outcome": Text("outcome, or column of the monthly tables", "结果指标，或月度表的列"),
    "activity": Text("what hours of work go to", "工时用途"),
    "item": Text("item of money", "资金项目"),
    "step": Text("step of the chain from lever to outcome", "由政策工具到结果的环节"),
    "period": Text("before or under the policies", "政策前或政策期内"),
    "places": Text("between which of them", "在哪类单位之间"),
    "inequality": Text("measure of inequality", "不平等的度量"),
    "figure": Text("figure of the paper", "论文中的数字"),
    "direction": Text("at least or at most", "不低于或不高于"),
    "verdict": Text("what the gain in needs met is", "满足需求增益的判断"),
    "finding": Text("what worlds tell of an effect", "由各情形对效应作出的判断"),
    "aspect": Text("level, effect or price", "水平、效应或单价"),
}
"""What the values of a key are."""

KNOWN_VALUES = {
    "period": {
        "before": Text("Before the policies' start", "政策开始前"),
        "after": Text("From the policies' start on", "政策开始后"),
    },
    "places": {"towns": Text("Between towns", "各镇之间"), "groups": Text("Between groups", "群体之间")},
    "inequality": {
        "gini": Text("Gini coefficient", "基尼系数"),
        "gap": Text("highest less lowest coverage", "最高与最低覆盖率之差"),
    },
    "direction": {"at least": Text("at least", "不低于"), "at most": Text("at most", "不高于")},
    "verdict": {
        "gain": Text("more needs met", "满足的需求更多"),
        "no gain": Text("no clear gain", "未见明确增益"),
        "loss": Text("fewer needs met", "满足的需求更少"),
        "unknown": Text("not given: one seed", "单一种子，不计"),
    },
    "finding": VERDICT_NAMES,
    "aspect": {
        "level": Text("level", "水平"),
        "effect": Text("difference from the baseline or the base", "与基线或基准的差异"),
        "contrast": Text("difference from the reference point", "与参照点的差异"),
        "price": Text("price of an additional met need", "每多满足一项需求的成本"),
        "price with tasks": Text("the same, tasks no longer done counted", "同上，计入不再承担的任务"),
    },
}
"""The values of keys that are a closed list, with their labels."""


def _column(label: tuple[str, str], meaning: tuple[str, str], unit: str = "", key: str = "") -> TableColumn:
    return TableColumn(Text(*label), Text(*meaning), unit, key)


DECLARED_COLUMNS: dict[str, TableColumn] = {
    # what a row is about
    "point": _column(("Point", "设计点"), ("The number of the point of the design; 0 is the base", "设计点的编号；0 为基准"), key="point"),
    "label": _column(("Label of the point", "设计点标签"), ("What sets the point apart from the base", "该点与基准的不同之处")),
    "context": _column(("Reference point", "参照点"), ("The number of the point that the difference is taken from, or that ranked points share", "求差或排名所参照的设计点编号"), key="point"),
    "context_label": _column(("Label of the reference point", "参照点标签"), ("What sets the reference point apart from the base", "参照点与基准的不同之处")),
    "scenario_hash": _column(("Scenario", "情景"), ("Joins with the files of runs in the folder of results", "用于与结果文件夹中的运行文件连接"), key="scenario"),
    "model": _column(("Model", "模型"), ("Joins with the files of runs in the folder of results", "用于与结果文件夹中的运行文件连接"), key="model"),
    "run": _column(("Run", "运行"), ("Joins with the files of runs in the folder of results", "用于与结果文件夹中的运行文件连接"), key="run"),
    "seed": _column(("Seed", "种子"), ("All chance of a run follows from it; under one seed, runs are paired", "运行的全部随机性由此决定；同一种子的运行互相配对"), key="seed"),
    "worlds": _column(("Worlds", "情形来源"), ("What the draws came from; the last part of 'model' in the files of runs", "抽取值的来源；即运行文件中 model 的最后一段"), key="worlds"),
    "engine_seed": _column(("Seed of the run", "运行种子"), ("The seed that the world is run under; as a rule its number", "该情形运行所用的种子；通常即其编号")),
    "month": _column(("Month", "月份"), ("The month, or the first of the months that the row sums", "月份；合计多个月时为首月"), key="month"),
    "n_months": _column(("Months", "月数"), ("How many months the row sums", "本行合计的月数"), "months"),
    "tag": _column(("Tag", "标签"), ("The tag of the towns that the row sums up", "本行所汇总各镇的标签"), key="tag"),
    "station": _column(("Town", "镇（街道）"), ("The town, and its station", "镇（街道）及其社工站"), key="station"),
    "community": _column(("Community", "社区"), ("A community or village of a town", "镇（街道）的社区或村"), key="community"),
    "group": _column(("Group", "群体"), ("A group of residents", "居民群体"), key="group"),
    "policy": _column(("Policy", "政策"), ("The policy, or what else the runs are compared by; the first is the baseline", "政策或其他比较项；第一项为基线"), key="policy"),
    "other": _column(("Other policy", "另一政策"), ("The policy that is taken off", "被减去的政策"), key="policy"),
    "period": _column(("Period", "时期"), ("Before or under the policies", "政策前或政策期内"), key="period"),
    "outcome": _column(("Outcome", "结果"), ("What the row's numbers are of", "本行数值所指"), key="outcome"),
    "activity": _column(("Activity", "工作内容"), ("What the hours of the working week go to", "每周工时的用途"), key="activity"),
    "item": _column(("Item", "项目"), ("A flow of money a year, or money that stands on average", "每年资金流量，或资金平均存量"), key="item"),
    "step": _column(("Step", "环节"), ("A step from lever to outcome", "由政策工具到结果的一个环节"), key="step"),
    "of": _column(("Between", "比较单位"), ("Whether coverage is compared between towns or between groups", "比较各镇还是各群体的覆盖率"), key="places"),
    "measure": _column(("Measure", "度量"), ("How inequality is measured", "不平等的度量方式"), key="inequality"),
    "unit": _column(("Unit", "单位"), ("The unit of the row's numbers", "本行数值的单位")),
    # estimates
    "value": _column(("Value", "数值"), ("Of the one run", "单次运行的数值"), OF_ROW),
    "mean": _column(("Mean", "均值"), ("Mean over seeds; in tables of differences, of the paired differences", "各种子的均值；差异表中为配对差异的均值"), OF_ROW),
    "low": _column(("Lower end", "下限"), ("Of the 95 % interval of the mean over seeds", "均值 95% 区间的下限"), OF_ROW),
    "high": _column(("Upper end", "上限"), ("Of the 95 % interval of the mean over seeds", "均值 95% 区间的上限"), OF_ROW),
    "sd": _column(("Spread between seeds", "种子间离散"), ("Standard deviation between seeds", "种子间标准差"), OF_ROW),
    "n": _column(("Seeds", "种子数"), ("Seeds with a value", "有取值的种子数")),
    "share_better": _column(("Share of seeds in which it is better", "占优的种子比例"), ("In which share of seeds the first policy does better than the other under the same seed; empty where neither direction is good", "同一种子下前一政策优于另一政策的种子比例；无优劣方向者为空"), "share"),
    "share_low": _column(("Lower end of the share", "比例下限"), ("Of the 95 % interval of that share (Clopper and Pearson 1934)", "该比例 95% 区间的下限（Clopper 与 Pearson，1934）"), "share"),
    "share_high": _column(("Upper end of the share", "比例上限"), ("Of the 95 % interval of that share (Clopper and Pearson 1934)", "该比例 95% 区间的上限（Clopper 与 Pearson，1934）"), "share"),
    "effect": _column(("Effect", "效应"), ("Mean paired difference from the first policy", "与第一项政策的平均配对差异"), OF_ROW),
    "effect_low": _column(("Lower end of the effect", "效应下限"), ("Of the 95 % interval of the effect", "效应 95% 区间的下限"), OF_ROW),
    "effect_high": _column(("Upper end of the effect", "效应上限"), ("Of the 95 % interval of the effect", "效应 95% 区间的上限"), OF_ROW),
    "variance_ratio": _column(("Gain by pairing", "配对增益"), ("One paired run is as good as so many unpaired ones", "一次配对模拟相当于多少次不配对模拟"), "ratio"),
    "is_clear": _column(("Clear", "可区分"), ("Whether the 95 % interval excludes zero", "95% 区间是否不含零")),
    "is_clear_of_all": _column(("Clear among all", "合并判断可区分"), ("Whether that stands when all rows are judged together (Holm)", "所有行合并判断时是否仍成立（Holm）")),
    # prices
    "verdict": _column(("Gain", "增益"), ("Whether more needs are met than at the baseline", "满足的需求是否多于基线"), key="verdict"),
    "yuan": _column(("Yuan per additional met need", "每多满足一项需求（元）"), ("Additional cost by additional met needs; given for a clear gain only", "增加的成本除以多满足的需求；仅在有明确增益时给出"), OF_ROW),
    "verdict_with_tasks": _column(("Gain, tasks counted", "增益（计入任务）"), ("As 'verdict', where the tasks that stations no longer do are counted as a cost", "同 verdict，把社工站不再承担的任务计为成本"), key="verdict"),
    "yuan_with_tasks": _column(("Yuan per additional met need, tasks counted", "每多满足一项需求（元，计入任务）"), ("As 'yuan', where the tasks that stations no longer do are counted as a cost", "同 yuan，把社工站不再承担的任务计为成本"), OF_ROW),
    "low_with_tasks": _column(("Lower end, tasks counted", "下限（计入任务）"), ("Of the 95 % interval of 'yuan_with_tasks'", "yuan_with_tasks 的 95% 区间下限"), OF_ROW),
    "high_with_tasks": _column(("Upper end, tasks counted", "上限（计入任务）"), ("Of the 95 % interval of 'yuan_with_tasks'", "yuan_with_tasks 的 95% 区间上限"), OF_ROW),
    # doubt, over worlds
    "median": _column(("Median", "中位数"), ("Of one world's value", "单个情形取值的中位数"), OF_ROW),
    "world_low": _column(("Lower end of worlds", "情形下限"), ("The quantile .025 of one world's value", "单个情形取值的 2.5% 分位数"), OF_ROW),
    "world_high": _column(("Upper end of worlds", "情形上限"), ("The quantile .975 of one world's value", "单个情形取值的 97.5% 分位数"), OF_ROW),
    "effect_median": _column(("Median effect", "效应中位数"), ("Of the paired difference from the first policy in one world", "单个情形中与第一项政策的配对差异的中位数"), OF_ROW),
    "effect_world_low": _column(("Lower end of the effect in worlds", "效应的情形下限"), ("The quantile .025 of the effect in one world", "单个情形中效应的 2.5% 分位数"), OF_ROW),
    "effect_world_high": _column(("Upper end of the effect in worlds", "效应的情形上限"), ("The quantile .975 of the effect in one world", "单个情形中效应的 97.5% 分位数"), OF_ROW),
    "chance_low": _column(("Lower end, chance alone", "下限（仅随机波动）"), ("As 'low', if only seeds differed between worlds; empty of fewer than 10 twins", "同 low，假定各情形仅种子不同；配对情形不足 10 对时为空"), OF_ROW),
    "chance_high": _column(("Upper end, chance alone", "上限（仅随机波动）"), ("As 'high', if only seeds differed between worlds; empty of fewer than 10 twins", "同 high，假定各情形仅种子不同；配对情形不足 10 对时为空"), OF_ROW),
    "assumed_low": _column(("Lower end, assumptions alone", "下限（仅假设取值）"), ("As 'low', if only what is assumed differed between worlds; empty of fewer than 10 twins", "同 low，假定各情形仅假设取值不同；配对情形不足 10 对时为空"), OF_ROW),
    "assumed_high": _column(("Upper end, assumptions alone", "上限（仅假设取值）"), ("As 'high', if only what is assumed differed between worlds; empty of fewer than 10 twins", "同 high，假定各情形仅假设取值不同；配对情形不足 10 对时为空"), OF_ROW),
    "chance_share": _column(("Share of chance", "随机波动占比"), ("Of the variance between worlds, what is chance: from the same assumptions under two seeds", "各情形间方差中由随机波动造成的部分：由相同假设、两个种子的配对情形得出"), "share"),
    "n_twins": _column(("Twins", "配对情形数"), ("Worlds that were run under a second seed, too", "另以第二个种子运行的情形数")),
    "unbounded": _column(("Worlds without a gain", "无增益的情形比例"), ("In which share of worlds no more needs are met, so that no price is high enough to be its bound", "没有多满足需求、因而单价无上限的情形比例"), "share"),
    "finding": _column(("What worlds tell", "各情形的判断"), ("What the worlds tell of the effect; empty of the first policy", "由各情形对效应作出的判断；第一项政策为空"), key="finding"),
    "share_worse": _column(("Share of worlds in which it is worse", "变差的情形比例"), ("In which share of worlds the effect goes the way that is not good; empty where neither is", "效应朝不利方向的情形比例；无优劣方向者为空"), "share"),
    "place": _column(("Place", "名次"), ("1 is the best of the policies in a world", "1 为该情形中各政策的最佳")),
    "share": _column(("Share of worlds", "情形比例"), ("In which share of worlds it is so; those that tie share it", "满足该条件的情形比例；并列者均分"), "share"),
    "yuan_per_need": _column(("Worth of a met need", "每满足一项需求的价值"), ("What a met need is taken to be worth", "假定每满足一项需求值多少元"), "yuan per need"),
    # the paper
    "figure": _column(("Figure", "数字"), ("A number that the paper gives of T City", "论文给出的 T 市数字"), key="figure"),
    "section": _column(("Section", "章节"), ("Where the paper gives it", "在论文中的出处")),
    "months": _column(("Months", "月份范围"), ("The months that it is compared over", "比较所用的月份")),
    "paper": _column(("In the paper", "论文数值"), ("What the paper gives", "论文给出的数值"), OF_ROW),
    "paper_low": _column(("Lower end in the paper", "论文下限"), ("Of the 95 % interval of a figure that was asked of a sample", "抽样所得数字的 95% 区间下限"), OF_ROW),
    "paper_high": _column(("Upper end in the paper", "论文上限"), ("Of the 95 % interval of a figure that was asked of a sample", "抽样所得数字的 95% 区间上限"), OF_ROW),
    "is_fitted": _column(("Fitted", "是否用于校准"), ("Whether parameters were fitted to it", "是否据此校准参数")),
    # ranks, overtakes, correlations
    "level": _column(("Level", "水平"), ("The level of the contrast factor", "对照因素的水平"), key="level"),
    "mean_rank": _column(("Mean rank", "平均名次"), ("Over seeds; 1 is the best, ties share", "各种子的平均名次；1 为最佳，并列者均分")),
    "best_chance": _column(("Probability of being the best", "成为最佳的概率"), ("That the expected outcome is the best (paired bootstrap over seeds)", "期望结果为最佳的概率（按种子配对自助法）"), "chance"),
    "best_share": _column(("Best in so many runs", "模拟中最佳的比例"), ("Share of seeds under which it was the best, ties shared", "成为最佳的种子占比，并列者均分"), "share"),
    "factor": _column(("Factor", "因素"), ("A numeric factor of the design", "设计中的数值因素"), key="factor"),
    "others": _column(("Otherwise", "其余因素"), ("What the other factors are", "其他因素的取值")),
    "level_a": _column(("Better below", "此前较优"), ("The level that is better up to 'low'", "至 low 为止较优的水平"), key="level"),
    "level_b": _column(("Better above", "此后较优"), ("The level that is better from 'high' on", "自 high 起较优的水平"), key="level"),
    "at": _column(("Crossing", "交点"), ("The value of the factor at which one level overtakes the other", "次序改变处的因素取值")),
    "at_low": _column(("Lower end of the crossing", "交点下限"), ("Of its 95 % interval (paired bootstrap over seeds)", "交点 95% 区间的下限（按种子配对自助法）")),
    "at_high": _column(("Upper end of the crossing", "交点上限"), ("Of its 95 % interval (paired bootstrap over seeds)", "交点 95% 区间的上限（按种子配对自助法）")),
    "rho": _column(("Rank correlation", "秩相关"), ("Spearman's, between the factor and the points' mean outcomes", "因素与各设计点平均结果之间的 Spearman 秩相关")),
}  # fmt: skip
"""Columns by name, as most tables mean them."""

COLUMNS_OF_TABLE: dict[tuple[str, str], TableColumn] = {
    ("draws", "seed"): _column(("World", "情形"), ("The number of the world: a draw and a seed", "情形编号：一组抽取值加一个种子"), key="seed"),
    ("overtakes", "low"): _column(("Value below", "下侧取值"), ("The neighbouring value of the factor below the crossing", "交点下侧相邻的因素取值")),
    ("overtakes", "high"): _column(("Value above", "上侧取值"), ("The neighbouring value of the factor above the crossing", "交点上侧相邻的因素取值")),
    ("overtakes", "is_clear"): _column(("Clear", "可区分"), ("Whether both differences beside the crossing are distinguishable from zero", "交点两侧的差异是否均可与零区分")),
    ("correlations", "of"): _column(("Of", "相关对象"), ("'level': the outcome itself; else the difference that this level of the contrast factor makes", "level 为结果本身；否则为对照因素该水平所带来的差异"), key="level"),
    ("correlations", "low"): _column(("Lower end", "下限"), ("Of the 95 % interval of the correlation (bootstrap)", "秩相关 95% 区间的下限（自助法）")),
    ("correlations", "high"): _column(("Upper end", "上限"), ("Of the 95 % interval of the correlation (bootstrap)", "秩相关 95% 区间的上限（自助法）")),
    ("correlations", "n"): _column(("Points", "设计点数"), ("Points, or contexts, with a value", "有取值的设计点数或参照数")),
    ("chances", "direction"): _column(("Direction", "方向"), ("Whether the outcome is to be at least, or at most, the threshold", "结果应不低于还是不高于阈值"), key="direction"),
    ("chances", "threshold"): _column(("Threshold", "阈值"), ("The value that is to be reached, or not to be passed", "应达到或不应超过的数值"), OF_ROW),
    ("chances", "share"): _column(("Share of seeds", "种子比例"), ("In which share of seeds it is so; the simulation's chance only", "满足该条件的种子比例；仅反映模拟的随机波动"), "share"),
    ("chances", "low"): _column(("Lower end", "下限"), ("Of the 95 % interval of that share (Clopper and Pearson 1934)", "该比例 95% 区间的下限（Clopper 与 Pearson，1934）"), "share"),
    ("chances", "high"): _column(("Upper end", "上限"), ("Of the 95 % interval of that share (Clopper and Pearson 1934)", "该比例 95% 区间的上限（Clopper 与 Pearson，1934）"), "share"),
    ("doubt", "of"): _column(("Of", "所指"), ("Whether the row is of a level, an effect or a price", "本行为水平、效应还是单价"), key="aspect"),
    ("doubt", "low"): _column(("Lower end", "下限"), ("The quantile .025 of one world's value: chance and assumptions", "单个情形取值的 2.5% 分位数：随机波动与假设取值合计"), OF_ROW),
    ("doubt", "high"): _column(("Upper end", "上限"), ("The quantile .975 of one world's value: chance and assumptions; of a price empty where it has no bound", "单个情形取值的 97.5% 分位数：随机波动与假设取值合计；单价无上限时为空"), OF_ROW),
    ("doubt", "n"): _column(("Worlds", "情形数"), ("Worlds with a value", "有取值的情形数")),
    ("doubt", "share_better"): _column(("Share of worlds in which it is better", "改善的情形比例"), ("In which share of worlds the effect goes the way that is good; empty where neither is", "效应朝有利方向的情形比例；无优劣方向者为空"), "share"),
    ("doubt", "verdict"): _column(("Verdict", "判断"), ("What the worlds tell of the effect; empty of levels and prices", "由各情形对效应作出的判断；水平与单价为空"), key="finding"),
    ("places", "n"): _column(("Worlds", "情形数"), ("Worlds in which every policy has a value", "各政策均有取值的情形数")),
    ("best_value", "n"): _column(("Worlds", "情形数"), ("Worlds in which every policy has a value", "各政策均有取值的情形数")),
    ("prices", "low"): _column(("Lower end", "下限"), ("Of the 95 % interval of 'yuan'", "yuan 的 95% 区间下限"), OF_ROW),
    ("prices", "high"): _column(("Upper end", "上限"), ("Of the 95 % interval of 'yuan'", "yuan 的 95% 区间上限"), OF_ROW),
}  # fmt: skip
"""Columns that a table means in a way of its own."""


def declared_column(table: str, name: str) -> TableColumn | None:
    return COLUMNS_OF_TABLE.get((table, name)) or DECLARED_COLUMNS.get(name)
