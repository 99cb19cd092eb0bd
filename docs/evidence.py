"""What docs/trace.md says: TRACE and STRESS-ABS, each statement with what backs it, every number from `stored.py`.

`trace_page.py` makes the page of it. In a text ``{source[key]}`` is a number; digits by hand are refused by a test. What backs a
statement is written as one of

    tests/day/test_day.py::test_name    a test, which a test finds
    python FILE, stations ..., make ... a command
    table: standing                     a table of docs/odd.md
    odd.md#limitations                  a page, from docs/, and its heading
    given: stored.py                    a fact that no command repeats, and where it stands

What was not done, or does not come out, is an open statement (`open_`), which needs no backing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """`text` in English, with numbers as ``{source[key]}``; `item` of a checklist, or ""."""

    text: str
    backed_by: tuple[str, ...]
    is_open: bool = False
    item: str = ""


@dataclass(frozen=True)
class Element:
    """An element of TRACE or a part of STRESS: what it asks, and the short of it."""

    title: str
    asks: str
    short: str
    statements: tuple[Statement, ...]


def says(text: str, *backed_by: str) -> Statement:
    return Statement(text, backed_by)


def open_(text: str, *see: str) -> Statement:
    """What was not done, or does not come out."""
    return Statement(text, see, is_open=True)


def item(name: str, text: str, *backed_by: str) -> Statement:
    return Statement(text, backed_by, item=name)


TABLES, CASES, WORK = (
    "tests/docs/test_tables.py",
    "tests/worked_cases/test_worked_cases.py",
    "tests/day/test_rules_at_work.py",
)
DAY, FORMS, CHANCE = "tests/day/test_day.py", "tests/science/test_closed_forms.py", "tests/test_chance.py"
CHECK, TOWNS = "tests/world/test_check.py", "tests/day/test_towns_apart.py"
COMPARE = "stations compare --out results/readme"

TRACE = (
    Element(
        "Problem formulation",
        "Who decides what with the model, which questions it answers, and where it holds.",
        "Compares a paper's proposals for social work stations in one city; it does not forecast.",
        (
            says(
                "The question: which of the paper's proposals (boundary clarity, incentives, linkage) helps a city's stations, by how much, at "
                "what cost, and how sure is that? The model explores what the paper's mechanisms imply; it does not forecast a city.",
                "odd.md#ii-purpose",
            ),
            says(
                "It is for those who plan and fund stations, and for researchers; they can change a rule, a number, a city or a policy without "
                "touching the rest.",
                "odd.md#ii-purpose",
                "extend.md",
                "tests/docs/test_extend.py::test_every_command_gives_what_is_shown",
            ),
            says(
                "The answer is read from {count[outcomes]} declared outcomes; some are shown first, none is a score that weighs the others.",
                "table: outcomes",
                "tests/report/test_report.py::test_every_outcome_is_in_the_full_table",
            ),
            says(
                "The answer now: of the needs that arise, {answer[Coverage | Baseline]} % are met at baseline; all three together change that by "
                "{answer[Coverage | All three together]} points, boundary clarity by {answer[Coverage | Boundary clarity]}, linkage by "
                "{answer[Coverage | Linkage]}, incentives by {answer[Coverage | Incentives]} (means and intervals over {about_answer[seeds]} "
                "paired seeds: chance only).",
                COMPARE,
                "python docs/readme.py results/readme",
                "../README.md#the-first-answer",
            ),
            says(
                "Domain: signs and order of policies in a city like T City, {city[start]} to {city[end]}, within the plausible ranges. Of another "
                "city nothing is claimed until its own numbers are in its file.",
                "odd.md#limitations",
                "../scenarios/README.md",
                "tests/scenario/test_parameters.py::test_a_scenario_accepts_the_plausible_range_and_refuses_beyond_the_allowed",
            ),
        ),
    ),
    Element(
        "Model description",
        "Whether somebody else could understand the model and build it again.",
        "ODD+D, its tables written by the code and its formulas computed against it; built again once from the text alone.",
        (
            says(
                "The ODD+D protocol describes all {count[rules]} rules; each formula in it is computed as it stands, and compared with the code, at "
                "random values.",
                "odd.md",
                f"{TABLES}::test_every_rule_is_described",
                f"{TABLES}::test_formulas_give_what_rules_give",
            ),
            says(
                "Its tables ({count[parameters]} parameters, {count[levers]} levers, {count[phases]} phases, {count[draws]} kinds of random draw, every "
                "column of state) are written by the code; a stale one fails.",
                "python docs/generate.py",
                f"{TABLES}::test_tables_are_fresh",
                "tests/world/test_columns.py::test_every_column_is_declared_in_full",
                f"{TABLES}::test_phases_are_told_in_their_order",
            ),
            says(
                "Sizes of communities, and strengths of grids (those of a seed, where each seed draws its own), which no protocol can hold, are published by a command.",
                "stations explain place t-city",
                "tests/cli/test_place.py::test_the_place_of_t_city_is_published",
            ),
            says(
                "An independent replication from the ODD of version {replication[version]} alone (see implementation verification) listed "
                "{replication[gaps]} places where the text was silent or misleading. The ODD was completed from that list.",
                "given: stored.py",
                "odd.md",
            ),
        ),
    ),
    Element(
        "Data evaluation",
        "How good the numbers and patterns are that went into the model.",
        "Most parameters are assumptions with a guessed range. The paper's figures are all the data on T City.",
        (
            says(
                "Of {count[parameters]} parameters {standing[ASSUMPTION]} are assumptions, for {standing[VALUE_ASSUMED]} a source names the effect but no "
                "size, {standing[LITERATURE]} rest on other literature, {standing[PAPER]} on the paper, {standing[CALIBRATED]} are fitted to its figures, "
                "{standing[LAW]} on law or calendar and {standing[ARITHMETIC]} on arithmetic. Each has a range, a unit and a source.",
                "table: standing",
                "table: parameters",
                "stations explain parameters",
                f"{TABLES}::test_an_assumption_is_marked_with_its_range",
                "tests/scenario/test_parameters.py::test_declared_in_full",
                "tests/scenario/test_parameters.py::test_assumptions_are_told_from_evidence",
            ),
            says(
                "Each figure, mechanism and proposal of the paper is traced to its place in the model, with what had to be assumed.",
                "paper-to-model.md",
                "tests/docs/test_names.py::test_all_that_cites_the_paper_is_told",
                "tests/docs/test_names.py::test_values_and_ranges_are_those_declared",
            ),
            says(
                "The paper's percentages carry no sample size: each is known to about {paper[half width]} points if the smallest sample that fits them was "
                "asked. Its {paper[dispatched]} cases carry no end date: there are two readings, `t-city` and `t-city-2022`, each with a calibration of its "
                "own.",
                "paper-to-model.md#compared-with-the-baseline",
                "tests/scenario/test_shipped.py::test_t_city_is_the_papers",
                "stations compare t-city-2022",
            ),
            says(
                "How far a policy moves its lever is an assumption, not a figure of the paper.",
                "paper-to-model.md#3-the-proposals",
                "tests/docs/test_names.py::test_policies_move_what_is_said",
            ),
            open_(
                "No data on T City beyond the paper's figures were available, and none of these was held out.",
                "odd.md#limitations",
            ),
            open_(
                "Literature was often read in abstract or excerpt, and much of it is of other fields or countries; no ranges were elicited from "
                "experts.",
                "odd.md#limitations",
            ),
        ),
    ),
    Element(
        "Conceptual model evaluation",
        "Whether concepts, simplifications and forms were chosen with reason.",
        "Mechanisms are the paper's, every form is this model's; alternatives are switches, objections are listed.",
        (
            says(
                "Mechanisms come from the paper, read with resource dependence, job demands and resources, and goal divergence. Every functional form is "
                "this model's: the plainest with the right sign and limits.",
                "odd.md#iii-theoretical-and-empirical-background",
                "paper-to-model.md#2-the-mechanisms",
            ),
            says(
                "{count[switches]} parts of the structure that the evidence leaves undecided are switches of a city file (payment in part, protection that "
                "adds up, overtime for the town first), and factors of a design.",
                "table: structure",
                "stations explain structure",
                "tests/scenario/test_structure.py::test_a_switch_is_a_factor_of_a_design",
                f"{WORK}::test_payment_in_part_waits_as_long_and_leaves_no_arrears",
                f"{WORK}::test_protection_that_adds_up_refuses_more",
                f"{WORK}::test_overtime_for_the_town_leaves_less_for_clients",
            ),
            says(
                "Known simplifications, and objections that were weighed and kept, are listed: capacity that does not bind, goodwill that hangs on two "
                "parameters, centre and others without limit, and more.",
                "odd.md#limitations",
                "odd.md#what-a-referee-asks",
                "paper-to-model.md#5-what-is-left-out-altogether",
            ),
            says(
                "A referee's reading of version {replication[version]} raised {replication[points]} points; each was taken up in the present version or kept "
                "with its reason. Taken up, and tested for their effect: dependence counts what falls due, not what is paid; a payment delay means its "
                "months; own funds want work; services of who is away are handed over; groups open with fewer; training keeps staff; cohorts of "
                "needs are followed.",
                f"{WORK}::test_a_government_that_pays_late_is_no_less_powerful",
                f"{WORK}::test_money_waits_for_the_months_that_the_lever_says",
                f"{WORK}::test_nobody_gives_to_a_station_that_does_not_ask",
                f"{WORK}::test_services_go_back_on_the_morning_of_the_fourteenth_day_away",
                f"{WORK}::test_small_groups_leave_fewer_clients_waiting_in_vain",
                f"{WORK}::test_training_keeps_staff",
                f"{WORK}::test_what_became_of_a_cohort_adds_up",
            ),
            open_("No review of the concepts by social workers, officials or the paper's authors is on record."),
            says(
                "Under each switch, the other reading of the counts and two effects taken away, run singly in worlds of the prior, no conclusion flips.",
                "python verification/structures.py",
            ),
            open_("The answer under each switch is not fitted anew to the city's figures yet."),
        ),
    ),
    Element(
        "Implementation verification",
        "Whether the program does what the description says.",
        "Worked cases, closed forms, laws of conservation, two ways to run, an independent replication.",
        (
            says(
                "Every rule has worked cases that a pocket calculator checks.",
                f"{CASES}::test_every_rule_has_a_case",
                f"{CASES}::test_case",
                f"{CASES}::test_arithmetic_gives_the_answer",
            ),
            says(
                "Of {about_mutations[changes]} changes of one line in the rules, worked cases and formulas notice {about_mutations[noticed]}; "
                "{about_mutations[equivalent]} more change nothing that could be noticed.",
                "python verification/mutations.py",
                f"{CASES}::test_case",
            ),
            says(
                "Parts whose law is known agree with it: arrivals, detection, routes, waits of a single worker (queueing theory), Little's law, survival "
                "of staff, vacancies, trust.",
                f"{FORMS}::test_needs_arise_at_their_rate",
                f"{FORMS}::test_waits_of_a_single_worker_follow_queueing_theory",
                f"{FORMS}::test_littles_law_at_a_station",
                f"{FORMS}::test_staff_survive_at_constant_intention",
            ),
            says(
                "Money, hours, tasks and needs are conserved every day; the check is shown to find what is broken.",
                f"{CHECK}::test_every_invariant_holds_every_day",
                f"{CHECK}::test_the_check_finds_what_is_broken",
            ),
            says(
                "Every parameter and lever at either end of what is allowed ({every_value[each | runs]} runs), pairs ({every_value[pairs | runs]}) and all at once "
                "({every_value[all | runs]}): {every_value[sum | broke]} broke, "
                "{every_value[sum | refused]} were refused in a sentence. Of {about_every_value[compared]} settings run compiled and as plain Python, "
                "{about_every_value[differing]} differed.",
                "python verification/every_value.py",
                "tests/world/test_every_value.py::test_every_parameter_and_lever_runs_at_either_end",
                f"{DAY}::test_compiled_and_interpreted_are_byte_identical",
            ),
            says(
                "Every draw is a function of its name (Philox), so policies under one seed differ only where they act, and a town, post or community added "
                "changes no draw of the others.",
                f"{CHANCE}::test_known_answers_compiled",
                f"{CHANCE}::test_a_draw_depends_on_its_name_only",
                f"{DAY}::test_before_a_policy_acts_nothing_differs",
                f"{TOWNS}::test_another_town_changes_nothing_in_the_others",
                f"{TOWNS}::test_a_post_at_the_end_changes_no_draw_of_the_towns_other_workers",
            ),
            says(
                "**Independent replication.** The model was built a second time from the ODD of version {replication[version]} alone. "
                "{replication[its seeds]} of its seeds against {replication[our seeds]} of ours agree on some {replication[observations]} observations, by group, by "
                "town and in {replication[stress regimes]} stress regimes: root mean square of z {replication[least rms z]} to {replication[largest rms z]}, "
                "largest |z| {replication[largest z]} of {replication[comparisons]} (chance alone puts about {replication[beyond]} of as many independent "
                "comparisons beyond that). These are facts of an outside study, given here; no command of this project repeats them.",
                "given: stored.py",
            ),
            says(
                "Stored results are guarded: of {about_flips[flips]} flipped bits, {flips[sum | other content]} gave other content. Of "
                "the commands on {about_edited[folders]} edited folders, {edited[sum | TRACEBACK]} ended in a traceback. Stored runs can be made again "
                "and are compared number by number.",
                "python verification/flips.py",
                "python verification/edited_folders.py",
                "stations reproduce results/readme",
                "tests/lab/kept/test_reproduce_sweep.py::test_other_numbers_are_told",
            ),
            open_("The present version has not been replicated by others."),
            open_("Of one-line changes of the phases, which carry the rules out, only a small sample was tried."),
        ),
    ),
    Element(
        "Model output verification",
        "How well output matches the figures it was meant to match, and how much fitting that took.",
        "Three numbers were fitted to three figures; agreement with these is no evidence. Patterns that do not hold: {pattern[failing]}.",
        (
            says(
                "Three numbers were fitted to three figures over {about_fit[fitted]} seeds and checked on others ({about_fit[checked]} unless said), for each reading "
                "of the count. Needs dispatched ({paper[dispatched]} in the paper): {fit[dispatched | T City (]} and {fit[dispatched | T City 2022]}. Mean to stay "
                "({paper[stay_share]}): {fit[staying | T City (]} % and {fit[staying | T City 2022]} %. Rate themselves strong ({paper[strong_share]}): "
                "{fit[strong | T City (]} % and {fit[strong | T City 2022]} %.",
                "python benchmarks/calibrate.py --write",
                "../benchmarks/README.md#how-the-parameters-were-fitted",
            ),
            says(
                "Checked, not fitted: {pattern[P3]} % of staff are trained in social work ({paper[trained_share]} in the paper); it is given to the first "
                "staff and to hires by arithmetic, so little could go wrong.",
                "python benchmarks/patterns.py --write",
                "../benchmarks/README.md#what-the-model-does-and-does-not-reproduce",
            ),
            says(
                "{pattern[hold]} of {pattern[lines]} lines of the patterns P1-P17 hold over {pattern[seeds]} seeds. Those that do not: {pattern[failing]}. They are "
                "reported, not tuned away.",
                "python benchmarks/patterns.py --write",
                "../benchmarks/README.md#what-the-model-does-and-does-not-reproduce",
            ),
            says(
                "Fitted: P1, P2, P4. Built in or nearly so: P3, P5, P7, P8, P9, P10. P6 is an inequality. Only P11 to P17 had to emerge, and P11 has its sign "
                "in a rule.",
                "odd.md#ii-purpose",
                "odd.md#patterns-calibration-and-testing",
            ),
            open_(
                "That the cases sent to stations were all handled well, as the paper says, is not reproduced; the count of cases itself is.",
                "paper-to-model.md#compared-with-the-baseline",
            ),
            open_(
                "No figure of the paper tells the four ratios of detection, or the rate of tasks outside the contract, apart; they keep the values of "
                "the design.",
                "odd.md#patterns-calibration-and-testing",
            ),
        ),
    ),
    Element(
        "Model analysis",
        "How output depends on parameters and rules, and whether the answer survives other values.",
        "With all assumptions drawn anew all three together lead in {worlds[All three together | first]} of {worlds[drawn]} draws; sizes vary widely. "
        "No decomposition of variance yet.",
        (
            says(
                "With every assumption drawn anew from its range, {worlds[drawn]} times, coverage changes (median, least and most over the draws, points) "
                "by {worlds[All three together | median]} ({worlds[All three together | least]} to {worlds[All three together | most]}) under all three "
                "together, {worlds[Boundary clarity | median]} ({worlds[Boundary clarity | least]} to {worlds[Boundary clarity | most]}) under boundary "
                "clarity, {worlds[Linkage | median]} ({worlds[Linkage | least]} to {worlds[Linkage | most]}) under linkage, {worlds[Incentives | median]} "
                "({worlds[Incentives | least]} to {worlds[Incentives | most]}) under incentives. Distinguishable from chance as better "
                "than no policy in {worlds[All three together | better]}, {worlds[Boundary clarity | better]}, {worlds[Linkage | better]} and "
                "{worlds[Incentives | better]} draws; all three came first in {worlds[All three together | first]}.",
                "stations sweep assumptions",
                "../experiments/README.md#assumptions",
                "tests/experiments/test_designs.py::test_the_assumptions_are_all_varied",
            ),
            says(
                "{count[experiments]} experiments ask how proposals depend on one another and on burden, pay, dependence, uneven load, sequence and pilots.",
                "../experiments/README.md",
                "tests/experiments/test_designs.py::test_every_folder_holds_a_design_that_is_listed",
            ),
            says(
                "Chance is kept apart from effect: runs are paired by seed, every figure says its uncertainty, many comparisons are counted, and the intervals "
                "were tried on cases with a known answer.",
                "sweeps.md#6-what-the-numbers-mean",
                "tests/lab/sums/test_statistics.py::test_pairing_takes_out_what_the_seeds_share",
                "tests/report/test_sweep_report.py::test_every_figure_says_its_uncertainty",
                "tests/lab/sums/test_statistics.py::test_coverage_of_the_price_interval",
                "tests/lab/sums/test_ranking.py::test_the_chance_of_being_best_over_many_sweeps",
            ),
            says(
                "Limits are known: without needs, staff, levers or money the model does what it must, and a higher rate only adds events.",
                f"{CHECK}::test_without_needs_staff_or_levers_nothing_happens",
                f"{CHECK}::test_without_money_nobody_is_paid_and_nothing_breaks",
                f"{DAY}::test_a_higher_rate_only_adds_events",
            ),
            open_(
                "Sensitivity is the experiment `assumptions` alone: {worlds[seeds]} seeds a draw, draws not fitted again, ranges guessed and independent. No "
                "decomposition of variance was made; shares due to single parameters are not known.",
                "../experiments/README.md#assumptions",
            ),
            open_(
                "No result carries an interval of doubt about parameters or structure yet: the intervals shown hold chance only.",
                "odd.md#limitations",
            ),
        ),
    ),
    Element(
        "Model output corroboration",
        "Whether the model agrees with data and patterns that were not used to build it.",
        "Signs of patterns that were not fitted; no independent data. This is the weakest element.",
        (
            says(
                "Of {pattern[emergent]} lines of patterns that were not fitted (P11 to P17), {pattern[emergent hold]} hold. They compare signs with what the "
                "paper and the design say, not sizes with data.",
                "python benchmarks/patterns.py --write",
                "../benchmarks/README.md#what-the-model-does-and-does-not-reproduce",
            ),
            says(
                "More burden changes outreach by {pattern[P12 burden x1.5: outreach share]} points of the hours worked within months, and closing in time "
                "by {pattern[P12 burden x1.5: true on-time share, months 4-12]} points in the months after. That one waits for the other is not shown.",
                "python benchmarks/patterns.py --write",
                "odd.md#limitations",
            ),
            open_(
                "No independent data: the paper's figures were used to build and to fit, and none was left to test with.",
                "odd.md#limitations",
            ),
            open_(
                "No prediction was made before an outcome was known, in T City or elsewhere; no other city was modelled from data."
            ),
        ),
    ),
)

STRESS = (
    Element(
        "Objectives",
        "",
        "",
        (
            item(
                "Purpose",
                "To compare the paper's proposals for social work stations in a city; see problem formulation.",
                "odd.md#ii-purpose",
            ),
            item(
                "Outputs",
                "{count[outcomes]} outcomes of a run; monthly columns by station, community and group; measures are ratios of sums.",
                "table: outcomes",
                "table: measures",
                "tests/test_observations.py::test_a_measure_is_a_ratio_of_columns",
            ),
            item(
                "Aims of experiments",
                "A comparison of policies with the baseline; {count[experiments]} designs that each ask one question.",
                COMPARE,
                "../experiments/README.md",
            ),
        ),
    ),
    Element(
        "Logic",
        "",
        "",
        (
            item(
                "Overview diagram",
                "The chain from lever to outcome; the order of the day.",
                "../README.md#the-first-answer",
                "table: phases",
            ),
            item(
                "Logic of the base model",
                "A day of {count[phases]} phases, monthly ones at its end, {count[rules]} rules of one formula each.",
                "odd.md#iiii-process-overview-and-scheduling",
                "stations explain phases",
            ),
            item(
                "Logic of scenarios",
                "{count[policies]} policies move some of {count[levers]} levers from {city[policies]} on; same city, same seeds, no policy as baseline.",
                "paper-to-model.md#3-the-proposals",
                "table: levers",
                f"{DAY}::test_before_a_policy_acts_nothing_differs",
            ),
            item(
                "Algorithms",
                "Every rule with its formula, source and parameters.",
                "odd.md#iiiiv-submodels",
                f"{TABLES}::test_formulas_give_what_rules_give",
            ),
            item(
                "Components: environment",
                "{city[towns]} towns, {city[communities]} communities, {city[residents]} residents in priority groups and the public; calendar; no map.",
                "table: towns of t-city",
                "table: groups of t-city",
                "stations explain place t-city",
            ),
            item(
                "Components: agents",
                "Government and town offices, guidance centre, stations, {city[posts]} posts for workers, residents; needs and services as objects.",
                "odd.md#iii-entities-state-variables-and-scales",
                "odd.md#iiii-individual-decision-making",
            ),
            item(
                "Components: interaction",
                "Residents within communities, communities within towns, one station a town; alliances link any two stations.",
                "odd.md#iivi-interaction",
                "table: state of stations",
            ),
            item(
                "Components: entry and exit",
                "Needs arise and end in one of the states; workers quit, are hired, and are let go where posts end; stations open and close as the city says; residents are fixed.",
                "table: states of a need",
                f"{FORMS}::test_vacancies_fill_at_their_rate",
                "tests/day/test_posts.py::test_vacancies_end_first_and_then_the_last_hired_leaves",
            ),
        ),
    ),
    Element(
        "Data",
        "",
        "",
        (
            item(
                "Sources",
                "The paper, other literature, assumptions: each value says which.",
                "table: standing",
                "paper-to-model.md",
            ),
            item(
                "Pre-processing",
                "None but arithmetic: shares from the paper's counts, population from its rate of certified staff.",
                "paper-to-model.md#used-to-set-up-the-city",
            ),
            item(
                "Input parameters",
                "{count[parameters]} parameters and {count[levers]} levers with default, range, unit and source.",
                "table: parameters",
                "table: levers",
            ),
            item(
                "Assumptions",
                "{standing[ASSUMPTION]} parameters, all functional forms, all sizes of policies; listed limits.",
                "table: standing",
                "odd.md#limitations",
            ),
        ),
    ),
    Element(
        "Experimentation",
        "",
        "",
        (
            item(
                "Initialisation",
                "No warm-up is cut off: the first morning has a stock of hidden needs and full posts, the years before {city[policies]} are history that "
                "all policies share.",
                "odd.md#iiiii-initialization",
                f"{FORMS}::test_ages_of_hidden_needs_on_the_first_day",
                f"{DAY}::test_a_branched_policy_equals_a_run_from_the_start",
            ),
            item(
                "Run length",
                "{city[start]} to {city[end]}, a day a step; outcomes from {city[policies]} on.",
                "stations explain scenario t-city",
            ),
            item(
                "Estimation",
                "{about_answer[seeds]} seeds, paired between policies; means with intervals by Student's t, prices by Fieller's theorem.",
                COMPARE,
                "tests/lab/sums/test_statistics.py::test_mean_interval_is_scipys",
                "tests/lab/sums/test_statistics.py::test_the_interval_of_a_ratio_is_fiellers_where_the_mean_below_is_sure",
            ),
        ),
    ),
    Element(
        "Implementation",
        "",
        "",
        (
            item(
                "Software",
                "Python {python[at least]} or newer, NumPy, numba; agents as views under Mesa. Versions in use are stored with results.",
                "../sim/README.md",
                "tests/mesa/test_mesa_model.py::test_numbers_are_those_of_stations_run_whatever_is_read",
            ),
            item(
                "Random sampling",
                "Philox, keyed by seed, town, draw, row and day; inversion of one uniform number.",
                "odd.md#iiix-stochasticity",
                "table: draws",
                f"{CHANCE}::test_a_draw_is_philox_of_its_name",
            ),
            item(
                "Model execution",
                "A fixed order of phases, rows in order of number; threads or processes give the same bits.",
                "stations explain phases",
                "tests/lab/test_compare.py::test_one_job_is_n_jobs_is_another_order",
            ),
            item(
                "System specification",
                "An ordinary computer; times are measured where they matter, on your machine.",
                "python benchmarks/speed.py --cold --main-job",
            ),
        ),
    ),
    Element(
        "Code access",
        "",
        "",
        (
            item(
                "Sharing",
                "Whole source, scenarios, designs and tests under the MIT licence.",
                "../LICENSE",
                "../CITATION.cff",
                "make run",
            ),
            Statement("No copy in an archive with a DOI yet.", (), is_open=True, item="Archive"),
        ),
    ),
)

CHINESE = """\
本页按 TRACE（Grimm 等 2014）与 STRESS-ABS（Monks 等 2019）说明：为使模型可信做了什么，还有什么没有做。每条陈述都列出支撑它的测试、表格或命令；全部数字由程序从声明或已存结果中读出，手工改动任何一个都会使测试失败。正文为英文，要点如下：

