"""Tesseract's TSV becomes lines of words."""

from docflow.ocr.tsv import parse_tsv

HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"


def row(*, line: int, word: int, text: str, conf: float = 90.0, left: int = 0, block: int = 1) -> str:
    return f"5\t1\t{block}\t1\t{line}\t{word}\t{left}\t10\t20\t8\t{conf}\t{text}"


def test_words_of_one_line_stay_together_and_other_lines_apart() -> None:
    tsv = "\n".join(
        [
            HEADER,
            row(line=1, word=1, text="Total"),
            row(line=1, word=2, text="9.50"),
            row(line=2, word=1, text="Cash"),
        ]
    )
    assert [line.text for line in parse_tsv(tsv)] == ["Total 9.50", "Cash"]


def test_the_same_line_number_in_another_block_is_another_line() -> None:
    tsv = "\n".join([row(line=1, word=1, text="left"), row(line=1, word=1, text="right", block=2)])
    assert [line.text for line in parse_tsv(tsv)] == ["left", "right"]


def test_blank_words_and_other_levels_are_left_out() -> None:
    page = "1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t"
    assert parse_tsv("\n".join([HEADER, page, row(line=1, word=1, text="   ")])) == ()


def test_boxes_and_confidences_are_converted() -> None:
    (line,) = parse_tsv(row(line=1, word=1, text="ИНН", conf=87.5, left=5))
    (word,) = line.words
    assert (word.box.x0, word.box.y0, word.box.x1, word.box.y1) == (5, 10, 25, 18)
    assert word.confidence == 0.875


def test_a_confidence_outside_the_scale_is_brought_to_its_end() -> None:
    confidences = [parse_tsv(row(line=1, word=1, text="x", conf=c))[0].words[0].confidence for c in (-1.0, 104.0)]
    assert confidences == [0.0, 1.0]
