"""Putting the planted faults into the files that the vendors wrote soundly.

Here: changes to bytes, file by file, and the later file that repairs what was lost.
Not here: what must become of each (faults.py). A faulty row is moved to a fixed place in its file,
so that its number is the same for every seed.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from sample_group.vendors.dealertrack import trailer
from sample_group.vins import with_wrong_check_digit

Files = dict[str, bytes]


def plant(files: Files) -> None:
    """Put every planted fault into the files. Raises ValueError when one finds no place."""
    _restate(files)
    _dealervault_rows(files)
    _dealertrack_rows(files)
    _reynolds_row(files)
    _json_rows(files)
    _inventory_rows(files)
    _whole_files(files)


class Lines:
    """A delimited file as lines: header, rows, and the trailer that counts them."""

    def __init__(
        self, files: Files, path: str, delimiter: str = ",", has_trailer: bool = False
    ) -> None:
        self._files, self.path, self.delimiter = files, path, delimiter
        self.end = b"\r\n" if files[path].find(b"\r\n") >= 0 else b"\n"
        self._has_trailer = has_trailer
        header, *rows = files[path].split(self.end)[:-1]
        self.header = header.decode().split(delimiter)
        self.rows = rows[:-1] if has_trailer else rows

    def place(self, name: str) -> int:
        """The position of a column."""
        return self.header.index(name)

    def value(self, row: bytes, name: str) -> str:
        """A row's value as written, quotes and all."""
        return row.decode().split(self.delimiter)[self.place(name)]

    def changed(self, row: bytes, name: str, value: str) -> bytes:
        """The row with one value replaced."""
        values = row.decode().split(self.delimiter)
        values[self.place(name)] = value
        return self.delimiter.join(values).encode()

    def bring(self, position: int, fits: Callable[[bytes], bool] = lambda row: True) -> bytes:
        """Move the first row from `position` on that fits to `position` (0: after the header)."""
        for at in range(position, len(self.rows)):
            if fits(self.rows[at]):
                row = self.rows.pop(at)
                self.rows.insert(position, row)
                return row
        raise ValueError(f"{self.path}: no row fits the fault planned for it")

    def save(self) -> None:
        """Write the lines back."""
        head = self.delimiter.join(self.header).encode()
        text = self.end.join([head, *self.rows]) + self.end
        if self._has_trailer:
            text += trailer(len(self.rows)).encode()
        self._files[self.path] = text


def _repair(
    files: Files, path: str, row: bytes, delimiter: str = ",", has_trailer: bool = False
) -> None:
    """Have a later file bring a row in good order."""
    later = Lines(files, path, delimiter, has_trailer)
    later.rows.append(row)
    later.save()


def _vault(files: Files, day: str) -> Lines:
    return Lines(files, f"dealervault/dv_sales_202508{day}T0500.csv")


def _restate(files: Files) -> None:
    """The file of the 30th says a day too early; that of the 31st has the deal again, right."""
    before = Lines(files, "dealervault/dv_sales_20250730T0500.csv")
    after = Lines(files, "dealervault/dv_sales_20250731T0500.csv")

    def fits(row: bytes) -> bool:
        is_retail_new = (
            before.value(row, "New/Used") == "N" and before.value(row, "Sale Type") == "Retail"
        )
        day = before.value(row, "Delivery Date")
        is_fresh = day == "07/29/2025" and not before.value(row, "Finalized Date")
        number = before.value(row, "Deal Number")
        return (
            is_retail_new
            and is_fresh
            and all(after.value(r, "Deal Number") != number for r in after.rows)
        )

    row = before.bring(0, fits)
    before.rows[0] = before.changed(row, "Delivery Date", "07/28/2025")
    before.save()
    after.rows.insert(0, after.changed(row, "Last Update Date", "07/30/2025 11:20:00"))
    after.save()


