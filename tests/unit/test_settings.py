"""Settings: typed, from three places, unknown keys refused, secrets masked."""

from pathlib import Path

import pytest

from docflow.errors import SettingsError
from docflow.settings import Settings, load_settings, masked_url, origins, variables


@pytest.fixture(autouse=True)
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCFLOW_CONFIG_DIR", str(tmp_path))
    return tmp_path


def test_the_defaults_need_nothing() -> None:
    settings = load_settings()
    assert settings.effective_database_url.startswith("sqlite:///")
    assert settings.intake.max_bytes == 50_000_000


def test_the_environment_goes_over_the_profile_and_that_over_the_default(
    profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (profiles / "local.toml").write_text("[intake]\nmax_pages = 7\nrender_dpi = 150\n")
    monkeypatch.setenv("DOCFLOW_INTAKE__MAX_PAGES", "9")
    intake = load_settings().intake
    assert (intake.max_pages, intake.render_dpi, intake.max_seconds) == (9, 150, 120.0)
    sources = origins()
    assert sources["intake.max_pages"] == "DOCFLOW_INTAKE__MAX_PAGES"
    assert sources["intake.render_dpi"] == "local.toml"
    assert sources["intake.max_seconds"] == "default"


def test_weights_of_easyocr_lie_in_var_dir_unless_a_folder_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(tmp_path / "mine"))
    assert load_settings().ocr.effective_easyocr_dir == tmp_path / "mine" / "easyocr"
    monkeypatch.setenv("DOCFLOW_OCR__PAGE_SECONDS", "5")
    assert load_settings().ocr.effective_easyocr_dir == tmp_path / "mine" / "easyocr"
    monkeypatch.setenv("DOCFLOW_OCR__EASYOCR_DIR", str(tmp_path / "other"))
    assert load_settings().ocr.effective_easyocr_dir == tmp_path / "other"


def test_an_unknown_variable_is_refused_with_the_nearest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCFLOW_INTAKE__MAX_PAGE", "9")
    with pytest.raises(SettingsError, match="did you mean DOCFLOW_INTAKE__MAX_PAGES"):
        load_settings()


def test_a_variable_that_is_no_setting_is_not_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCFLOW_CORPU", "9")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "DOCFLOW_CORPUS" not in refused.value.message


@pytest.mark.parametrize("content", ["colour = 1", "[intake]\nmax_page = 1", "[intake]\nmax_pages = 0"])
def test_an_unknown_or_wrong_key_in_a_profile_is_refused(content: str, profiles: Path) -> None:
    (profiles / "local.toml").write_text(content)
    with pytest.raises(SettingsError):
        load_settings()


def test_a_profile_that_is_not_toml_is_refused(profiles: Path) -> None:
    (profiles / "local.toml").write_text("intake: {}")
    with pytest.raises(SettingsError, match="not TOML"):
        load_settings()


def test_a_named_profile_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCFLOW_PROFILE", "nowhere")
    with pytest.raises(SettingsError, match="nowhere"):
        load_settings()


def test_no_repr_shows_a_secret() -> None:
    settings = load_settings(
        database_url="postgresql://docflow:hunter2@db/docflow",
        s3={"access_key_id": "AKIAhunter2", "secret_access_key": "hunter2"},
        mlflow={"tracking_uri": "https://user:hunter2@mlflow"},
    )
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.effective_database_url.endswith("hunter2@db/docflow")


def test_a_url_is_shown_without_its_password() -> None:
    assert masked_url("postgresql://u:pw@h:5432/d") == "postgresql://u:***@h:5432/d"
    assert masked_url("sqlite:////tmp/x.db") == "sqlite:////tmp/x.db"


def test_every_setting_is_documented() -> None:
    for _, key in variables():
        section, _, name = key.partition(".")
        field = Settings.model_fields[section]
        if name:
            assert field.annotation is not None
            field = field.annotation.model_fields[name]
        assert field.description, key


def test_the_digest_changes_with_the_named_settings_only() -> None:
    one, two = load_settings(), load_settings(intake={"render_dpi": 300})
    assert one.digest("intake.render_dpi") != two.digest("intake.render_dpi")
    assert one.digest("intake.max_pages") == two.digest("intake.max_pages")


@pytest.mark.parametrize(
    "override",
    [
        {"database_url": "postgresql://docflow:changeme@db/docflow"},
        {"s3": {"secret_access_key": "changeme"}},
        {"mlflow": {"tracking_uri": "https://user:changeme@mlflow"}},
    ],
)
def test_a_secret_left_at_its_sample_value_is_refused_outside_development(
    override: dict[str, object], profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_settings(**override)
    (profiles / "compose.toml").write_text("")
    monkeypatch.setenv("DOCFLOW_PROFILE", "compose")
    with pytest.raises(SettingsError, match="sample secret"):
        load_settings(**override)
    load_settings(database_url="postgresql://docflow:hunter2@db/docflow")


def test_what_has_no_knobs_is_not_tuned(profiles: Path) -> None:
    (profiles / "local.toml").write_text("[training]\ncandidate = 'best'\ntune = 20")
    with pytest.raises(SettingsError, match="`best` has no knobs of its own to tune"):
        load_settings()
    assert load_settings(training={"candidate": "best", "tune": 0}).training.candidate == "best"


def test_the_labelling_rules_lie_beside_the_profiles(profiles: Path) -> None:
    assert load_settings().labelling.effective_rules == profiles / "labelling.toml"
    (profiles / "local.toml").write_text("[labelling]\nrules = '/elsewhere/rules.toml'")
    assert load_settings().labelling.effective_rules == Path("/elsewhere/rules.toml")


@pytest.mark.parametrize("password", ["pa#ss", "pa?ss", "pa/ss", "a[ss", "pa@ss", "pa:ss", "pa\nss", "pa%23ss"])
def test_no_password_is_shown_whatever_it_is_made_of(password: str) -> None:
    assert masked_url(f"postgresql://docflow:{password}@h:5432/d?sslmode=require") == (
        "postgresql://docflow:***@h:5432/d?sslmode=require"
    )
    assert masked_url(f"postgresql://doc@server:{password}@h/d") == "postgresql://doc@server:***@h/d"


def test_a_password_among_a_urls_parameters_is_not_shown_either() -> None:
    assert masked_url("postgresql://u@h/d?password=geheim&sslmode=require&sslpassword=auch") == (
        "postgresql://u@h/d?password=***&sslmode=require&sslpassword=***"
    )
    assert masked_url("http://mlflow:5000") == "http://mlflow:5000"


@pytest.mark.parametrize(
    "override",
    [
        {"ocr": {"page_seconds": float("inf")}},
        {"intake": {"max_seconds": 1e12}},
        {"training": {"most_days": float("inf")}},
        {"rollout": {"refresh_seconds": float("nan")}},
        {"s3": {"endpoint_url": "localhost:8333"}},
    ],
)
def test_what_no_clock_or_client_can_take_is_refused_as_a_setting(override: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=next(iter(override))):
        load_settings(**override)


def test_a_profile_in_another_encoding_is_refused(profiles: Path) -> None:
    (profiles / "local.toml").write_bytes("log_level = 'INFO' # журнал".encode("cp1251"))
    with pytest.raises(SettingsError, match="not TOML"):
        load_settings()
