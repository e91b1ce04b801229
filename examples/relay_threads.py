"""Where mail is rewritten: on the event loop, or beside it if that takes longer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

_BIG = 1 << 18  # octets
_AT_A_TIME = 2  # of big messages: each may take a hundred times its text in memory
AnswerT = TypeVar("AnswerT")


class Threads:
    """Asks for what becomes of messages; big ones wait for each other."""

    def __init__(self) -> None:
        self._big = asyncio.Semaphore(_AT_A_TIME)

    async def ask(
        self, size: int, waits: bool, call: Callable[..., AnswerT], *given: Any
    ) -> AnswerT:
        """Return the answer of ``call`` about a message of so many octets.

        ``waits``: it waits for others, as for the DNS, and gets a thread whatever the size.
        """
        if size >= _BIG:
            async with self._big:
                return await asyncio.to_thread(call, *given)
        if waits:
            return await asyncio.to_thread(call, *given)
        return call(*given)
