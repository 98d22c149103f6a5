"""Every setting of DocFlow: typed, documented, and refused where unknown.

A value comes from the first of: the environment (`DOCFLOW_SECTION__KEY`), `config/<profile>.toml`, the default.
`DOCFLOW_PROFILE` names the profile (default `local`), `DOCFLOW_CONFIG_DIR` the folder (default `config`).
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import InitSettingsSource

from docflow.errors import SettingsError

ENV_PREFIX = "DOCFLOW_"
NOT_SETTINGS = frozenset({"DOCFLOW_PROFILE", "DOCFLOW_CONFIG_DIR", "DOCFLOW_CORPUS"})
"""Variables with our prefix that choose where settings or test documents come from."""

MEGABYTE = 1_000_000

VAR_DIR = Path("var")

SAMPLE_SECRET = "changeme"  # noqa: S105
"""What secrets are in .env.example; outside development nothing starts with it."""

DEVELOPMENT = frozenset({"local", "test"})
"""The profiles under which a secret may be left at its sample value."""


Seconds = Annotated[float, Field(gt=0, le=1e7)]
"""A hundred days at most. Timers overflow at far longer waits, and what is waited for would be blamed."""

Days = Annotated[float, Field(gt=0, le=36_500)]

PASSWORD = re.compile(r"(://[^:/]*:).*@", re.DOTALL)
"""A URL's password, with what is before it: up to the last at sign, so that none of it is shown."""

SECRET_PARAMETER = re.compile(r"([?&][a-z_]*(?:password|passphrase|secret|token)=)[^&]*", re.IGNORECASE)


class Section(BaseModel):
    """A group of settings; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class IntakeSettings(Section):
    """What may come in, and how pages are made of it."""

    max_bytes: int = Field(50 * MEGABYTE, gt=0, description="Largest file taken, in bytes.")
    max_pages: int = Field(200, gt=0, description="Most pages of one document.")
    max_characters: int = Field(
        3_000_000, gt=0, description="Most characters of one document; 200 pages of small print have as many."
    )
    max_pixels: int = Field(
        25_000_000, gt=0, description="Pixels per page; a larger page is decoded or rendered smaller."
    )
    hard_max_pixels: int = Field(
        400_000_000, gt=0, description="Pixels a page may declare at all; a larger one is refused."
    )
    max_seconds: Seconds = Field(120.0, description="Longest time for one document, in seconds.")
    render_dpi: int = Field(200, ge=72, le=600, description="Resolution at which PDF pages are rendered.")
    pdf_renderer: Literal["pypdfium2", "pdf2image"] = Field(
        "pypdfium2", description="What renders PDF pages; the other one is the fallback."
    )
    text_layer: Literal["auto", "ignore"] = Field(
        "auto", description="`auto` reads a page's good text layer instead of recognising the page."
    )


class OcrSettings(Section):
    """How pages are recognised."""

    engine: str = Field(
        "auto",
        description="OCR engine: `fast`, `auto` or `accurate`, which combine the others, or one of them: `tesserocr`, "
        "`pytesseract`, `rapidocr`, `compact` or `easyocr`.",
    )
    languages: str = Field("eng+rus", description="Tesseract's language codes, joined by `+`; auto: all told apart.")
    tessdata_dir: Path | None = Field(
        None, description="Folder of Tesseract's language data; found by itself where it is None."
    )
    line_detector: Literal["tesserocr", "rapidocr"] = Field(
        "tesserocr", description="What finds the lines for engines that only read them: `compact`, `easyocr`."
    )
    easyocr_dir: Path | None = Field(
        None,
        description="Folder of EasyOCR's own weights (`docflow ocr-models pull easyocr`); None: a folder in var_dir.",
    )
    easyocr_network: Literal["auto", "standard", "compact"] = Field(
        "auto",
        description="What EasyOCR reads with: its own weights, `standard`; ours, `compact`; its own if there, `auto`.",
    )
    compact_dir: Path | None = Field(
        None, description="Folder of a compact recogniser that you trained; None: the one that comes with DocFlow."
    )
    gpu: bool = Field(False, description="Whether `easyocr`, `compact` and `rapidocr` run on a GPU where there is one.")
    page_embedding: bool = Field(
        False,
        description="Keep what a network makes of how each first page looks (0.13 CPU-seconds), for `multimodal`.",
    )
    page_seconds: Seconds = Field(60.0, description="Longest time for one page, in seconds.")
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="Pages recognised at the same time."
    )
    isolation: bool = Field(
        True, description="Read documents in worker processes, so that a crash, a hang or a bomb costs one document."
    )
    worker_memory_mb: int = Field(2500, ge=128, description="Memory that one worker process may hold, in MB.")
    worker_pages: int = Field(200, ge=1, description="Pages after which a worker process is replaced by a new one.")
    grace_seconds: Seconds = Field(
        5.0,
        description="Seconds over intake.max_seconds or ocr.page_seconds after which a worker is killed.",
    )
    queue: int = Field(64, ge=0, description="Documents that may wait for a worker; one more is refused as busy.")

    @property
    def effective_easyocr_dir(self) -> Path:
        """The folder of EasyOCR's own weights; within `Settings`, it is in their var_dir where none is set."""
        return self.easyocr_dir or VAR_DIR / "easyocr"


