"""`python -m benchmarks.service`: latency of POST /predict/text at 1 and at 32 clients, over HTTP.

Starts the service as `docflow serve` does, with the champion of var_dir.
"""

from __future__ import annotations

import asyncio
import statistics
import time

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe
from docflow.settings import load_settings
from docflow.synth import training_texts
from examples.demo import free_port, has_champion, run, service

REQUESTS = {1: 400, 32: 3200}
"""Requests by the number of clients that send them."""


def main() -> None:
    """Print a line for each number of clients."""
    console = Console(width=130)
    console.print(describe())
    settings = load_settings()
    (settings.var_dir / "demo").mkdir(parents=True, exist_ok=True)
    if not has_champion(settings):
        run("Training the first classifier", "docflow", "train", "--promote")
    texts = [sample.text for sample in training_texts(64, seed=99)]
    table = Table("clients", "requests", "failed", "requests/s", "p50 ms", "p95 ms", "p99 ms", box=None)
    with service(settings, port=free_port(settings.service.port)) as address:
        asyncio.run(load(address, texts, clients=8, requests=400))
        for clients, requests in REQUESTS.items():
            started = time.perf_counter()
            took, failed = asyncio.run(load(address, texts, clients=clients, requests=requests))
            wall = time.perf_counter() - started
            cuts = statistics.quantiles(took, n=100)
            table.add_row(
                str(clients), str(requests), str(failed), f"{requests / wall:.0f}",
                *(f"{1000 * cuts[p - 1]:.1f}" for p in (50, 95, 99)),
            )  # fmt: skip
    console.print(table)


async def load(address: str, texts: list[str], *, clients: int, requests: int) -> tuple[list[float], int]:
    """The seconds that each request took, and how many were not answered with 200."""
    took: list[float] = []
    failed = 0
    left = iter(range(requests))

    async def one_client(client: httpx.AsyncClient) -> None:
        nonlocal failed
        for number in left:
            started = time.perf_counter()
            answer = await client.post("/predict/text", json={"text": texts[number % len(texts)]})
            took.append(time.perf_counter() - started)
            failed += answer.status_code != httpx.codes.OK

    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        await asyncio.gather(*(one_client(client) for _ in range(clients)))
    return took, failed


if __name__ == "__main__":
    main()
