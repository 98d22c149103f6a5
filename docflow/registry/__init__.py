"""Models in MLflow: logged with their figures, registered as versions, promoted by alias, fetched whole.

MLflow is imported by `Registry.open` and not before: a service that has its model never pays for it.
"""

from docflow.registry.figures import JudgedOn
from docflow.registry.provenance import code_version
from docflow.registry.registry import (
    CHALLENGER,
    CHAMPION,
    REPORT_FOLDER,
    SHADOW,
    ModelVersion,
    Registry,
    open_registry,
    replace_folder,
    version_number,
)
from docflow.registry.runs import TrackedRun

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "REPORT_FOLDER",
    "SHADOW",
    "JudgedOn",
    "ModelVersion",
    "Registry",
    "TrackedRun",
    "code_version",
    "open_registry",
    "replace_folder",
    "version_number",
]
