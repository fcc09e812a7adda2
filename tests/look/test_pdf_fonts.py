"""The shipped fonts draw the names that callers give, and a PDF reader finds them again."""

import io

import pikepdf
import pypdf
import pytest
from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from hotline.dev import vendor

NAMES = (
    "李雷",
    "Nguyễn",
    "Şükrü",
    "أحمد",
    "Кириллица",
    "김민준",
    "ひらがな",
    "カタカナ",
    "蕭敬騰",
    "堃",
    "Łukasz",
    "Ελένη",
)


@pytest.fixture(scope="module")
def document() -> bytes:
    """A PDF with every name, regular and bold, in the shipped fonts."""
    fonts = FontConfiguration()
    style = CSS(vendor.ROOT / "static/css/pdf-fonts.css", font_config=fonts)
    lines = "".join(f"<p>{name}</p><p><b>{name}</b></p>" for name in NAMES)
    html = f"<html lang='en'><title>Names</title><body>{lines}</body></html>"
    return bytes(HTML(string=html).write_pdf(stylesheets=[style], font_config=fonts))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_back_from_the_pdf(document: bytes, name: str) -> None:
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages)

    assert text.count(name) == 2


def test_the_pdf_uses_the_shipped_fonts_alone(document: bytes) -> None:
    with pikepdf.open(io.BytesIO(document)) as pdf:
        fonts = {
            str(item["/BaseFont"]).partition("+")[2]
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }

    assert len(fonts) >= 4
    assert all(font.startswith("Hotline-Sans") for font in fonts)


def test_the_han_font_has_every_character_of_the_older_standards() -> None:
    cmap = TTFont(vendor.FONTS_DIR / "noto-sans-han.ttf").getBestCmap()

    missing = [point for point in range(0x4E00, 0x9FA6) if point not in cmap]
    assert missing == []


def test_the_hangul_font_has_every_syllable() -> None:
    cmap = TTFont(vendor.FONTS_DIR / "noto-sans-hangul.ttf").getBestCmap()

    assert all(point in cmap for point in range(0xAC00, 0xD7A4))
