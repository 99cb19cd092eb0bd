"""Open what `stations export` writes in other programs: LibreOffice, R with haven, openpyxl, pandas, calamine, pyreadstat; count what differs.

    python verification/opened_elsewhere.py

A sweep, a comparison and a run of a small city are exported in every format, in English and in Chinese. Every cell that a program reads is
held against the same export as CSV: numbers, texts, labels of variables and of values. A program that is not here is named, and not opened.
Writes verification/results/opened_elsewhere.md. Debian's packages: libreoffice-calc-nogui, r-base-core, r-cran-haven.
"""

from __future__ import annotations

import csv
import math
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "verification"), str(ROOT / "tests")]

import openpyxl  # noqa: E402
import pandas as pd  # noqa: E402
import pyreadstat  # noqa: E402
from kept import as_table, command, keep, versions  # noqa: E402
from made_results import make  # noqa: E402
from python_calamine import load_workbook  # noqa: E402

from sim import language  # noqa: E402
from sim.lab.kept.export import EXPORT_FORMATS, export  # noqa: E402

COUNTED = ("files", "tables", "numbers", "of them to the last bit", "texts", "labels", "DIFFERENT")
NEARLY = 1e-14
"""LibreOffice writes CSV and ODS with 15 digits; all others must give every bit."""

ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
"""A CSV for each sheet, in UTF-8, with cells as they are and not as they are shown."""

OF_TRUTHS = {"of:=TRUE()", "of:=FALSE()"}
"""What LibreOffice makes of true and false in a workbook, whoever wrote it."""

IN_R = r"""
library(haven)
given <- commandArgs(TRUE)
for (file in given[-1]) {
  read <- if (endsWith(file, ".dta")) read_dta(file) else read_sav(file)
  out <- file.path(given[1], basename(file))
  shown <- lapply(read, function(column) {
    if (is.character(column)) return(column)
    if (inherits(column, "Date")) return(format(column))
    ifelse(is.na(column), "", sprintf("%.17g", as.numeric(column)))
  })
  write.csv(as.data.frame(shown, optional = TRUE), paste0(out, ".csv"), row.names = FALSE, na = "", fileEncoding = "UTF-8")
  said <- do.call(rbind, lapply(names(read), function(name) {
    values <- attr(read[[name]], "labels")
    label <- attr(read[[name]], "label")
    rbind(
      data.frame(variable = name, code = "", label = if (is.null(label)) "" else label),
      if (length(values)) data.frame(variable = name, code = as.character(values), label = names(values))
    )
  }))
  write.csv(said, paste0(out, ".labels.csv"), row.names = FALSE, fileEncoding = "UTF-8")
}
"""


@dataclass
class Opened:
    """What a program read: counts by COUNTED, and what differed."""

    found: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def differs(self, what: str) -> None:
        self.found["DIFFERENT"] += 1
        self.wrong.append(what)

    def table(self, where: str, stored: pd.DataFrame, rows: Sequence[Sequence[Any]], *, nearly: float = 0.0) -> None:
        """Hold a table as it was read, its head first, against its CSV."""
        self.found["tables"] += 1
        if [str(name) for name in rows[0]] != list(stored.columns) or len(rows) != len(stored) + 1:
            self.differs(f"{where}: another head, or another number of rows")
            return
        for number, (row, wanted) in enumerate(zip(rows[1:], stored.itertuples(index=False), strict=True), start=1):
            for name, cell, text in zip(stored.columns, row, wanted, strict=True):
                if not self._same(cell, text, nearly):
                    self.differs(f"{where}, row {number}, {name}: {cell!r} instead of {text!r}")

    def _same(self, cell: Any, text: str, nearly: float) -> bool:
        if cell is None or cell == "" or cell != cell:
            return text == ""
        if text in {"True", "False"}:
            self.found["texts"] += 1
            return str(cell).upper() in {text.upper(), str(float(text == "True")), str(int(text == "True"))}
        try:
            wanted = float(text)
            value = float(cell)
        except ValueError:
            self.found["texts"] += 1
            return str(cell) == text
        self.found["numbers"] += 1
        self.found["of them to the last bit"] += value == wanted
        return math.isclose(value, wanted, rel_tol=nearly, abs_tol=0.0)

    def label(self, where: str, label: str, wanted: str) -> None:
        self.found["labels"] += 1
        if label != wanted:
            self.differs(f"{where}: labelled {label!r} instead of {wanted!r}")


