"""A text layer is taken only where the evidence says that it has what the page shows."""

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from sample_files import LETTER_LINES, pdf, read, scan, text

from docflow.intake.geometry import PageFrame
from docflow.intake.pictures import PageContent, Picture
from docflow.intake.text_layer import TextLayer
from docflow.intake.text_quality import gather_evidence
from docflow.types import Box, PageImage, PageText, Word

FRAME = PageFrame(visible=(0, 0, 595, 842), rotation=0, dpi=72)
FULL_PAGE = PageContent((Picture(Box(0, 0, 595, 842), 1700, 2400),), path_count=0)
NOTHING = PageContent((), path_count=0)
ENGLISH = (
    "Thank you for the order of the third of March. The quick delivery to your new house by the river costs "
    "1,250.00 euros, which includes assembly. Please pay the invoice within thirty days of its date in 2024. "
) * 4
RUSSIAN = "Договор оказания услуг № 15 от 12.03.2024 г. между ООО «Ромашка» и индивидуальным предпринимателем. " * 8


def objection(written: str, *, content: PageContent = NOTHING, lines: int = 30) -> str | None:
    """What is said against a page whose `written` words are spread over so many lines."""
    words = written.split()
    per_line = -(-len(words) // lines)
    runs = tuple(
        tuple(
            Word(w, Box(60 + 40 * i, 40 + 25 * n, 95 + 40 * i, 52 + 25 * n), 1.0)
            for i, w in enumerate(words[n * per_line : (n + 1) * per_line])
        )
        for n in range(lines)
    )
    return gather_evidence(TextLayer(tuple(r for r in runs if r), written), content, FRAME).objection()


@pytest.mark.parametrize(
    "written",
    [
        ENGLISH,
        RUSSIAN,
        "Rechnung Nr. RE-20190121/507 für Müller & Söhne GmbH, USt-IdNr: DE123456789, Größe 5,00 € netto " * 5,
        "Hợp đồng dịch vụ số mười lăm giữa công ty và người lao động được ký kết hôm nay " * 5,
        "L'été dernier, nous avons répété à l'école française : où êtes-vous allés déjeuner ? " * 5,
        "契約書 第一条 本契約は 以下の 条件に 従うものと する " * 8,
        "Chapter one ........................ 5 Chapter two ........................ 17 " * 5,
    ],
)
def test_real_text_is_good_in_any_language(written: str) -> None:
    assert objection(written) is None


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "few characters"),
        ("12", "few characters"),
        (ENGLISH.replace("e", "\ufffd"), "without a meaning"),
        (ENGLISH.replace("o", "\ue012"), "without a meaning"),
        (ENGLISH.replace("a", "\x05"), "without a meaning"),
        ("#$% &*( )_+ @!~ ^^^ ab " * 20, "signs instead of letters"),
        (RUSSIAN.encode("cp1251").decode("latin-1"), "wrong encoding"),
        ("".join(chr(ord(c) - 29) if c.isalpha() else c for c in ENGLISH), "wrong encoding"),
        ("ТНЕ СВЕАТ ЕМСТ1$Н РОСОМЕМТ 1) Е15т${ Нет мВ зоте еп1$В {ехё2 бесопа1 мВеге7 15т${" * 4, "no words"),
        ("xjb^bq_kdZy dhgkmevlZpby l_e_nhgZf Fhkd\\Z KZgdl-I_l_j[mj] " * 6, "wrong encoding"),
    ],
)
def test_garbage_is_refused_with_its_reason(written: str, reason: str) -> None:
    found = objection(written)
    assert found is not None
    assert reason in found


def test_a_scan_with_a_recognised_text_behind_it_is_good() -> None:
    assert objection(ENGLISH, content=FULL_PAGE) is None


def test_a_scan_with_a_badly_recognised_text_behind_it_is_not() -> None:
    damaged = ENGLISH.replace("th", "t|1").replace("ou", "()u")
    assert objection(damaged) is None
    assert objection(damaged, content=FULL_PAGE) == "letters that form no words"


def test_a_scan_with_a_header_only_is_not_good() -> None:
    header = "Case 1:18-cv-001 Document 12 Filed today in the district court Page 1 of 5"
    assert objection(header, content=FULL_PAGE, lines=2) == "pictures without text on them"


def test_a_page_of_outlines_with_a_live_page_number_is_not_good() -> None:
    drawn = PageContent((), path_count=400)
    assert objection("Annual report of the company", content=drawn, lines=1) == "drawings that may be letters"
    assert objection(ENGLISH, content=drawn) is None


@pytest.mark.parametrize("hidden", [True, False])
def test_of_a_real_scan_the_layer_is_read_only_if_it_covers_the_page(hidden: bool) -> None:
    (whole,) = read(pdf(scan([*LETTER_LINES] * 4, hidden=hidden)))
    (stamped,) = read(pdf(scan(["Scanned by a telephone on the third of March"], hidden=hidden)), render_dpi=72)
    assert isinstance(whole, PageText)
    assert isinstance(stamped, PageImage)


def test_a_scan_in_strips_counts_as_one() -> None:
    def strips(canvas: Canvas) -> None:
        picture = Image.fromarray(np.full((84, 595), 240, np.uint8))
        for index in range(10):
            canvas.drawImage(ImageReader(picture), 0, 84.2 * index, 595, 84.2)
        text(LETTER_LINES[:2])(canvas)

    (page,) = read(pdf(strips), render_dpi=72)
    assert isinstance(page, PageImage)


def test_a_scan_inside_a_form_object_is_seen() -> None:
    def nested(canvas: Canvas) -> None:
        canvas.beginForm("scan")
        scan()(canvas)
        canvas.endForm()
        canvas.doForm("scan")
        text(LETTER_LINES[:2])(canvas)

    (page,) = read(pdf(nested), render_dpi=72)
    assert isinstance(page, PageImage)


def test_a_logo_does_not_spoil_a_text_layer() -> None:
    def letterhead(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.new("L", (100, 60))), 420, 760, 120, 60)
        text()(canvas)

    (page,) = read(pdf(letterhead))
    assert isinstance(page, PageText)


def test_text_that_nobody_sees_is_not_taken() -> None:
    def hidden(canvas: Canvas) -> None:
        written = canvas.beginText(60, 780)
        written.setTextRenderMode(3)
        written.textLines(LETTER_LINES)
        canvas.drawText(written)

    (page,) = read(pdf(hidden), render_dpi=72)
    assert isinstance(page, PageImage)
