"""Makes the registrations group: the largest office × maker pairs, each registration a deal.

Here: their deals and delivery reports as vendor files, objectives, the configuration.
Not here: the queries (sql/); the command line around it (__main__.py); the invented sample group.
"""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from programs.errors import StairstepError

HERE = Path(__file__).parent
SAMPLE_MAPPINGS = HERE.parent / "home" / "mappings"
TIME_ZONE = "Asia/Kuala_Lumpur"
# The middle of the last quarter that the files hold: one quarter is open, fifteen are closed.
AS_OF = datetime.datetime.fromisoformat("2023-11-15T07:00:00+08:00")
FIRST_DAY, LAST_DAY = datetime.date(2020, 1, 1), datetime.date(2023, 12, 31)
ROOFTOPS = 60
OEM_CODE = "registrations"
# The registrations carry no VIN, so each gets one: what its fixed characters M L Y (positions 1-3),
# P (10) and A (11) add to the check sum, and the weights of its digits at 4-8 and 12-17, by
# 49 CFR 565.15.
FIXED_CHECK_SUM = 4 * 8 + 3 * 7 + 8 * 6 + 7 * 9 + 1 * 8
DIGIT_WEIGHTS = {"high": (5, 4, 3, 2, 10), "low": (7, 6, 5, 4, 3, 2)}


@dataclass(frozen=True)
class Made:
    """What was made: files written and the deals in them."""

    files: int
    deals: int


def make_registrations_group(
    folder: Path,
    home: Path,
    *,
    rooftops: int = ROOFTOPS,
    progress: Callable[[str], None] | None = None,
) -> Made:
    """Write a home folder whose rooftops are the largest office × maker pairs of a folder.

    Each registration becomes a new retail deal delivered, and a report accepted, on that day. The
    objective of a quarter is the same pair's count in the same quarter a year earlier. Raises
    StairstepError when the folder holds no Parquet file.
    """
    if not list(folder.glob("*.parquet")):
        raise StairstepError(f"{folder}: holds no Parquet file of registrations; name another")
    say = progress or (lambda _: None)
    connection = duckdb.connect()
    say("numbering registrations")
    _number_deals(connection, folder, rooftops)
    _write_configuration(connection, home)
    inbox = home / "inbox"
    oem = OEM_CODE.upper()
    files = 1
    portal = inbox / "portal" / OEM_CODE
    _extract(connection, "objectives", portal / "objectives_20200101T0600.csv", oem=oem)
    for start, end, moment in _file_spans():
        say(f"writing deals and reports of {start:%Y-%m}")
        stamp = f"{moment:%Y%m%dT%H%M}"
        sales = inbox / "dealervault" / f"dealervault_sales_{stamp}.csv"
        _extract(connection, "sales_extract", sales, start=start, end=end)
        reports = portal / f"rdr_{stamp}.csv"
        _extract(connection, "rdr_extract", reports, start=start, end=end, oem=oem)
        files += 2
    (deals,) = connection.execute("select count(*) from deals").fetchone() or (0,)
    connection.close()
    return Made(files, deals)


def _sql(name: str, **values: object) -> str:
    return (HERE / "sql" / f"{name}.sql").read_text().format(**values)


def _number_deals(connection: duckdb.DuckDBPyConnection, folder: Path, rooftops: int) -> None:
    """Tables `pairs` (a row a rooftop) and `deals` (a row a registration, with its VIN)."""
    connection.execute(
        "create table registrations as select date_reg, type, maker, model, fuel, state "
        "from read_parquet(?) where date_reg between ? and ?",
        [str(folder / "*.parquet"), FIRST_DAY, LAST_DAY],
    )
    terms = [
        f"substr({part}, {position}, 1)::int * {weight}"
        for part, weights in DIGIT_WEIGHTS.items()
        for position, weight in enumerate(weights, 1)
    ]
    connection.execute(_sql("pairs", rooftops=rooftops))
    connection.execute(_sql("deals", check_sum=" + ".join([str(FIXED_CHECK_SUM), *terms])))


