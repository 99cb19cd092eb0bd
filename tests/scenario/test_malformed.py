"""A hundred and more ways to write a scenario wrong: one sentence each, with the file, the line and the key."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from every import every
from patience import PATIENCE

from sim import language
from sim.mistakes import Mistake
from sim.scenario import load
from sim.scenario.load import load_policy, load_scenario

CITY = """\
kind: city
title: {en: "C", zh: "市"}
proposer: {en: "p", zh: "p"}
source: {en: "s", zh: "s"}
start: 2023-01-01
policy_start: 2023-07-01
end: 2023-12-31
towns:
  a: {name: {en: "A", zh: "甲"}, population: 1000, posts: 2, communities: 2}
groups:
  old: {name: {en: "O", zh: "老"}, per_1000: 60, needs_per_year: 0.1, group_work_share: 0.2, hours_scale: 1, detectability: 1}
"""

TOWN_A = '  a: {name: {en: "A", zh: "甲"}, population: 1000, posts: 2, communities: 2}'

POLICY = """\
kind: policy
title: {en: "P", zh: "策"}
proposer: {en: "p", zh: "p"}
source: {en: "s", zh: "s"}
levers:
  pay: 3000
"""

HUGE = """\
towns:
  a: {name: {en: "A", zh: "甲"}, population: 4000000, posts: 2, communities: 2}
groups:
  public: {name: {en: "O", zh: "众"}, rest: true, needs_per_year: 0.1, group_work_share: 0.2, hours_scale: 1, detectability: 1}