class ClassifySettings(Section):
    """How documents are told apart."""

    model_name: str = Field("docflow", min_length=1, description="The model's name in the registry.")
    threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Confidence below which a prediction is `unknown`; None: the model's own.",
    )


class LabellingSettings(Section):
    """How documents that nobody labelled get labels from rules of thumb and the model."""

    rules: Path | None = Field(
        Path("labelling.toml"),
        description="TOML file of labelling rules, by its path from the folder of profiles; an empty file: senders and "
        "the model only.",
    )
    precision: float = Field(
        0.95, gt=0.5, lt=1, description="Share of automatic labels that are right at least, measured on people's."
    )
    model_confidence: float = Field(0.9, ge=0, le=1, description="Confidence from which on the model has a vote.")

    @property
    def effective_rules(self) -> Path | None:
        """The file of rules in use, wherever the command was called from."""
        return None if self.rules is None else config_dir() / self.rules


class TrainingSettings(Section):
    """How models are trained again by themselves, and when."""

    candidate: Literal["linear", "voting", "multimodal", "neural", "paperless", "best"] = Field(
        "linear", description="Which kind of model, or the best on labelled documents."
    )
    generated: int = Field(6000, ge=0, description="How many generated texts it learns from beside the labelled ones.")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="Seed of the generated texts and of the training.")
    tune: int = Field(0, ge=0, le=200, description="Settings of its knobs to try first.")
    auto_labels: bool = Field(False, description="Learn from automatic labels too; nothing is ever judged by them.")
    new_labels: int = Field(
        50, ge=1, description="Documents labelled since the newest version that are worth training for."
    )
    most_days: Days = Field(30.0, description="Days after which it is trained again with fewer new labels.")

    @model_validator(mode="after")
    def tunes_what_it_names(self) -> Self:
        """The section, where there is a candidate whose knobs can be tried."""
        if self.tune and self.candidate == "best":
            raise ValueError("`best` has no knobs of its own to tune: name one candidate, or set tune to 0")
        return self


class DriftSettings(Section):
    """When the documents are not what the newest model began with any more."""

    reference: int = Field(
        500, ge=100, le=5000, description="First documents since the newest version was registered, to compare with."
    )
    current: int = Field(200, ge=50, le=5000, description="Last documents that are compared with them.")
    psi: float = Field(
        0.1,
        gt=0,
        description="Population stability index from which on a column has drifted, unless chance explains it.",
    )
    share: float = Field(
        0.3,
        gt=0,
        le=1,
        description="Share of columns from which on the documents have drifted; drift of the labels, or of the share "
        "of `unknown`, is enough alone.",
    )


class PromotionSettings(Section):
    """When a challenger may take the champion's place, judged on labelled documents that neither was trained on."""

    least_documents: int = Field(
        50,
        ge=1,
        description="Documents with a named label, held out, under which nobody takes the champion's place.",
    )
    confidence: float = Field(
        0.95, gt=0.5, lt=1, description="Share of bootstrap resamples in which the challenger has to be better."
    )
    slice_tolerance: float = Field(
        0.05, ge=0, le=1, description="Most accuracy that may be lost on a label, a language, a source or a grade."
    )
    least_slice: int = Field(10, ge=1, description="Documents under which a slice is too small to speak.")
    max_milliseconds: float = Field(20.0, gt=0, description="Longest median time of one prediction, in milliseconds.")
    max_bytes: int = Field(100 * MEGABYTE, gt=0, description="Most bytes of a model's files.")