* **问题**：论文的哪项建议对一个城市的社工站有用、作用多大、代价几何、把握如何。模型推演机制，不作预测。
* **结论**（{about_answer[seeds]} 个配对种子，区间仅反映随机波动）：基线覆盖率 {answer_zh[覆盖率 | 基线]}%；各项建议使其变动（百分点）：三项合并 {answer_zh[覆盖率 | 三项合并]}，厘清边界 {answer_zh[覆盖率 | 厘清边界]}，多方联动 {answer_zh[覆盖率 | 多方联动]}，完善激励 {answer_zh[覆盖率 | 完善激励]}。
* **数据**：{count[parameters]} 个参数中 {standing[ASSUMPTION]} 个为假设；除论文数字外没有 T 市数据，也没有留出任何数据用于检验。
* **程序**：每条规则都有可手算的算例，守恒律逐日检查，编译与解释运行逐位一致。外部研究仅凭第 {replication[version]} 版 ODD 重建了模型：以其 {replication[its seeds]} 个种子对我们的 {replication[our seeds]} 个种子，{replication[comparisons]} 项比较中最大 |z| 为 {replication[largest z]}（这是外部研究给出的结果，本项目不能用命令重现）；现版本尚未有人重建。
* **拟合**：三个数拟合论文的三个数字，与之相符不算证据。模式共 {pattern[lines]} 条，成立 {pattern[hold]} 条，不成立的如实列出。
* **敏感性**：把全部假设重抽 {worlds[drawn]} 次，三项合并 {worlds[All three together | first]} 次居首，但作用大小差别很大；尚未作方差分解，结果也还没有反映参数与结构不确定性的区间。
"""