# --- what was exported


@dataclass(frozen=True)
class Exported:
    """A folder of results in every format, in a language."""

    folder: Path
    name: str
    language: str

    def csv(self) -> dict[str, pd.DataFrame]:
        """Every table as text, by name."""
        return {
            file.stem: pd.read_csv(file, keep_default_na=False, dtype=str)
            for file in sorted((self.folder / "csv").glob("*.csv"))
        }

    @property
    def book(self) -> Path:
        return self.folder / f"{self.name}.xlsx"

    def files(self, kind: str) -> list[Path]:
        return sorted((self.folder / kind).glob(f"*.{kind}"))

    def columns_of(self, table: str, kind: str) -> pd.DataFrame:
        """What the codebook says of a table's columns, by the names of their variables."""
        codebook = pd.read_csv(self.folder / kind / "codebook.csv", keep_default_na=False, dtype=str)
        return codebook[codebook["table"] == table].set_index("variable")

    def codes(self, kind: str) -> dict[str, dict[str, tuple[str, str]]]:
        """By key the code and the label of every value."""
        found: dict[str, dict[str, tuple[str, str]]] = {}
        for row in pd.read_csv(self.folder / kind / "values.csv", keep_default_na=False, dtype=str).to_dict("records"):
            found.setdefault(row["key"], {})[row["value"]] = (row["code"], row[f"label_{self.language}"])
        return found


def exported(folder: Path, where: Path, said_in: str) -> Exported:
    language.use(said_in)
    made = Exported(where, folder.name, said_in)
    for kind in EXPORT_FORMATS:
        export(folder, kind, made.book if kind == "xlsx" else where / kind)
    language.use("en")
    return made


# --- workbooks


def of_sheets(opened: Opened, of: Exported, sheets: dict[str, list[list[Any]]], *, nearly: float = 0.0) -> None:
    opened.found["files"] += 1
    stored = {name: table for name, table in of.csv().items() if len(table)}
    if "codebook" in stored:  # the workbook's speaks of its sheets only
        stored["codebook"] = stored["codebook"][stored["codebook"]["table"].isin(stored)]
        stored["values"] = stored["values"][stored["values"]["key"].isin(stored["codebook"]["key"])]
    if sheets.keys() != stored.keys():
        opened.differs(f"{of.name}: the sheets {sorted(sheets)} instead of {sorted(stored)}")
        return
    for name, rows in sheets.items():
        opened.table(f"{of.name}, {name}", stored[name], rows, nearly=nearly)


def in_openpyxl(of: Exported) -> Opened:
    opened = Opened()
    book = openpyxl.load_workbook(of.book)
    for sheet in book:
        if formulas := [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]:
            opened.differs(f"{of.name}, {sheet.title}: formulas in {formulas}")
        if sheet.freeze_panes != "A2" or sheet.auto_filter.ref != sheet.dimensions:
            opened.differs(f"{of.name}, {sheet.title}: no frozen head, or no filter")
    of_sheets(opened, of, {sheet.title: [list(row) for row in sheet.values] for sheet in book})
    return opened


def in_pandas(of: Exported) -> Opened:
    opened = Opened()
    # As text "None" and "NA" are no missing values.
    found = pd.read_excel(of.book, sheet_name=None, keep_default_na=False, na_values=[""], engine="openpyxl")
    of_sheets(
        opened, of, {name: [list(table.columns), *table.to_numpy(object).tolist()] for name, table in found.items()}
    )
    for file in of.files("dta"):
        table = pd.read_stata(file, convert_categoricals=False)
        with pd.read_stata(file, iterator=True) as reader:
            labels = [{"variable": name, "code": "", "label": said} for name, said in reader.variable_labels().items()]
        months = {name: table[name].dt.strftime("%Y-%m") for name in table.select_dtypes("datetime")}
        of_variables(opened, of, file, table.assign(**months).astype(object), pd.DataFrame(labels))
    return opened


