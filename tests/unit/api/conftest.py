"""A real server on a free port, with a small real classifier behind it."""

from __future__ import annotations

import io
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from PIL import Image, ImageDraw, ImageFont

from docflow.api import Ask, create_app, in_process
from docflow.classify import load, save, train
from docflow.rollout import Lineup
from docflow.settings import Settings
from docflow.types import Classifier, LabelledText, ModelRef

WORDS = {
    "invoice": "invoice number {n} bill to payment due subtotal vat total amount due",
    "receipt": "receipt {n} cash change cashier thank you card till items",
}

NUMBERS = itertools.count(1000)


def page(*lines: str) -> bytes:
    """A PNG of a page with these lines, large and clean."""
    image = Image.new("L", (1000, 120 + 70 * len(lines)), 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((60, 60 + 70 * row), line, font=ImageFont.load_default(size=40), fill=0)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    samples = [
        LabelledText(text.format(n=n), label, "eng", group=f"{label}{n % 5}")
        for label, text in WORDS.items()
        for n in range(40)
    ]
    folder = tmp_path_factory.mktemp("model")
    digest = save(train(samples), folder)
    return load(folder, name="docflow", version="7", digest=digest, threshold=0.0)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        var_dir=tmp_path_factory.mktemp("var"),
        intake={"max_bytes": 200_000},
        ocr={"languages": "eng", "workers": 2},
        service={"text_max_chars": 1000, "timeout_seconds": 20},
    )


@contextmanager
def listening(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of the app, which runs in a server of its own thread."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with httpx.Client(base_url=address, timeout=60) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(30)


@pytest.fixture(scope="module")
def serve(classifier: Classifier) -> Iterator[Callable[..., httpx.Client]]:
    """Starts an app over the given settings, and by default over the trained classifier."""
    with ExitStack() as stack:

        def start(settings: Settings, ask: Ask | None = None) -> httpx.Client:
            def model() -> ModelRef:
                return classifier.model

            app = create_app(settings, ask=ask or in_process(Lineup(classifier)), model=model)
            return stack.enter_context(listening(app))

        yield start


@pytest.fixture(scope="module")
def client(settings: Settings, serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(settings)


def new_invoice() -> bytes:
    return page(f"INVOICE number {next(NUMBERS)}", "bill to ACME", "subtotal vat total", "amount due payment due")


@pytest.fixture
def invoice() -> bytes:
    """An invoice's picture that no test before has sent."""
    return new_invoice()


@pytest.fixture
def invoices() -> list[bytes]:
    """Five such pictures."""
    return [new_invoice() for _ in range(5)]
