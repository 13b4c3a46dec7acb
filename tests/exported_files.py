"""What a person sees who opens an exported file: a workbook worked out anew, the text of a PDF.

Here: LibreOffice without a window, pdftotext, and a cell changed as a person would. Not here: what
the files should hold (tests/integration/test_scenario_exports.py, tests/browser).
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

# Every formula is worked out when the file is opened, whatever results it was saved with.
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
NUMBER = re.compile(r'(<c r="([A-Z]+\d+)"[^>]*><v>)[^<]*(</v>)')
RESULT = re.compile(r"(</f>)<v>[^<]*</v>")


def recalculated(file: Path, folder: Path) -> CalamineWorkbook:
    """The workbook as LibreOffice works it out. The results it was saved with are taken out before,
    so nothing but the formulas can give them."""
    profile = folder / "office"
    if not profile.exists():
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    bare = folder / "bare" / file.name
    bare.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(file) as given, zipfile.ZipFile(bare, "w") as made:
        for name in given.namelist():
            content = given.read(name)
            if name.startswith("xl/worksheets/"):
                content = RESULT.sub(r"\1", content.decode()).encode()
            made.writestr(name, content)
    done = _run(
        "soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore",
        "--convert-to", "ods", "--outdir", str(folder), str(bare),
    )  # fmt: skip
    out = folder / f"{file.stem}.ods"
    assert out.is_file(), done
    return CalamineWorkbook.from_path(str(out))


def pdf_text(file: Path) -> str:
    """The PDF's text, laid out as it is seen."""
    return _run("pdftotext", "-layout", str(file), "-")


def with_cells(file: Path, sheet: int, numbers: Mapping[str, int], made: Path) -> Path:
    """A copy of a workbook with other numbers in some cells of its n-th sheet."""
    name = f"xl/worksheets/sheet{sheet}.xml"
    with zipfile.ZipFile(file) as given, zipfile.ZipFile(made, "w") as copy:
        for entry in given.namelist():
            content = given.read(entry)
            if entry == name:
                content = _changed(content.decode(), numbers).encode()
            copy.writestr(entry, content)
    return made


def _changed(text: str, numbers: Mapping[str, int]) -> str:
    left = dict(numbers)

    def other(found: re.Match[str]) -> str:
        if found[2] not in left:
            return found[0]
        return f"{found[1]}{left.pop(found[2])}{found[3]}"

    text = NUMBER.sub(other, text)
    assert not left, f"no number is in {sorted(left)}"
    return text


def _run(*words: str) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=180)
    except FileNotFoundError:
        pytest.fail(f"{words[0]} is not installed: run `make office`")
    return done.stdout
