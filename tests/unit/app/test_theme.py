"""One palette in three places: Streamlit's setting, the style sheet, and charts."""

from __future__ import annotations

import re
import tomllib

from app.theme import DARK, LIGHT, STYLE_SHEET

CONFIG = STYLE_SHEET.parent / ".streamlit" / "config.toml"


def pairs() -> dict[str, tuple[str, str]]:
    found = re.findall(
        r"--ss-([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", STYLE_SHEET.read_text()
    )
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_three_palettes_agree() -> None:
    theme, style = tomllib.loads(CONFIG.read_text())["theme"], pairs()
    for place, light in ((0, "light"), (1, "dark")):
        chart = (LIGHT, DARK)[place]
        assert style["ink"][place] == theme[light]["textColor"] == chart.ink
        assert style["card"][place] == theme[light]["secondaryBackgroundColor"] == chart.card
        assert style["line"][place] == theme[light]["borderColor"] == chart.line
        assert style["fill"][place] == theme[light]["primaryColor"] == chart.fill
        assert style["forecast"][place] == theme[light]["blueColor"] == chart.forecast
        assert style["muted"][place] == theme[light]["grayColor"] == chart.muted


def test_text_can_be_read_in_both_lights() -> None:
    """WCAG AA for running text: 4.5 to 1, on the page and on a card."""
    theme, style = tomllib.loads(CONFIG.read_text())["theme"], pairs()
    for place, light in ((0, "light"), (1, "dark")):
        for ground in (style["card"][place], theme[light]["backgroundColor"]):
            for name in ("ink", "muted", "fill", "forecast", "warning", "danger"):
                assert contrast(style[name][place], ground) >= 4.5, (light, name, ground)
        for text, ground in (("warning", "warning-soft"), ("danger", "danger-soft"),
                             ("fill-deep", "fill-soft")):  # fmt: skip
            assert contrast(style[text][place], style[ground][place]) >= 4.5, (light, text)


def test_nothing_is_fetched_from_elsewhere() -> None:
    """Fonts and pictures are served with the app: it works on a closed network."""
    for text in (CONFIG.read_text(), STYLE_SHEET.read_text()):
        assert "http" not in text
    for url in re.findall(r'url\("app/(static/[^"]+)"\)', STYLE_SHEET.read_text()):
        assert (STYLE_SHEET.parent / url).is_file()