def _file_spans() -> list[tuple[datetime.date, datetime.date, datetime.datetime]]:
    """Days (both included) and moment of each extract: monthly, cut at the as-of as well."""
    firsts = {datetime.date(year, month, 1) for year in range(2020, 2024) for month in range(1, 13)}
    starts = sorted(firsts | {AS_OF.date()})
    ends = [*starts[1:], LAST_DAY + datetime.timedelta(days=1)]
    return [
        (
            start,
            following - datetime.timedelta(days=1),
            datetime.datetime.combine(following, datetime.time(6), tzinfo=AS_OF.tzinfo),
        )
        for start, following in zip(starts, ends, strict=True)
    ]


def _extract(
    connection: duckdb.DuckDBPyConnection, name: str, file: Path, **values: object
) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy ({_sql(name, **values)}) to '{file}' (header, delimiter ',')")


def _write_configuration(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    pairs = connection.execute(
        "select rooftop_id, state, maker, dealer_code from pairs order by dealer_code"
    ).fetchall()
    for name in ("inbox", "mappings", "calendars", "rulebooks"):
        shutil.rmtree(home / name, ignore_errors=True)
        (home / name).mkdir(parents=True)
    _write_yaml(home / "stairstep.yaml", _group(pairs))
    _write_yaml(home / "calendars" / "registrations.yaml", {"code": OEM_CODE, "months": _months()})
    makes = sorted({maker for _, _, maker, _ in pairs})
    for rulebook in sorted((HERE / "rulebooks").glob("*.yaml")):
        text = rulebook.read_text().replace("MAKES", str(makes))
        (home / "rulebooks" / rulebook.name).write_text(text)
    stores = {code: rooftop_id for rooftop_id, _, _, code in pairs}
    for name in ("dealervault.deals", "portal.rdrs", "portal.objectives"):
        _write_yaml(home / "mappings" / f"{name}.yaml", _mapping(name, stores))


def _mapping(name: str, stores: dict[str, str]) -> dict[str, Any]:
    """A vendor's mapping as the sample group has it, for these stores, this OEM and this zone."""
    mapping = yaml.safe_load((SAMPLE_MAPPINGS / f"{name}.yaml").read_text())
    mapping["expected_every_days"] = 31
    mapping["moment"]["time_zone"] = TIME_ZONE
    for column in mapping["columns"].values():
        if "time_zone" in column:
            column["time_zone"] = TIME_ZONE
    if "stores" in mapping:
        mapping["stores"]["rooftops"] = stores
    if "oem_code" in mapping["columns"]:
        mapping["columns"]["oem_code"]["codes"] = {OEM_CODE.upper(): OEM_CODE}
    return mapping


def _group(pairs: list[tuple[str, str, str, str]]) -> dict[str, Any]:
    return {
        "group_name": "Registrations of Malaysia, 2020 to 2023",
        "time_zone": TIME_ZONE,
        "as_of": AS_OF.isoformat(),
        "holidays": {"country": "MY", "closed": ["Chinese New Year", "Eid al-Fitr"]},
        "rooftops": [_rooftop(*pair) for pair in pairs],
    }


def _rooftop(rooftop_id: str, state: str, maker: str, dealer_code: str) -> dict[str, Any]:
    franchise = {"make": maker, "oem": OEM_CODE, "dealer_code": dealer_code, "from": FIRST_DAY}
    return {
        "id": rooftop_id,
        "name": f"{maker}, {state}",
        "city": state,
        "state": "MY",
        "region": "malaysia",
        "time_zone": TIME_ZONE,
        "opened_date": FIRST_DAY,
        "franchises": [franchise],
    }


def _months() -> list[dict[str, Any]]:
    years, months = range(2019, 2025), range(1, 13)
    firsts = [datetime.date(year, month, 1) for year in years for month in months]
    return [
        {"code": f"{start:%Y-%m}", "start": start, "end": following - datetime.timedelta(days=1)}
        for start, following in zip(firsts, firsts[1:], strict=False)
    ]


def _write_yaml(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
