# `make demo` runs the main job, `make test` tests it; both set up what they need first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-torch test-image check mlflow prefect bench bench-ocr bench-classify examples requirements clean

PYTHON := .venv/bin/python
TORCH_TESTS := tests/unit/classify/test_candidates.py tests/unit/classify/test_choosing.py tests/unit/classify/neural \
	tests/unit/ocr/test_easyocr.py tests/unit/ocr/test_engines.py tests/unit/ocr/recogniser \
	tests/integration/flows/test_train_recognizer.py
# Two test processes on two cores: threads of their own would only wait for each other, and those that training must
# have, to come out the same, are not to burn a core while they wait.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE
PATH := $(CURDIR)/.venv/bin:$(PATH)
export PATH

help: ## Show these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## Install what is missing: system packages, uv, the locked environment
	@scripts/setup.sh

demo: setup ## Generate, train, promote, serve, and send the service the documents in examples/
	@$(PYTHON) -m examples.demo

test: ## Check style, types and layers, and run all tests
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory check
	@$(ONE_THREAD) $(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-torch: ## Run the tests that need torch and EasyOCR, in an environment of their own (7 GB)
	@scripts/setup.sh torch
	@$(ONE_THREAD) .venv-torch/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TORCH_TESTS)

test-image: ## Build the image without Docker, run it, and send it documents (installs buildah and podman)
	@scripts/setup.sh test
	@scripts/image_tools.sh
	@$(PYTHON) -m pytest -q tests/e2e/test_image.py

check: ## Check style, types and layers
	@ruff check .
	@ruff format --check .
	@mypy
	@lint-imports --no-logo

mlflow: setup ## Open MLflow's page on http://127.0.0.1:5000
	@mkdir -p var
	@MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false mlflow server --backend-store-uri "sqlite:///$(CURDIR)/var/mlflow.db" --workers 1 --port 5000

prefect: setup ## Open Prefect's page on http://127.0.0.1:4200, and offer the flows as deployments
	@scripts/prefect.sh

bench: setup ## Print the figures of docs/benchmarks.md
	@$(PYTHON) -m benchmarks.pipeline
	@$(PYTHON) -m benchmarks.classification
	@$(PYTHON) -m benchmarks.pdf_rendering
	@$(PYTHON) -m benchmarks.isolation
	@$(PYTHON) -m benchmarks.orchestration
	@$(PYTHON) -m benchmarks.service

bench-ocr: ## Compare OCR engines on document sets, and draw accuracy against CPU-seconds
	@scripts/setup.sh bench
	@$(PYTHON) -m benchmarks.ocr --plot docs/benchmarks/ocr.png
	@$(PYTHON) -m benchmarks.direction
	@$(PYTHON) -m benchmarks.faint_and_small

bench-classify: setup ## Compare the classifiers' candidates on real documents
	@$(PYTHON) -m benchmarks.classify

examples: setup ## Make the documents in examples/ again
	@$(PYTHON) -m examples.make_documents

requirements: ## Write the serving bundle's requirements from the lock file
	@uv export --quiet --locked --only-group serve --no-hashes --no-annotate --no-header -o requirements-bento.txt

clean: ## Remove everything that DocFlow wrote here
	@rm -rf var
