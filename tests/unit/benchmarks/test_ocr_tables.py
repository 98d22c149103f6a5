from dataclasses import replace

import cv2

from benchmarks.ocr_readers import ACCURATE, AUTO, BARE, FAST, RAPIDOCR
from benchmarks.ocr_tables import Result, engines_table, plot, variants_table, verdicts
from benchmarks.ocr_unprepared import UNPREPARED

GOOD = Result(
    reader=FAST,
    group="receipts",
    pages=20,
    failed=0,
    cpu_seconds=0.4,
    seconds=0.5,
    precision=0.9,
    recall=0.86,
    f1=0.88,
    cer=None,
    peak_mib=200.4,
)


def test_each_result_is_a_row_and_a_missing_rate_a_dash():
    rows = engines_table([GOOD, replace(GOOD, cer=0.125)]).splitlines()
    assert rows[2] == "| receipts | docflow fast | 20 | 0 | 0.40 | 120 | 0.900 | 0.860 | 0.880 | – | 200 |"
    assert "| 0.125 |" in rows[3]
    assert len({row.count("|") for row in rows}) == 1


def test_a_target_is_met_at_its_bound_and_missed_beyond():
    assert verdicts([GOOD])[0].startswith("met: fast")
    assert verdicts([replace(GOOD, cpu_seconds=0.41)])[0].startswith("not met: fast")
    assert verdicts([replace(GOOD, f1=0.87)])[0].startswith("not met: fast")


def test_accurate_is_held_against_rapidocr_in_the_same_run():
    accurate = replace(GOOD, reader=ACCURATE, f1=0.96, cpu_seconds=1.0)
    assert verdicts([accurate]) == []
    assert verdicts([accurate, replace(GOOD, reader=RAPIDOCR, cpu_seconds=2.0)])[0].startswith("met: accurate")
    assert verdicts([accurate, replace(GOOD, reader=RAPIDOCR, cpu_seconds=1.9)])[0].startswith("not met: accurate")


def test_turned_pages_are_held_against_clean_ones_of_their_language():
    clean = [replace(GOOD, reader=AUTO, group=f"clean {code}", f1=f1) for code, f1 in (("eng", 0.9), ("rus", 0.8))]
    turned = replace(GOOD, reader=AUTO, group="turned 90° rus", f1=0.78)
    assert verdicts([*clean, turned])[0].startswith("met: turning and skew cost auto at most 0.020")
    askew = replace(turned, group="skewed 15° eng", f1=0.8)
    assert verdicts([*clean, turned, askew])[0].startswith("not met: turning and skew cost auto at most 0.100")


def test_a_variant_is_shown_before_and_after_with_what_it_loses():
    results = [
        replace(GOOD, reader=reader, group=group, f1=f1)
        for reader, group, f1 in (
            (BARE, "clean eng", 0.9),
            (BARE, "photo eng", 0.3),
            (UNPREPARED.name, "clean eng", 0.95),
            (UNPREPARED.name, "photo eng", 0.5),
            (AUTO, "clean eng", 0.95),
            (AUTO, "photo eng", 0.9),
        )
    ]
    row = "| photo eng | 20 | 0.300 | 0.40 | 0.500 | 0.40 | 0.900 | 0.40 | +0.050 |"
    assert variants_table(results).splitlines()[3] == row


def test_the_plot_is_a_small_picture(tmp_path):
    path = tmp_path / "docs" / "ocr.png"
    plot([GOOD, replace(GOOD, reader=RAPIDOCR, cpu_seconds=3.0, f1=0.95)], path)
    height, width = cv2.imread(str(path)).shape[:2]
    assert (width, height) == (760, 480)
    assert path.stat().st_size < 60_000
