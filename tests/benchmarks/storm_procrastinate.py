"""The storm on procrastinate: PostgreSQL, async tasks with aiohttp, a worker that looks for work ten times a second.
Runs in procrastinate's own environment."""

from __future__ import annotations

import asyncio
import logging
import sys

import aiohttp
from procrastinate import App, PsycopgConnector

from tests.benchmarks import cue
from tests.benchmarks.cue import text


async def main(url: str, posts: int, at_once: int, store: str) -> None:
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    app = App(connector=PsycopgConnector(conninfo=store, min_size=4, max_size=20))
    sent = 0
    over = asyncio.Event()

    @app.task(name="publish")
    async def publish(key: str, text: str) -> None:
        nonlocal sent
        async with session.post(url, json={"key": key, "text": text}) as answer:
            answer.raise_for_status()
        sent += 1
        if sent == posts:
            over.set()

    connector = aiohttp.TCPConnector(limit=at_once)
    async with app.open_async(), aiohttp.ClientSession(connector=connector) as session:
        await app.schema_manager.apply_schema_async()
        due = cue.due(1.5 + posts / 1000)
        texts = ({"key": str(number), "text": text(number)} for number in range(posts))
        await publish.configure(schedule_at=due).batch_defer_async(*texts)
        work = app.run_worker_async(
            concurrency=at_once, fetch_job_polling_interval=0.1, install_signal_handlers=False
        )
        worker = asyncio.create_task(work)
        cue.ready(due)
        await over.wait()
        await asyncio.sleep(0.2)  # the rows of the last ones are written
        await asyncio.to_thread(cue.over)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