def _dealervault_rows(files: Files) -> None:
    wrong_store = _vault(files, "07")
    row = wrong_store.bring(0)
    wrong_store.rows[0] = wrong_store.changed(row, "Store Number", "1299")
    wrong_store.save()
    _repair(files, "dealervault/dv_sales_20250808T0500.csv", row)

    quote = _vault(files, "08")
    row = quote.bring(0)
    quote.rows[0] = quote.changed(
        row, "Customer Address", quote.value(row, "Customer Address")[:-1]
    )
    quote.save()
    _repair(files, "dealervault/dv_sales_20250809T0500.csv", row)

    latin = _vault(files, "12")
    row = latin.bring(0)
    number = latin.value(row, "Stock Number")
    latin.rows[0] = (
        latin.changed(row, "Stock Number", f"{number}É").decode().encode("latin-1", "replace")
    )
    latin.rows[1:] = [latin.changed(row, "Custom Field 1", "Übergabe") for row in latin.rows[1:]]
    latin.save()

    typed = _vault(files, "13")
    delivered = typed.bring(
        0,
        lambda row: (
            typed.value(row, "New/Used") == "N"
            and typed.value(row, "Delivery Date") == "08/12/2025"
            and typed.value(row, "Sale Type") in ("Retail", "Lease")
            and not typed.value(row, "Finalized Date")
        ),
    )
    vin, deal = typed.value(delivered, "VIN"), typed.value(delivered, "Deal Number")
    wrong = with_wrong_check_digit(vin)
    typed.rows[0] = typed.changed(delivered, "VIN", wrong)
    typed.save()
    for day in ("14", "15"):  # it stays wrong until somebody reads the flag
        later = _vault(files, day)
        later.rows = [
            later.changed(row, "VIN", wrong) if later.value(row, "Deal Number") == deal else row
            for row in later.rows
        ]
        later.save()


def _dealertrack_rows(files: Files) -> None:
    def deals(day: str) -> Lines:
        return Lines(files, f"dealertrack/DT_deals_202508{day}T0500.txt", "|", has_trailer=True)

    fields = deals("06")
    good = [fields.bring(0), fields.bring(1)]
    fields.rows[0] = fields.rows[0].rpartition(b"|")[0]
    fields.rows[1] += b"|0"
    fields.save()
    for row in good:
        _repair(files, "dealertrack/DT_deals_20250808T0500.txt", row, "|", has_trailer=True)

    types = deals("08")
    good = [types.bring(0), types.bring(1)]
    types.rows[0] = types.changed(good[0], "ListPrice", "CALL")
    types.rows[1] = types.changed(good[1], "ModelYear", "20Z5")
    types.save()
    for row in good:
        _repair(files, "dealertrack/DT_deals_20250809T0500.txt", row, "|", has_trailer=True)


def _reynolds_row(files: Files) -> None:
    pushed = Lines(files, "reynolds/RR_sales_20250729T1740.csv")
    row = pushed.bring(0)
    trim = pushed.value(row, "TRIM").encode()
    pushed.rows[0] = row.replace(b"," + trim + b",", b"," + trim + b"\xff\xfe,", 1)
    pushed.save()
    _repair(files, "reynolds/RR_sales_20250805T1740.csv", row)


class Records:
    """A JSON file of ours: one record a line between its first and its last line."""

    def __init__(self, files: Files, path: str) -> None:
        self._files, self._path = files, path
        self._head, *lines, self._tail, _ = files[path].decode().split("\n")
        self.records = [json.loads(line.removesuffix(",")) for line in lines if line]

    def save(self) -> None:
        """Write the records back."""
        lines = ",\n".join(json.dumps(record, separators=(",", ":")) for record in self.records)
        self._files[self._path] = f"{self._head}\n{lines}\n{self._tail}\n".encode()

    def break_first(self, change: Callable[[dict], None], later: str) -> None:
        """Change the first record for the worse; a later file brings it as it was."""
        good = json.loads(json.dumps(self.records[0]))
        change(self.records[0])
        self.save()
        repaired = Records(self._files, later)
        repaired.records.append(good)
        repaired.save()


