"""Language codes are checked before anything is recognised."""

from pathlib import Path

import pytest

from docflow.errors import EngineUnavailable, InvalidLanguage, LanguageMissing
from docflow.ocr import check_languages, installed_languages, language_of, package_of, parse_languages
from docflow.ocr.look import reads
from docflow.settings import OcrSettings


@pytest.fixture
def tessdata(tmp_path: Path) -> OcrSettings:
    for code in ("eng", "rus", "osd", "script/Cyrillic"):
        path = tmp_path / f"{code}.traineddata"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return OcrSettings(tessdata_dir=tmp_path)


@pytest.mark.parametrize("given", ["eng+rus", "eng rus", "eng+rus+eng"])
def test_codes_are_joined_in_one_spelling(given: str, tessdata: OcrSettings) -> None:
    assert check_languages(given, settings=tessdata) == "eng+rus"


@pytest.mark.parametrize(
    ("given", "checked"),
    [("ENG", "eng"), ("Rus+eng+ENG", "rus+eng"), ("AUTO", "eng+rus"), ("script/cyrillic", "script/Cyrillic")],
)
def test_codes_are_known_however_they_are_capitalised(given: str, checked: str, tessdata: OcrSettings) -> None:
    assert check_languages(given, settings=tessdata) == checked


@pytest.mark.parametrize("given", ["osd", "eng+OSD", "equ", "snum"])
def test_data_that_comes_beside_the_languages_is_said_to_be_no_language(given: str, tessdata: OcrSettings) -> None:
    with pytest.raises(InvalidLanguage, match="is no language"):
        check_languages(given, settings=tessdata)


def test_a_language_that_is_installed_while_the_service_runs_is_found(tessdata: OcrSettings) -> None:
    with pytest.raises(LanguageMissing):
        check_languages("eng+deu", settings=tessdata)
    assert tessdata.tessdata_dir
    (tessdata.tessdata_dir / "deu.traineddata").touch()
    assert check_languages("eng+deu", settings=tessdata) == "eng+deu"


@pytest.mark.parametrize(
    ("given", "checked"),
    [("auto", "eng+rus"), ("auto+rus", "eng+rus"), ("script/Cyrillic+auto", "script/Cyrillic+eng+rus")],
)
def test_auto_is_all_that_a_pages_first_look_tells_apart(given: str, checked: str, tessdata: OcrSettings) -> None:
    assert check_languages(given, settings=tessdata) == checked


def test_auto_leaves_out_what_is_not_installed_as_long_as_something_is(tmp_path: Path) -> None:
    settings = OcrSettings(tessdata_dir=tmp_path)
    (tmp_path / "rus.traineddata").touch()
    assert check_languages("auto", settings=settings) == "rus"


def test_auto_without_any_of_its_languages_names_their_packages(tmp_path: Path) -> None:
    (tmp_path / "deu.traineddata").touch()
    with pytest.raises(LanguageMissing) as caught:
        check_languages("auto", settings=OcrSettings(tessdata_dir=tmp_path))
    assert "tesseract-ocr-eng tesseract-ocr-rus" in caught.value.next_step


def test_auto_reads_as_many_languages_as_the_first_look_knows(tessdata: OcrSettings) -> None:
    assert reads(check_languages("auto", settings=tessdata))


@pytest.mark.parametrize("given", ["", "e", "eng+", "../eng", "eng;rm", "english language!", "eng\x00"])
def test_what_is_no_code_is_refused(given: str) -> None:
    with pytest.raises(InvalidLanguage):
        parse_languages(given)


def test_more_languages_than_a_page_can_have_are_refused() -> None:
    with pytest.raises(InvalidLanguage, match="9 languages"):
        parse_languages("+".join(f"aa{c}" for c in "abcdefghi"))


def test_a_missing_language_names_the_package_to_install(tessdata: OcrSettings) -> None:
    with pytest.raises(LanguageMissing) as caught:
        check_languages("eng+chi_sim", settings=tessdata)
    assert "tesseract-ocr-chi-sim" in caught.value.next_step
    assert caught.value.detail["missing"] == ["chi_sim"]


def test_script_models_are_languages_and_the_orientation_data_is_not(tessdata: OcrSettings) -> None:
    assert installed_languages(tessdata) == {"eng", "rus", "script/Cyrillic"}
    assert package_of("script/Cyrillic") == "tesseract-ocr-script-cyrillic"


def test_a_folder_without_data_is_an_engine_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="configured"):
        installed_languages(OcrSettings(tessdata_dir=tmp_path))


def test_data_that_finds_orientations_alone_is_no_language(tmp_path: Path) -> None:
    (tmp_path / "osd.traineddata").touch()
    with pytest.raises(EngineUnavailable, match="no language data"):
        check_languages("eng", settings=OcrSettings(tessdata_dir=tmp_path))


@pytest.mark.parametrize(
    ("text", "language"),
    [("Счёт на оплату от ACME", "rus"), ("Invoice no. 7", "eng"), ("12 345,00", "eng+rus"), ("", "eng+rus")],
)
def test_the_script_tells_which_language_a_text_is_in(text: str, language: str) -> None:
    assert language_of(text, languages="eng+rus") == language


def test_a_language_that_was_not_asked_for_is_never_named() -> None:
    assert language_of("Счёт", languages="eng") == "eng"
