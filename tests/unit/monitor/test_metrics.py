from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from docflow.monitor import PREDICTIONS, exposition

COUNT_ONE = "from docflow.monitor import PREDICTIONS; PREDICTIONS.labels(label='invoice').inc()"
REFUSE = (
    "from docflow.monitor import MODEL_REFUSED, PREDICTIONS; MODEL_REFUSED.set(1); PREDICTIONS.labels('memo').inc()"
)
SHOW = "import sys; from docflow.monitor import exposition; sys.stdout.write(exposition().decode())"


def test_the_exposition_is_what_prometheus_parses() -> None:
    PREDICTIONS.labels(label="invoice").inc()
    names = {family.name for family in text_string_to_metric_families(exposition().decode())}
    assert {"docflow_predictions", "docflow_http_request_seconds", "docflow_ocr_seconds"} <= names


def test_the_counts_of_all_processes_are_summed(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT_ONE], env=environment, check=True, timeout=60)
    shown = subprocess.run(
        [sys.executable, "-c", SHOW], env=environment, check=True, timeout=60, capture_output=True, text=True
    )
    assert 'docflow_predictions_total{label="invoice"} 2.0' in shown.stdout


def test_what_a_process_that_is_gone_said_of_now_is_forgotten_and_what_it_counted_is_not(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", REFUSE + "; import os; os.kill(os.getpid(), 9)"], env=environment, timeout=60)
    living = f"{REFUSE}; {SHOW}"
    for code, refused in ((SHOW, 0), (living, 1)):
        shown = subprocess.run(
            [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
        )
        values = dict(line.rsplit(" ", 1) for line in shown.stdout.splitlines() if not line.startswith("#"))
        assert float(values.get("docflow_model_refused", 0)) == refused
        assert float(values['docflow_predictions_total{label="memo"}']) == 1 + refused