class RolloutSettings(Section):
    """How a challenger is tried on the traffic, and what decides about it."""

    share: float = Field(0.1, ge=0, le=1, description="Share of documents that the challenger answers.")
    fair_labels: bool = Field(False, description="Labels are a random sample of what came in, not mostly corrections.")
    keep_predecessor: bool = Field(
        True, description="Ask the champion's predecessor in the shadow, to bring it back if it does better."
    )
    refresh_seconds: Seconds = Field(5.0, description="How often a service looks for models in force.")
    effect: float = Field(
        0.7,
        gt=0.5,
        lt=1,
        description="Of documents that one model gets right and the other wrong, one a source, the share that a "
        "better one wins.",
    )
    alpha: float = Field(0.05, gt=0, lt=0.5, description="Most probability that an equal model is called better.")
    beta: float = Field(0.1, gt=0, lt=0.5, description="Most probability that such a better model is missed.")
    most_outcomes: int = Field(
        200,
        ge=1,
        description="Documents that one model alone got right, one a source, after which undecided means no better: "
        "enough for beta to hold from an effect of 0.65 on; 0.6 takes 500, and 0.55 takes 2000.",
    )
    max_failures: float = Field(0.01, ge=0, le=1, description="Most share of documents that it may fail to answer.")
    max_more_unknown: float = Field(
        0.1, ge=0, le=1, description="Most by which its share of `unknown` may exceed the champion's."
    )
    least_documents: int = Field(50, ge=1, description="Documents under which failures and `unknown` decide nothing.")


class S3Settings(Section):
    """How an `s3://` blobs_url is reached; what is None is left to the AWS environment."""

    endpoint_url: str | None = Field(
        None, pattern="^https?://.", description="Endpoint of an S3-compatible storage, http:// or https://; None: AWS."
    )
    access_key_id: SecretStr | None = Field(None, description="Access key.")
    secret_access_key: SecretStr | None = Field(None, description="Secret key.")
    connect_seconds: Seconds = Field(5.0, description="Longest time to connect, in seconds.")
    read_seconds: Seconds = Field(30.0, description="Longest time between two reads, in seconds.")


class MlflowSettings(Section):
    """Where runs and models are kept."""

    tracking_uri: SecretStr | None = Field(
        None, description="MLflow's tracking URI; None: SQLite in var_dir. May hold a password."
    )
    artifacts: str | None = Field(None, description="Where artefacts go; None: a folder in var_dir.")
    experiment: str = Field("docflow", min_length=1, description="Experiment under which runs are logged.")