def in_libreoffice(of: Exported) -> Opened:
    opened = Opened()
    with tempfile.TemporaryDirectory() as where:
        for form in ("ods", ALL_SHEETS):
            profile = f"-env:UserInstallation={(Path(where) / 'profile').as_uri()}"
            done = subprocess.run(
                [_office(), profile, "--headless", "--convert-to", form, "--outdir", where, of.book],
                capture_output=True, text=True,
            )  # fmt: skip
            if done.returncode:
                opened.differs(f"{of.name}: {done.stderr.strip()}")
                return opened
        with ZipFile(Path(where) / f"{of.name}.ods") as parts:
            formulas = {text.decode() for text in re.findall(rb'table:formula="([^"]*)"', parts.read("content.xml"))}
            if others := formulas - OF_TRUTHS:
                opened.differs(f"{of.name}: formulas {sorted(others)}")
        book = load_workbook(str(Path(where) / f"{of.name}.ods"))
        of_sheets(
            opened, of, {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}, nearly=NEARLY
        )
        of_csv = {}
        for name in book.sheet_names:
            with (Path(where) / f"{of.name}-{name}.csv").open(encoding="utf-8", newline="") as file:
                of_csv[name] = list(csv.reader(file))
        of_sheets(opened, of, of_csv, nearly=NEARLY)
    return opened


# --- files of statistics programs


def of_variables(opened: Opened, of: Exported, file: Path, found: pd.DataFrame, labels: pd.DataFrame) -> None:
    """Hold variables against the CSV: keys by their codes, months as months. labels: of variables (no code), and of values if the
    program tells them."""
    opened.found["files"] += 1
    kind, stored = file.suffix.removeprefix("."), of.csv()[file.stem]
    columns, codes = of.columns_of(file.stem, kind), of.codes(kind)
    made: dict[str, list[Any]] = {}
    for variable, row in columns.iterrows():
        texts, cells = stored[row["column"]], found[str(variable)]
        if row["key"] in codes:
            known = codes[row["key"]]
            texts = [known[text][0] if text else "" for text in texts]
            said = labels[(labels["variable"] == variable) & (labels["code"] != "")]
            for code, label in sorted(known.values()):
                for given in said[said["code"].astype(float) == float(code)]["label"]:
                    opened.label(f"{of.name}, {file.name}, {variable} {code}", given, label)
        elif row["key"] == "month":
            cells = [_month(cell) for cell in cells]
        (label,) = labels[(labels["variable"] == variable) & (labels["code"] == "")]["label"]
        said = row[f"label_{of.language}"]
        opened.label(f"{of.name}, {file.name}, {variable}", str(label)[: len(said[:60])], said[:60])
        stored = stored.assign(**{row["column"]: list(texts)})
        made[row["column"]] = list(cells)
    rows = [list(made), *(list(row) for row in zip(*made.values(), strict=True))]
    opened.table(f"{of.name}, {file.name}", stored, rows)


def _month(cell: Any) -> str:
    """Of a date, or of months since 1960, as Stata counts."""
    text = str(cell)
    if "-" in text[1:]:
        return text[:7]
    return f"{1960 + int(float(text)) // 12}-{int(float(text)) % 12 + 1:02}"


def in_pyreadstat(of: Exported) -> Opened:
    opened = Opened()
    for file in (*of.files("dta"), *of.files("sav")):
        table, facts = (pyreadstat.read_dta if file.suffix == ".dta" else pyreadstat.read_sav)(str(file))
        rows = [
            {"variable": name, "code": "", "label": label}
            for name, label in zip(facts.column_names, facts.column_labels, strict=True)
        ]
        for name, said in facts.variable_value_labels.items():
            rows += [{"variable": name, "code": str(code), "label": label} for code, label in said.items()]
        of_variables(opened, of, file, table.astype(object), pd.DataFrame(rows))
    return opened


