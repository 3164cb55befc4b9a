"""Coroutines in tests that may run after Playwright, which leaves a loop running in its thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def finish(coroutine):
    """What a coroutine comes to, run in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