"""

# (what it is, text to replace in the good file, what stands there instead, what the sentence must say, line or None)
CASES: list[tuple[str, str, str, str, int | None]] = [
    ("unknown key", "end: 2023-12-31", "end: 2023-12-31\nhorizon: 3", "horizon: unknown key", 8),
    ("mistyped key", "policy_start:", "policystart:", "did you mean 'policy_start'", 6),
    ("duplicate key", "end: 2023-12-31", "end: 2023-12-31\nend: 2024-12-31", "stands twice", 8),
    ("duplicate nested key", "per_1000: 60", "per_1000: 60, per_1000: 61", "stands twice", 11),
    ("missing title", 'title: {en: "C", zh: "市"}\n', "", "'title' is missing", None),
    ("missing source", 'source: {en: "s", zh: "s"}\n', "", "'source' is missing", None),
    ("missing proposer", 'proposer: {en: "p", zh: "p"}\n', "", "'proposer' is missing", None),
    ("missing kind", "kind: city\n", "", "'kind' is missing", None),
    ("wrong kind", "kind: city", "kind: town", "must be one of city, policy", 1),
    ("kind near", "kind: city", "kind: citty", "did you mean 'city'", 1),
    ("kind a list", "kind: city", "kind: [city]", "must be one of", 1),
    ("missing start", "start: 2023-01-01\n", "", "'start' is missing", None),
    ("missing end", "end: 2023-12-31\n", "", "'end' is missing", None),
    ("missing towns", 'towns:\n  a: {name: {en: "A", zh: "甲"}, population: 1000, posts: 2, communities: 2}\n', "", "'towns' is missing", None),
    ("title a number", 'title: {en: "C", zh: "市"}', "title: 3", "must be a mapping", 2),
    ("title empty", 'title: {en: "C", zh: "市"}', 'title: ""', "must be text", 2),
    ("title without words", 'title: {en: "C", zh: "市"}', "title: {}", "en, zh or both", 2),
    ("title in French", 'title: {en: "C", zh: "市"}', 'title: {fr: "C"}', "unknown key", 2),
    ("start no date", "start: 2023-01-01", "start: soon", "YYYY-MM-DD", 5),
    ("start a number", "start: 2023-01-01", "start: 2023", "YYYY-MM-DD", 5),
    ("no such date", "end: 2023-12-31", "end: 2023-02-30", "no such date", 7),
    ("no such month", "end: 2023-12-31", "end: 2023-13-31", "no such date", 7),
    ("year 0", "start: 2023-01-01", "start: 0000-01-01", "start", 5),
    ("year 9999", "end: 2023-12-31", "end: 9999-12-31", "1900 to 2200", 7),
    ("start in mid-month", "start: 2023-01-01", "start: 2023-01-15", "first day of a month", 5),
    ("policy in mid-month", "policy_start: 2023-07-01", "policy_start: 2023-07-02", "first day of a month", 6),
    ("end in mid-month", "end: 2023-12-31", "end: 2023-12-30", "last day of a month", 7),
    ("end before start", "end: 2023-12-31", "end: 2022-12-31", "after the start", 7),
    ("policy before start", "policy_start: 2023-07-01", "policy_start: 2022-07-01", "must lie from", 6),
    ("policy after end", "policy_start: 2023-07-01", "policy_start: 2024-07-01", "must lie from", 6),
    ("too long", "end: 2023-12-31", "end: 2199-12-31", "at most 40 years", 7),
    ("sample 0", "end: 2023-12-31", "end: 2023-12-31\ngeneral_sample: 0", "out of range", 8),
    ("sample 2", "end: 2023-12-31", "end: 2023-12-31\ngeneral_sample: 2", "0.001 to 1", 8),
    ("sample text", "end: 2023-12-31", "end: 2023-12-31\ngeneral_sample: ten percent", "must be a number", 8),
    ("sample quoted", "end: 2023-12-31", 'end: 2023-12-31\ngeneral_sample: "0.1"', "write the number alone", 8),
    ("sample true", "end: 2023-12-31", "end: 2023-12-31\ngeneral_sample: true", "must be a number", 8),
    ("sample null", "per_1000: 60", "per_1000: null", "groups.old.per_1000: is empty; give a value", 11),
    ("sample a list", "end: 2023-12-31", "end: 2023-12-31\ngeneral_sample: [1]", "not a list", 8),
    ("NaN", "per_1000: 60", "per_1000: .nan", "not a number that can be used", 11),
    ("NaN spelt", "per_1000: 60", "per_1000: NaN", "not a number that can be used", 11),
    ("infinity", "per_1000: 60", "per_1000: .inf", "not a number that can be used", 11),
    ("minus infinity", "per_1000: 60", "per_1000: -.inf", "not a number that can be used", 11),
    ("too large a number", "per_1000: 60", "per_1000: 1e999", "too large", 11),
    ("gigabyte number", "per_1000: 60", "per_1000: " + "9" * 5000, "characters", 11),
    ("long number", "per_1000: 60", "per_1000: " + "9" * 50, "more than 40 characters", 11),
    ("octal", "per_1000: 60", "per_1000: 060", "is text", 11),
    ("hexadecimal", "per_1000: 60", "per_1000: 0x3c", "is text", 11),
    ("sexagesimal", "per_1000: 60", "per_1000: 1:00", "is text", 11),
    ("underscores", "per_1000: 60", "per_1000: 6_0", "is text", 11),
    ("with unit", "per_1000: 60", "per_1000: 60 people", "write the number alone", 11),
    ("percent", "group_work_share: 0.2", "group_work_share: 20%", "write the number alone", 11),
    ("yes", "per_1000: 60", "per_1000: yes", "must be a number", 11),
    ("negative share", "group_work_share: 0.2", "group_work_share: -0.2", "0 to 1", 11),
    ("share above 1", "group_work_share: 0.2", "group_work_share: 20", "0 to 1", 11),
    ("negative rate", "needs_per_year: 0.1", "needs_per_year: -1", "out of range", 11),
    ("huge rate", "needs_per_year: 0.1", "needs_per_year: 1000", "out of range", 11),
    ("hours scale 0", "hours_scale: 1", "hours_scale: 0", "out of range", 11),
    ("detectability below 0", "detectability: 1", "detectability: -1", "out of range", 11),
    ("per 1000 above 1000", "per_1000: 60", "per_1000: 1001", "out of range", 11),
    ("missing rate", "needs_per_year: 0.1, ", "", "'needs_per_year' is missing", 11),
    ("missing name of group", 'name: {en: "O", zh: "老"}, ', "", "'name' is missing", 11),
    ("group unknown key", "detectability: 1", "detectability: 1, weight: 2", "unknown key", 11),
    ("group near key", "detectability: 1", "detectabilty: 1", "did you mean 'detectability'", 11),
    ("rest and number", "per_1000: 60", "rest: true, per_1000: 60", "leave it out", 11),
    ("rest not boolean", "per_1000: 60", "rest: maybe", "true or false", 11),
    ("groups a list", "groups:\n", "groups: []\nold:\n", "unknown key", None),
    ("groups empty", CITY[CITY.index("groups:") :], "groups: {}\n", "at least one group", 10),
    ("towns empty", '  a: {name: {en: "A", zh: "甲"}, population: 1000, posts: 2, communities: 2}\n', "  {}\n", "at least one town", None),
    ("town a number", '{name: {en: "A", zh: "甲"}, population: 1000, posts: 2, communities: 2}', "3", "must be a mapping", 9),
    ("posts negative", "posts: 2", "posts: -1", "0 to 100", 9),
    ("posts too many", "posts: 2", "posts: 101", "0 to 100", 9),
    ("posts half", "posts: 2", "posts: 2.5", "whole number", 9),
    ("posts text", "posts: 2", "posts: two", "must be a number", 9),
    ("opens too early", "posts: 2", "posts: 2, opens: 2022-12", "towns.a.opens: 2022-12 lies outside the run; allowed: 2023-01 to 2023-12", 9),
    ("opens a year", "posts: 2", "posts: 2, opens: 2023", "must be a month as YYYY-MM", 9),
    ("opens with workers", "posts: 2", "posts: 2, opens: 2023-04, workers: [{}]", "opens in 2023-04 with its posts vacant; leave the workers out", 9),
    ("closes before it opens", "posts: 2", "posts: 2, opens: 2023-08, closes: 2023-06, heir: a", "would close before it opens, in 2023-08", 9),
    ("closes without an heir", "posts: 2", "posts: 2, closes: 2023-06", "towns.a: a station that closes names its heir", 9),
    ("heir without closing", "posts: 2", "posts: 2, heir: a", "a station that closes names its heir", 9),
    ("its own heir", "posts: 2", "posts: 2, closes: 2023-06, heir: a", "towns.a.heir: must be the id of another town, not 'a'", 9),
    ("an heir nobody knows", TOWN_A, f"{TOWN_A.replace('posts: 2', 'posts: 2, closes: 2023-06, heir: bb')}\n  b: {{name: B, population: 9, posts: 2, communities: 1}}", "another town (did you mean 'b'?), not 'bb'", 9),
    ("an heir that is not open", TOWN_A, f"{TOWN_A.replace('posts: 2', 'posts: 2, closes: 2023-06, heir: b')}\n  b: {{name: B, population: 9, posts: 2, communities: 1, opens: 2023-08}}", "the station of b is not open in 2023-07, when it is to take over", 9),
    ("heirs of one another", TOWN_A, f"{TOWN_A.replace('posts: 2', 'posts: 2, closes: 2023-06, heir: b')}\n  b: {{name: B, population: 9, posts: 2, communities: 1, closes: 2023-08, heir: a}}", "the station of a is not open in 2023-09", 10),
    ("growth in per cent", "posts: 2", "posts: 2, growth_per_year: 1", "out of range; allowed: -0.5 to 0.5 (share per year)", 9),
    ("posts missing", "posts: 2, ", "", "'posts' is missing", 9),
    ("population missing", "population: 1000, ", "", "'population' is missing", 9),
    ("population half", "population: 1000", "population: 1000.5", "whole number", 9),
    ("population huge", "population: 1000", "population: 9000000", "out of range", 9),
    ("people huge", "population: 1000, posts: 2, communities: 2}", 'population: 4000000, posts: 2, communities: 2}\n  b: {name: {en: "B", zh: "乙"}, population: 4000000, posts: 2, communities: 2}', "more than 5,000,000", None),
    ("rows huge", CITY[CITY.index("towns:") :], HUGE, "lower general_sample", 8),
    ("no community", "communities: 2", "communities: 0", "at least one community", 9),
    ("communities negative", "communities: 2", "communities: -2", "out of range", 9),
    ("community without name", "communities: 2", "communities: [{population: 1000}]", "'name' is missing", 9),
    ("community sums", "communities: 2", "communities: [{name: x, population: 999}]", "sum of its communities, 999", 9),
    ("some communities", "communities: 2", "communities: [{name: x, population: 999}, {name: y}]", "every community or of none", 9),
    ("grid strength", "communities: 2", "communities: [{name: x, grid_strength: -1}]", "out of range", 9),
    ("unknown group in town", "communities: 2", "communities: 2, per_1000: {oldd: 3}", "did you mean 'old'", 9),
    ("too many in town", "communities: 2", "communities: 2, per_1000: {old: 1001}", "out of range", 9),
    ("too many workers", "communities: 2", "communities: 2, workers: [{}, {}, {}]", "3 workers have 2 posts", 9),
    ("worker certificate", "communities: 2", "communities: 2, workers: [{certificate: doctor}]", "must be one of none", 9),
    ("worker competence", "communities: 2", "communities: 2, workers: [{competence: 50}]", "0 to 1", 9),
    ("worker key", "communities: 2", "communities: 2, workers: [{skill: 1}]", "unknown key", 9),
    ("worker trained", "communities: 2", "communities: 2, workers: [{trained: 1}]", "true or false", 9),
    ("town key", "communities: 2", "communities: 2, postz: 3", "did you mean 'posts'", 9),
    ("unknown lever", "groups:", "levers: {salary: 3000}\ngroups:", "levers.salary: unknown name", 10),
    ("near lever", "groups:", "levers: {boundary_clarty: 1}\ngroups:", "did you mean 'boundary_clarity'", 10),
    ("lever out of range", "groups:", "levers: {pay: 35000}\ngroups:", "2,000 to 8,000 (yuan per month)", 10),
    ("lever with unit", "groups:", "levers: {pay: 3500 yuan}\ngroups:", "write the number alone", 10),
    ("lever null value", "groups:", "levers: {pay: {value: null}}\ngroups:", "levers.pay.value: is empty; give a value", 10),
    ("empty population", "population: 1000,", "population: ,", "towns.a.population: is empty; give a value", 9),
    ("empty posts for all", "end: 2023-12-31", "end: 2023-12-31\nposts_per_station:", "posts_per_station: must be a number, 0 to 100, not an empty value", 8),
    ("empty levers", "groups:", "levers:\ngroups:", "levers: must be a mapping (key: value), not an empty value", 10),
    ("decimal comma", "per_1000: 60", "per_1000: '3.000,5'", "write the number alone, 3000.5 (", 11),
    ("half a thousand", "per_1000: 60", "per_1000: '0,5'", "write the number alone, 0.5 (", 11),
    ("a lever at the top", "groups:", "pay: 3500\ngroups:", "pay: unknown key (did you mean 'levers.pay'?)", 10),
    ("a lever among parameters", "groups:", "parameters: {pay: 3500}\ngroups:", "unknown name (did you mean 'levers.pay'?)", 10),
    ("a parameter among levers", "groups:", "levers: {task_hours: 3}\ngroups:", "unknown name (did you mean 'parameters.task_hours'?)", 10),
    ("a town that runs", "  a: {name", "  '=HYPERLINK(1)': {name", "begins with '=', so spreadsheets would run it", 9),
    ("a town with a dash", "  a: {name", "  -a: {name", "begins with '-'", 9),
    ("a group with an at", "  old: {", "  '@old': {", "begins with '@'", 11),
    ("a group with a plus", "  old: {", "  +old: {", "begins with '+'", 11),
    ("a wide formula", "  old: {", "  ＝old: {", "begins with '＝'", 11),
    ("a town called NA", "  a: {name", "  NA: {name", "the name 'NA' would be read back from tables as a missing value", 9),
    ("a town called null", "  a: {name", "  null: {name", "the name 'null'", 9),
    ("a group called nan", "  old: {", "  nan: {", "the name 'nan'", 11),
    ("a group with a tab", "  old: {", '  "\\told": {', "spaces at its ends, or a tab", 11),
    ("lever without value", "groups:", "levers: {pay: {from: 2023-02}}\ngroups:", "'value' is missing", 10),
    ("lever unknown key", "groups:", "levers: {pay: {value: 3000, since: 2023-02}}\ngroups:", "unknown key", 10),
    ("lever bad month", "groups:", "levers: {pay: {value: 3000, from: 2023-14}}\ngroups:", "month as YYYY-MM", 10),
    ("lever day for month", "groups:", "levers: {pay: {value: 3000, from: 2023-02-01}}\ngroups:", "month as YYYY-MM", 10),
    ("lever before start", "groups:", "levers: {pay: {value: 3000, from: 2022-02}}\ngroups:", "allowed: 2023-01 to 2023-12", 10),
    ("lever after end", "groups:", "levers: {pay: {value: 3000, from: 2024-02}}\ngroups:", "allowed: 2023-01 to 2023-12", 10),
    ("from and after", "groups:", "levers: {pay: {value: 3000, from: 2023-02, after_months: 2}}\ngroups:", "not both", 10),
    ("ramp negative", "groups:", "levers: {pay: {value: 3000, ramp_months: -1}}\ngroups:", "out of range", 10),
    ("ramp half", "groups:", "levers: {pay: {value: 3000, ramp_months: 1.5}}\ngroups:", "whole number", 10),
    ("unknown station", "groups:", "levers: {pay: {value: 3000, stations: [b]}}\ngroups:", "there is no station 'b'", 10),
    ("no station", "groups:", "levers: {pay: {value: 3000, stations: []}}\ngroups:", "list is empty", 10),
    ("station twice", "groups:", "levers: {pay: {value: 3000, stations: [a, a]}}\ngroups:", "stands twice", 10),
    ("overlapping ramps", "groups:", "levers: {pay: [{value: 3000, from: 2023-02, ramp_months: 6}, {value: 4000, from: 2023-05}]}\ngroups:", "still under way", 10),
    ("same month twice", "groups:", "levers: {pay: [{value: 3000, from: 2023-02}, {value: 4000, from: 2023-02}]}\ngroups:", "still under way", 10),
    ("no change", "groups:", "levers: {pay: []}\ngroups:", "list is empty", 10),
    ("levers a list", "groups:", "levers: [pay]\ngroups:", "must be a mapping", 10),
    ("unknown parameter", "groups:", "parameters: {task_hour: 3}\ngroups:", "did you mean 'task_hours'", 10),
    ("parameter for a station", "groups:", "parameters: {link_rate: {value: 0.1, stations: [a]}}\ngroups:", "link_rate", 10),
    ("parameter out of range", "groups:", "parameters: {duplicate_chance: 1.5}\ngroups:", "0 to 1", 10),
    ("extends missing", "kind: city", "kind: city\nextends: nowhere", "there is no scenario 'nowhere'", 2),
    ("extends near", "kind: city", "kind: city\nextends: t-cty", "did you mean 't-city'", 2),
    ("extends missing file", "kind: city", "kind: city\nextends: nowhere.yaml", "there is no file", 2),
    ("extends itself", "kind: city", "kind: city\nextends: city.yaml", "in a circle", 2),
    ("extends outside", "kind: city", "kind: city\nextends: ../../etc/passwd.yaml", "outside", 2),
    ("extends absolute", "kind: city", "kind: city\nextends: /etc/passwd.yaml", "relative path", 2),
    ("extends two", "kind: city", "kind: city\nextends: [t-city, lakeside]", "one other city", 2),
    ("extends a policy", "kind: city", "kind: city\nextends: incentives", "a city is wanted here", 1),
    ("extends a number", "kind: city", "kind: city\nextends: 3", "must be text", 2),
    ("anchor", "kind: city", "kind: &k city", "anchors and aliases", 1),
    ("alias", "kind: city", "kind: *k", "", 1),
    ("tag", "kind: city", "kind: !!str city", "tags", 1),
    ("python tag", "kind: city", "kind: !!python/object/apply:os.system [ls]", "tags", 1),
    ("merge key", "kind: city", "kind: city\n<<: {a: 1}", "merge keys", 2),
    ("two documents", "groups:", "---\ngroups:", "more than one document", 10),
    ("thousands", "population: 1000", "population: 85,000", "towns.a: '000' is the rest of a number with a comma; write numbers without", 9),
    ("thousands quoted", "population: 1000", "population: '85,000'", "write the number alone, 85000 (allowed: 0 to 5,000,000)", 9),
    ("thousands in a block", "  a: {name", "  b:\n    name: B\n    posts: 2\n    communities: 2\n    population: 85,000\n  a: {name", "write the number alone, 85000 (allowed: 0 to 5,000,000)", 13),
    ("too many people", "population: 1000", "population: 50000000", "allowed: 0 to 5,000,000", 9),
    ("small limit", "groups:", "parameters: {refusal_goodwill_loss: -1}\ngroups:", "allowed: 0 to 1 (share per refusal)", 10),
    ("full-width digits", "population: 1000", "population: １０００", "write the number alone, 1000", 9),
    ("tab", "kind: city", "kind: city\n\ttitle: x", "indented with a tab; use spaces", 2),
    ("open brace", "kind: city", "kind: {city", "not valid YAML", None),
    ("open quote", "kind: city", 'kind: "city', "not valid YAML", None),
    ("control character", "kind: city", "kind: ci\x07ty", "", None),
    ("a list on top", CITY, "- a\n- b\n", "must be a mapping", 1),
    ("text on top", CITY, "just text\n", "must be a mapping", 1),
    ("empty", CITY, "", "is empty", None),
    ("only a comment", CITY, "# nothing\n", "is empty", None),
    ("complex key", "kind: city", "kind: city\n? [a, b]\n: c", "a key must be plain text", 2),
    ("empty key", "kind: city", "kind: city\n'': c", "1 to 100 characters", 2),
    ("deep nesting", "kind: city", "kind: city\nx: " + "[" * 200 + "]" * 200, "nested more than", 2),
    ("very deep nesting", "kind: city", "kind: city\nx: " + "{a: " * 20000, "nested more than", 2),
    ("long text", "kind: city", "kind: " + "x" * 5000, "longer than", 1),
    ("large file", "kind: city", "# " + "x" * 300_000 + "\nkind: city", "larger than 256 KiB", None),
    ("alias bomb", "kind: city", "kind: city\na: &a [x]\nb: &b [*a, *a, *a]", "anchors and aliases", 2),
    ("tag without a name", "kind: city", "kind: ! city", "tags", 1),
    ("escape sequence in text", 'title: {en: "C"', 'title: {en: "\\e[2J"', "control character", 2),
    ("zero byte in text", 'title: {en: "C"', 'title: {en: "\\0"', "control character", 2),
    ("escape sequence in key", "kind: city", 'kind: city\n"\\e[2J": 1', "control character", 2),
    ("half a surrogate", 'title: {en: "C"', 'title: {en: "\\uD800"', "city.yaml:2: ", 2),  # with libyaml no valid YAML, without it a control character
    ("control character after Chinese", "kind: city", "# 中文中文\nkind: ci\x07ty", "YAML does not allow", 2),
    ("extends with a name too long", "kind: city", "kind: city\nextends: " + "a" * 300 + ".yaml", "there is no file", 2),
    ("extends with a long name", "kind: city", "kind: city\nextends: " + "a" * 3000, "a…'", 2),
    ("extends a web address", "kind: city", "kind: city\nextends: https://x.org/c.yaml", "relative path", 2),
    ("key with a value too deep", "groups:", "levers: {pay: {value: [3000]}}\ngroups:", "must be a number", 10),
    ("shares above one", "groups:", "parameters: {centre_share: 0.7, other_share: 0.6}\ngroups:", "must not be more than 1", 10),
    ("shares above one in time", "groups:", "parameters: {other_share: {value: 0.99, from: 2023-05}}\ngroups:", "must not be more than 1", 10),
    ("two constants", "groups:", "levers: {pay: [3000, 3100]}\ngroups:", "still under way", 10),
    ("constant and from the start", "groups:", "levers: {pay: [3000, {value: 3100, from: 2023-01}]}\ngroups:", "still under way", 10),
    ("two constants of one station", "groups:", "levers: {pay: [{value: 3000, stations: [a]}, {value: 3100, stations: [a]}]}\ngroups:", "still under way", 10),
    ("very many changes", "groups:", "levers: {pay: [" + ",".join(str(2000 + i / 10) for i in range(30000)) + "]}\ngroups:", "more than 1,000 changes", 10),
    ("very many stations", "groups:", "levers: {pay: {value: 3000, stations: [" + ",".join(f"t{i}" for i in range(30000)) + "]}}\ngroups:", "there is no station 't0'", 10),
    ("very many keys", "kind: city", "kind: city\n" + "".join(f"k{i}: 1\n" for i in range(25000)), "k0: unknown key", 2),
    ("policies in a city", "groups:", "policies: []\ngroups:", "unknown key", 10),
    ("lever true", "groups:", "levers: {benefits: true}\ngroups:", "must be a number", 10),
    ("parameters a number", "groups:", "parameters: 3\ngroups:", "must be a mapping", 10),
    ("two rests", "detectability: 1}\n", "detectability: 1}\n  p: {name: x, rest: true, needs_per_year: 0, group_work_share: 0, hours_scale: 1, detectability: 1}\n  q: {name: y, rest: true, needs_per_year: 0, group_work_share: 0, hours_scale: 1, detectability: 1}\n", "only one group can be the rest", 10),
    ("control in key", "kind: city", "kind: city\n\"a\\nb\": 1", "unknown key", 2),
]  # fmt: skip


def _sentence(tmp_path: Path, text: str | bytes, name: str = "city.yaml") -> str:
    file = tmp_path / name
    if isinstance(text, str):
        text = text.encode()
    file.write_bytes(text)
    began = time.perf_counter()
    with pytest.raises(Mistake) as caught:
        load_scenario(str(file))
    # Each takes less than a second; the margin is for a slow machine, and far below what a loop over pairs would take.
    assert time.perf_counter() - began < PATIENCE, "a wrong file must cost no more than its sentence"
    return str(caught.value)


def test_the_good_files_are_good(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(CITY, encoding="utf-8")
    assert load_scenario(str(tmp_path / "city.yaml")).n_months == 12
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    assert load_policy(str(tmp_path / "policy.yaml")).levers[0].value == 3000


def test_there_are_a_hundred() -> None:
    assert len(CASES) >= 100
    assert len({case[0] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("tongue", ["en", "zh"])
@every("case", CASES, said=lambda case: case[0])
def test_one_sentence(tmp_path: Path, case: tuple[str, str, str, str, int | None], tongue: str) -> None:
    _, old, new, said, line = case
    assert old in CITY
    language.use(tongue)
    try:
        sentence = _sentence(tmp_path, CITY.replace(old, new, 1))
    finally:
        language.use("en")
    assert "\n" not in sentence
    assert len(sentence) < 700
    assert "city.yaml" in sentence or "incentives.yaml" in sentence
    if tongue == "en":
        assert said in sentence, sentence
        if line is not None:
            assert f".yaml:{line}:" in sentence, sentence
    else:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in sentence)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: policy", "kind: policy\ntowns: {}", "unknown key"),
        ("kind: policy", "kind: policy\nname: other", "unknown key"),
        ("kind: policy", "kind: policy\nend: 2030-12-31", "unknown key"),
        ("kind: policy", "kind: policy\nextends: [" + ",".join(["incentives"] * 31) + "]", "at most 30 policies"),
        ("levers:", "parameters: {other_share: 0.96}\nlevers:", "must not be more than 1"),
        ("pay: 3000", "pay: [{value: 3000, ramp_months: 6}, {value: 3100, after_months: 5}]", "still under way"),
        ("levers:\n  pay: 3000\n", "", "changes nothing"),
        ("pay: 3000", "pay: 300", "2,000 to 8,000"),
        ("pay: 3000", "pay: {value: 3000, from: 2021-05}", "policies' start"),
        ("pay: 3000", "pay: {value: 3000, stations: [harbour]}", "there is no station 'harbour'"),
        ("pay: 3000", "pay: {value: 3000, after_months: 400}", "would start in"),
        ("kind: policy", "kind: policy\nextends: t-city", "a policy is wanted here"),
        ("kind: policy", "kind: policy\nextends: [incentives, policy.yaml]", "in a circle"),
        ("pay: 3000", "pay: {add: 3000, factor: 2}", "give one of value, add, factor, at_least, at_most"),
        ("pay: 3000", "pay: {factor: 4}", "pay would be 10,000 in"),
        ("kind: policy", "kind: policy\nlowers: [benefits]", "lowers"),
        ("kind: policy", "kind: policy\nuntil: 2090-01", "would end after 2090-01"),
    ],
)
def test_wrong_policies(tmp_path: Path, old: str, new: str, said: str) -> None:
    sentence = _sentence(tmp_path, POLICY.replace(old, new, 1), "policy.yaml")
    assert said in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("name", "said"),
    [("nan", "a missing value"), ("NULL", "a missing value"), ("-x", "'-', so spreadsheets"), ("@x", "'@', so spread")],
)
def test_a_policy_is_called_as_its_file(tmp_path: Path, name: str, said: str) -> None:
    sentence = _sentence(tmp_path, POLICY, f"{name}.yaml")
    assert said in sentence
    assert f"{name}.yaml" in sentence


def test_a_shipped_name_with_stray_spaces_is_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_scenario(" t-city\u3000").name == "t-city"
    assert load_policy("linkage ").name == "linkage"
    monkeypatch.chdir(tmp_path)
    (tmp_path / " mine.yaml").write_text(CITY, encoding="utf-8")
    assert load_scenario(" mine.yaml").name == " mine"


def test_spaces_around_the_parts_of_a_set_mean_nothing() -> None:
    assert load_scenario("t-city", sets=["levers . pay = 3500"]) == load_scenario("t-city", sets=["levers.pay=3500"])


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "UTF-8" in _sentence(tmp_path, CITY.encode("utf-16"))
    assert ":2:" in _sentence(tmp_path, b"kind: city\ntitle: \xff\xfe")
    assert ".yaml or .yml" in _sentence(tmp_path, CITY, "city.txt")
    (tmp_path / "folder.yaml").mkdir()
    for name, said in (
        ("folder.yaml", "is a folder"),
        ("none.yaml", "no such file"),
        ("t-ctiy", "did you mean 't-city'"),
    ):
        with pytest.raises(Mistake, match=said):
            load_scenario(str(tmp_path / name) if "." in name else name)


def test_names_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    for name, said in (
        ("loop.yaml", "cannot be read"),
        ("a" * 300 + ".yaml", "cannot be read"),
        ("zero\0.yaml", "no such file"),
        ("two\nlines.yaml", "no such file"),
    ):
        with pytest.raises(Mistake, match=said) as caught:
            load_scenario(str(tmp_path / name))
        assert "\n" not in str(caught.value)
        assert "\0" not in str(caught.value)
    with pytest.raises(Mistake, match="there is no scenario 'aaa"):
        load_scenario("a" * 5000)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(Mistake, match="not a regular file"):
        load_scenario(str(tmp_path / "pipe.yaml"))


def test_a_policy_that_others_extend_many_times_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else ten files that each name the next ten times would be read 10 ** 9 times."""
    for i in range(3):
        names = ", ".join([f"p{i + 1}.yaml"] * 10)
        text = POLICY.replace("kind: policy", f"kind: policy\nextends: [{names}]")
        (tmp_path / f"p{i}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "p3.yaml").write_text(POLICY, encoding="utf-8")
    read: list[Path] = []
    read_file = load.read_file
    monkeypatch.setattr(load, "read_file", lambda file, shown: (read.append(file), read_file(file, shown))[1])
    assert len(load_policy(str(tmp_path / "p0.yaml")).levers) == 1
    assert sorted(file.name for file in read) == ["p0.yaml", "p1.yaml", "p2.yaml", "p3.yaml"]


def test_a_long_chain_of_extends(tmp_path: Path) -> None:
    for i in range(13):
        (tmp_path / f"c{i}.yaml").write_text(f"kind: city\nextends: c{i + 1}.yaml\n", encoding="utf-8")
    with pytest.raises(Mistake, match="longer than 10"):
        load_scenario(str(tmp_path / "c0.yaml"))


def test_a_link_out_of_the_folder_is_outside(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret.yaml").write_text(CITY, encoding="utf-8")
    (inner / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (inner / "city.yaml").write_text("kind: city\nextends: link.yaml\n", encoding="utf-8")
    with pytest.raises(Mistake, match="outside"):
        load_scenario(str(inner / "city.yaml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("levers.pay", "write KEY=VALUE"),
        ("=3", "write KEY=VALUE"),
        ("levers.pay=", "has no value"),
        ("levers.payy=3000", "did you mean 'pay'"),
        ("pay=3500", "did you mean 'levers.pay'"),
        ("task_hours=3", "did you mean 'parameters.task_hours'"),
        ("benefit=1", "did you mean 'levers.benefits'"),
        ("levers.task_hours=3", "did you mean 'parameters.task_hours'"),
        ("levers.pay＝3500", "has a full-width '＝'; write '='"),
        ("levers.pay=3.000,5", "write the number alone, 3000.5"),
        ("levers.pay=3，500", "write the number alone, 3500"),
        ("rules={staff.quit_chance: 'mine.py：quit'}", "has a Chinese colon"),
        ("levers.pay=much", "must be a number"),
        ("levers.pay=[1", "not valid YAML"),
        ("levers.pay=\udcff", "YAML does not allow"),
        ("levers={pay: 3000, pay: 3100}", "'pay' stands twice; keep one"),
        ("levers.pay=[2600, {value: 3000, since: 2025-02}]", "levers.pay[2].since: unknown key"),
        ("extends=lakeside", "name the other scenario itself"),
        ("kind=policy", "a city is wanted here"),
        ("policies=[]", "unknown key"),
        ("a." * 5000 + "b=1", "write KEY=VALUE"),
        ("end=2024-02-30", "no such date"),
        ("towns.town_1.posts=7000", "0 to 100"),
        ("start.x=3", "YYYY-MM-DD"),
    ],
)
def test_wrong_sets(text: str, said: str) -> None:
    with pytest.raises(Mistake, match="--set") as caught:
        load_scenario("t-city", sets=[text])
    assert said in str(caught.value)