def in_haven(of: Exported) -> Opened:
    opened = Opened()
    files = [*of.files("dta"), *of.files("sav")]
    with tempfile.TemporaryDirectory() as where:
        script = Path(where) / "open.R"
        script.write_text(IN_R, encoding="utf-8")
        done = subprocess.run(["Rscript", script, where, *files], capture_output=True, text=True)
        if done.returncode:
            opened.differs(f"{of.name}: {done.stderr.strip()}")
            return opened
        for file in files:
            found, labels = (
                pd.read_csv(Path(where) / f"{file.name}{end}.csv", keep_default_na=False, dtype=str)
                for end in ("", ".labels")
            )
            of_variables(opened, of, file, found, labels)
    return opened


# --- the programs


def _office() -> str:
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def _said(*words: str) -> str:
    """What a program says first; "" where it is not here, or cannot."""
    if shutil.which(words[0]) is None:
        return ""
    done = subprocess.run(words, capture_output=True, text=True)
    return "" if done.returncode else " ".join(done.stdout.split())


def libreoffice() -> str:
    return " ".join(_said(_office(), "--version").split()[:2]) if _office() else ""


def haven() -> str:
    return _said("Rscript", "-e", 'cat(R.version.string, "haven", format(packageVersion("haven")))')


PROGRAMS: dict[str, tuple[Callable[[Exported], Opened], Callable[[], str]]] = {
    "openpyxl (xlsx)": (in_openpyxl, lambda: "here"),
    "pandas (xlsx, dta)": (in_pandas, lambda: "here"),
    "pyreadstat (dta, sav)": (in_pyreadstat, lambda: "here"),
    "LibreOffice (xlsx, saved as ods and csv)": (in_libreoffice, libreoffice),
    "R with haven (dta, sav)": (in_haven, haven),
}
"""How each opens an export, and what says its version, "" where it is not here."""


def campaign(
    folders: Sequence[Path], languages: Sequence[str] = language.LANGUAGES
) -> tuple[dict[str, Counter[str]], list[str]]:
    """Counts by program, and what differed. folders: of results, in the working folder."""
    counts = {name: Counter[str]() for name, (_, version) in PROGRAMS.items() if version()}
    wrong: list[str] = []
    for number, of in enumerate(_exports(folders, languages)):
        for name, total in counts.items():
            opened = PROGRAMS[name][0](of)
            total += opened.found
            wrong += [f"{name}: {number}: {one}" for one in opened.wrong]
    return counts, wrong


def _exports(folders: Sequence[Path], languages: Sequence[str]) -> Iterator[Exported]:
    for folder in folders:
        for said_in in languages:
            yield exported(folder, Path("exported") / said_in / folder.name, said_in)


def missing() -> list[str]:
    """A sentence for each program that is not here."""
    return [f"{name} is not here and was not opened." for name, (_, version) in PROGRAMS.items() if not version()]


def main() -> int:
    with tempfile.TemporaryDirectory() as where, chdir(where):
        keeping = {"months": ["coverage", "trust"], "towns": ["coverage"], "sums": True}
        counts, wrong = campaign(make(Path(), contrast="policies", keep=keeping))
    for one in wrong[:40]:
        print(one)
    keep(
        "opened_elsewhere",
        "Opened elsewhere",
        f"`{command()}`; {versions('openpyxl', 'pandas', 'pyreadstat', 'python-calamine', 'XlsxWriter')}; "
        f"{', '.join(filter(None, (libreoffice(), haven())))}.",
        "A sweep, a comparison and a run of a small city, exported in every format, in English and in Chinese; every cell and label that each "
        "program reads, against the same export as CSV:",
        as_table("opened in", counts, COUNTED),
        "LibreOffice saves 15 digits of a number, and is held to these; all others to every bit. No cell holds a formula; of "
        "true and false LibreOffice makes =TRUE() and =FALSE() itself.",
        *missing(),
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