def _json_rows(files: Files) -> None:
    def shorten(record: dict) -> None:
        record["vehicle"]["vin"] = record["vehicle"]["vin"][:16]

    def say_yesterday(record: dict) -> None:
        record["contractDate"] = "yesterday"

    def double(record: dict) -> None:
        record["VIN"] = record["VIN"] * 2

    Records(files, "tekion/deals_20250806T0500.json").break_first(
        shorten, "tekion/deals_20250807T0500.json"
    )
    Records(files, "tekion/deals_20250808T0500.json").break_first(
        say_yesterday, "tekion/deals_20250809T0500.json"
    )
    Records(files, "cdk/cdk_salesdeal_20250807T0500.json").break_first(
        double, "cdk/cdk_salesdeal_20250808T0500.json"
    )


def _inventory_rows(files: Files) -> None:
    """The second line is cut; the next snapshot has the whole stock again."""
    for path in (
        "tekion/inventory_20250801T0510.jsonl",
        "dealertrack/DT_inventory_20250801T0510.txt",
    ):
        lines = files[path].split(b"\n")
        lines[1] = lines[1][: len(lines[1]) // 2]
        files[path] = b"\n".join(lines)


def _whole_files(files: Files) -> None:
    vault, track = (
        "dealervault/dv_sales_202508{}T0500.csv",
        "dealertrack/DT_deals_202508{}T0500.txt",
    )
    files["dealervault/dv_sales_20250801T0500_resent.csv"] = files[vault.format("01")]

    reordered = Lines(files, vault.format("05"))
    order = [*range(100, len(reordered.header)), *range(100)]
    reordered.header = [reordered.header[place] for place in order]
    reordered.rows = [
        ",".join([row.decode().split(",")[place] for place in order]).encode()
        for row in reordered.rows
    ]
    reordered.save()

    mixed = files[vault.format("09")].split(b"\r\n")
    ends = (b"\n" if number % 2 else b"\r\n" for number in range(len(mixed)))
    files[vault.format("09")] = b"".join(
        line + end for line, end in zip(mixed[:-1], ends, strict=False)
    )

    whole = files["dealervault/dv_sales_20250729T0500.csv"]
    files["dealervault/dv_sales_20250729T0640.csv"] = whole
    files["dealervault/dv_sales_20250729T0500.csv"] = whole[: whole.rindex(b"\r\n", 0, -200) - 300]

    renamed = files[vault.format("06")]
    files["dealervault/dv_sales_20250806T0655.csv"] = renamed
    files[vault.format("06")] = renamed.replace(b",VIN,", b",Vehicle VIN,", 1)

    doubled = files[track.format("07")]
    files["dealertrack/DT_deals_20250807T0645.txt"] = doubled
    files[track.format("07")] = doubled.replace(b"|BuyerNumber|", b"|DealNumber|", 1)

    counted = files[track.format("02")]
    files["dealertrack/DT_deals_20250802T0650.txt"] = counted
    kept = counted.split(b"\n")
    files[track.format("02")] = b"\n".join(kept[: len(kept) - 4]) + b"\n"

    records = files["tekion/deals_20250731T0500.json"]
    files["tekion/deals_20250731T0635.json"] = records
    files["tekion/deals_20250731T0500.json"] = records[: len(records) * 2 // 3]

    surveys = files["csi/surveys_20250728T0530.csv"]
    files["csi/surveys_20250728T0615.csv"] = surveys
    files["csi/surveys_20250728T0530.csv"] = surveys[:-12]

    files["dealertrack/DT_deals_20250705T0500.txt"] = b""
    files["portal/ford/standings_20250707T0610.csv"] = b""
    files["portal/nissan/bulletin_20250729.txt"] = (
        b"Nissan One: see the portal for August's bulletin.\n"
    )
