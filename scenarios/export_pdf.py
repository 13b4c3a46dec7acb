"""A scenario as a PDF: what was changed, each program before and after, and why.

Here: the page. Amounts are the result's own, to the cent. Not here: what it says (exported.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from html import escape
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from programs.outcomes import percent
from scenarios.exported import Exported, ExportError

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

FONT, BOLD = "DejaVuSans", "DejaVuSans-Bold"
INK, FAINT, RULE, TINT = "#1B1B1B", "#5F5F5F", "#C9C9C9", "#F3F5F8"
MARGIN = 42
WIDTHS = (140, 58, 58, 120, 86, 120, 114)
HEADS = ("Program", "Units", "Tier", "Earned", "Held", "Expected at the end", "Chance")
MONEY = ("amount_earned", "amount_held", "expected_amount")


def document(found: Exported) -> bytes:
    """The document's content."""
    from reportlab.lib.pagesizes import landscape, letter
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    _fonts()
    styles, made = _styles(), BytesIO()
    page = SimpleDocTemplate(
        made, pagesize=landscape(letter), leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN,
        bottomMargin=MARGIN, title=f"{found.name}, {found.where}", author=found.result.group_name,
    )  # fmt: skip
    story: list[Flowable] = [
        Paragraph(escape(found.name), styles["title"]),
        Paragraph(f"{escape(found.where)}; figures of {escape(found.of)}", styles["faint"]),
        Spacer(0, 8),
    ]
    story += [Paragraph(escape(text), styles["plain"], bulletText="•") for text in found.changed]
    story += [Spacer(0, 10), _table(found, styles), Spacer(0, 10)]
    story += _sentences(found, styles)
    story.append(
        Paragraph(
            "Earned and held are exact. Chances and expected amounts are from the forecast's "
            "samples, in each of which gates not decided yet end as the forecast draws them.",
            styles["faint"],
        )
    )

    def numbered(canvas: Any, page: Any) -> None:
        canvas.setFont(FONT, 8)
        canvas.setFillColor(FAINT)
        number = f"page {canvas.getPageNumber()}"
        canvas.drawRightString(page.pagesize[0] - MARGIN, MARGIN / 2, number)

    page.build(story, onFirstPage=numbered, onLaterPages=numbered)
    return made.getvalue()


def _fonts() -> None:
    """The fonts of matplotlib, which the forecaster brings: they hold every letter of a store's
    name and are embedded. Raises ExportError where they are gone."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if FONT in pdfmetrics.getRegisteredFontNames():
        return
    package = find_spec("matplotlib")
    if package is None or package.origin is None:
        raise ExportError("the PDF's fonts come with matplotlib, which isn't installed")
    folder = Path(package.origin).parent / "mpl-data" / "fonts" / "ttf"
    for name in (FONT, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    plain = ParagraphStyle("plain", fontName=FONT, fontSize=9.5, leading=13, textColor=INK)
    return {
        "plain": plain,
        "cell": ParagraphStyle("cell", plain, fontSize=9, leading=12),
        "name": ParagraphStyle("name", plain, fontName=BOLD, fontSize=9, leading=12),
        "number": ParagraphStyle("number", plain, fontSize=9, leading=12, alignment=2),
        "head": ParagraphStyle("head", plain, fontSize=8, leading=10, textColor=FAINT),
        "headed": ParagraphStyle(
            "headed", plain, fontSize=8, leading=10, textColor=FAINT, alignment=2
        ),
        "strong": ParagraphStyle(
            "strong", plain, fontName=BOLD, fontSize=9, leading=12, alignment=2
        ),
        "title": ParagraphStyle("title", plain, fontName=BOLD, fontSize=17, leading=22),
        "faint": ParagraphStyle("faint", plain, fontSize=8, leading=11, textColor=FAINT),
    }


def _table(found: Exported, styles: Mapping[str, Any]) -> Flowable:
    from reportlab.platypus import LongTable, Paragraph, TableStyle

    names = {one.rooftop.rooftop_id: one.rooftop.rooftop_name for one in found.result.rooftops}
    heads = [
        Paragraph(text, styles["head" if text == HEADS[0] else "headed"]) for text in HEADS
    ]
    rows, every = [heads], found.result.rows()
    for row in found.result.moved_rows() or every:
        store = f"<br/>{escape(names[row['rooftop_id']])}" if len(names) > 1 else ""
        name = Paragraph(
            f"{escape(row['program_name'])}"
            f'<font name="{FONT}" color="{FAINT}" size="8">{store}<br/>'
            f"{escape(row['period_code'])}</font>",
            styles["name"],
        )
        cells = [
            _pair(row, "counted_units", "{:,}".format),
            _pair(row, "tier_number", _tier),
            *(_pair(row, key, _money) for key in MONEY),
            _chance(row),
        ]
        rows.append([name, *(Paragraph(text, styles["number"]) for text in cells)])
    total = found.result.total
    sums = ["", "", *(_pair(total, key, _money) for key in MONEY), ""]
    last = [Paragraph(text, styles["strong"]) for text in sums]
    of = "" if len(every) == 1 else f" of all {len(every):,} open programs"
    rows.append([Paragraph(f"Total{of}", styles["name"]), *last])
    return LongTable(
        rows, colWidths=WIDTHS, repeatRows=1,
        style=TableStyle([
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -2), 0.5, RULE),
            ("BACKGROUND", (0, -1), (-1, -1), TINT),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ]),
    )  # fmt: skip


def _sentences(found: Exported, styles: Mapping[str, Any]) -> Sequence[Flowable]:
    """Why, for each program that moved."""
    from reportlab.platypus import Paragraph, Spacer

    names = {one.rooftop.rooftop_id: one.rooftop.rooftop_name for one in found.result.rooftops}
    said: list[Flowable] = []
    for row in found.result.moved_rows():
        where = f"{escape(names[row['rooftop_id']])}: " if len(names) > 1 else ""
        said += [Paragraph(f"{where}{escape(row['explanation'])}", styles["plain"]), Spacer(0, 4)]
    return [*said, Spacer(0, 6)]


def _pair(row: Mapping[str, Any], key: str, said: Any) -> str:
    """Before and after, the earlier one above; one alone where nothing moved."""
    before, after = (said(row[f"{key}_{when}"]) for when in ("before", "after"))
    if before == after:
        return after
    return f'<font color="{FAINT}">{before} to</font><br/>{after}'


def _money(amount: str | Decimal) -> str:
    exact = Decimal(amount)
    return f"{'-' if exact < 0 else ''}${abs(exact):,.2f}"


def _tier(number: int) -> str:
    return str(number) if number else "none"


def _chance(row: Mapping[str, Any]) -> str:
    if row["chance_tier_number"] is None:
        return "–"
    one, two = (percent(Fraction(row[f"chance_{when}"])) for when in ("before", "after"))
    change = two if one == two else f"{one} to {two}"
    return f'<font color="{FAINT}">tier {row["chance_tier_number"]}</font><br/>{change}'
