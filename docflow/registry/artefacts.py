"""Files that MLflow keeps beside its runs: those that are gone are told from those that cannot be reached."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from docflow.errors import ModelNotFound

GONE = "Restore it where MLflow keeps its artefacts, or train another version with `docflow train`."


def fetch(uri: str, *, into: Path, tracking_uri: str, what: str) -> Path:
    """The file or folder at `uri`, downloaded into the folder `into`.

    Raises `ModelNotFound`, which says `what` is gone, and what MLflow raises where its storage does not answer. A
    failed download does not say which of the two it was: a folder's is called missing, S3's and a server's an internal
    error. A listing does: it is without the name where that is gone, and fails where the storage does.
    """
    from mlflow.artifacts import download_artifacts, list_artifacts

    around, _, name = uri.rstrip("/").rpartition("/")
    listed = list_artifacts(artifact_uri=around, tracking_uri=tracking_uri)
    if name not in {PurePosixPath(one.path).name for one in listed}:
        raise ModelNotFound(f"{what} is gone from the registry", next_step=GONE)
    return Path(download_artifacts(artifact_uri=uri, dst_path=str(into), tracking_uri=tracking_uri))