class ServiceSettings(Section):
    """The HTTP service."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    max_concurrency: int = Field(64, ge=1, description="Requests in work at once; more are answered 429.")
    timeout_seconds: Seconds = Field(150.0, description="Longest time for one request, in seconds.")
    max_batch_size: int = Field(64, ge=1, description="Most texts that are classified as one batch.")
    text_max_chars: int = Field(1_000_000, ge=1, description="Longest text that /predict/text takes.")


class Settings(BaseSettings):
    """All settings. With none given: SQLite, a blob folder and MLflow under `./var`."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    var_dir: Path = Field(VAR_DIR, description="Folder of everything that DocFlow writes by default.")
    database_url: SecretStr | None = Field(
        None, description="SQLAlchemy URL of the database; None: SQLite in var_dir. May hold a password."
    )
    blobs_url: str | None = Field(
        None,
        description="Where document bytes go, a folder or s3://bucket/prefix; None: a folder in var_dir.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("WARNING", description="Least level logged.")
    intake: IntakeSettings = Field(default_factory=IntakeSettings, description="What may come in.")
    ocr: OcrSettings = Field(default_factory=OcrSettings, description="How pages are recognised.")
    classify: ClassifySettings = Field(default_factory=ClassifySettings, description="How kinds are told.")
    labelling: LabellingSettings = Field(
        default_factory=LabellingSettings, description="How documents get labels from rules and the model."
    )
    training: TrainingSettings = Field(
        default_factory=TrainingSettings, description="How models are trained again by themselves."
    )
    drift: DriftSettings = Field(default_factory=DriftSettings, description="When the documents have drifted.")
    promotion: PromotionSettings = Field(
        default_factory=PromotionSettings, description="When a new model is better than the one in force."
    )
    rollout: RolloutSettings = Field(
        default_factory=RolloutSettings, description="How a challenger is tried on the traffic."
    )
    s3: S3Settings = Field(default_factory=S3Settings, description="How s3:// is reached.")
    mlflow: MlflowSettings = Field(default_factory=MlflowSettings, description="Where models are kept.")
    service: ServiceSettings = Field(default_factory=ServiceSettings, description="The HTTP service.")

    @field_validator("ocr")
    @classmethod
    def weights_in_var_dir(cls, ocr: OcrSettings, info: ValidationInfo) -> OcrSettings:
        """The section with EasyOCR's folder in var_dir where none is set: engines are given this section alone."""
        if ocr.easyocr_dir is not None or "var_dir" not in info.data:
            return ocr
        return ocr.model_copy(update={"easyocr_dir": info.data["var_dir"].resolve() / "easyocr"})

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments over the environment over the profile's file."""
        profile = InitSettingsSource(settings_cls, init_kwargs=read_profile())
        return init_settings, env_settings, profile

    @property
    def effective_database_url(self) -> str:
        """The database URL in use, password included: for connecting, never for showing."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.var_dir.resolve() / 'docflow.db'}"

    @property
    def effective_blobs_url(self) -> str:
        """The blob storage in use."""
        return self.blobs_url or str(self.var_dir.resolve() / "blobs")

    @property
    def effective_tracking_uri(self) -> str:
        """MLflow's tracking URI in use, password included."""
        if self.mlflow.tracking_uri is not None:
            return self.mlflow.tracking_uri.get_secret_value()
        return f"sqlite:///{self.var_dir.resolve() / 'mlflow.db'}"

    @property
    def effective_artifacts(self) -> str:
        """Where MLflow's artefacts go."""
        return self.mlflow.artifacts or (self.var_dir.resolve() / "mlartifacts").as_uri()

    def digest(self, *keys: str) -> str:
        """A short digest of these settings (`section.key`): equal digests promise equal results."""
        values = {}
        for key in keys:
            section, _, name = key.partition(".")
            values[key] = getattr(self, section).model_dump(mode="json")[name]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def load_settings(**overrides: Any) -> Settings:
    """The effective settings; `SettingsError` names every key that is unknown or wrong."""
    refuse_unknown_variables(os.environ)
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise SettingsError("; ".join(problems), detail={"problems": problems}) from None
    refuse_sample_secrets(settings)
    return settings


def config_dir() -> Path:
    """The folder of profiles, and of what they name by a relative path."""
    return Path(os.environ.get("DOCFLOW_CONFIG_DIR", "config"))


def read_profile() -> dict[str, Any]:
    """The profile's file as a mapping; empty where the default profile has none."""
    name = os.environ.get("DOCFLOW_PROFILE", "local")
    path = config_dir() / f"{name}.toml"
    if not path.is_file():
        if "DOCFLOW_PROFILE" in os.environ:
            raise SettingsError(f"there is no profile '{name}': {path} is missing")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error


def refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    """Raise `SettingsError` for a DOCFLOW_ variable that names no setting, with the nearest that does."""
    known = {variable for variable, _ in variables()}
    for name in environment:
        if name.startswith(ENV_PREFIX) and name not in known | NOT_SETTINGS:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingsError(f"the environment variable {name} names no setting{hint}")


def refuse_sample_secrets(settings: Settings) -> None:
    """Raise `SettingsError` for a secret that was left at its sample value outside development."""
    if os.environ.get("DOCFLOW_PROFILE", "local") in DEVELOPMENT:
        return
    secrets = {
        "database_url": settings.database_url,
        "s3.access_key_id": settings.s3.access_key_id,
        "s3.secret_access_key": settings.s3.secret_access_key,
        "mlflow.tracking_uri": settings.mlflow.tracking_uri,
    }
    for key, secret in secrets.items():
        if secret is not None and SAMPLE_SECRET in secret.get_secret_value():
            raise SettingsError(
                f"{key} still has the sample secret of .env.example", next_step="Give it a secret of your own."
            )


def variables() -> Iterator[tuple[str, str]]:
    """Each setting's environment variable with its dotted key."""
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            for key in section.model_fields:
                yield f"{ENV_PREFIX}{name}__{key}".upper(), f"{name}.{key}"
        else:
            yield f"{ENV_PREFIX}{name}".upper(), name


def origins() -> dict[str, str]:
    """Where each setting's value comes from, by dotted key: a variable, the profile's file, or `default`."""
    profile = read_profile()
    name = os.environ.get("DOCFLOW_PROFILE", "local")
    found = {}
    for variable, key in variables():
        section, _, inner = key.partition(".")
        in_file = section in profile and (not inner or inner in profile[section])
        if variable in os.environ:
            found[key] = variable
        else:
            found[key] = f"{name}.toml" if in_file else "default"
    return found


def masked_url(url: str) -> str:
    """The URL with its passwords, if it has any, replaced by asterisks.

    Whatever a password is made of: drivers take signs in it that would end a URL's host elsewhere.
    """
    return SECRET_PARAMETER.sub(r"\1***", PASSWORD.sub(r"\1***@", url))
