"""How much memory the messages in work may need: each takes its share, or has to wait."""

from __future__ import annotations

from relay_values import Reply

NO_MEMORY = Reply(452, "4.3.1 out of memory, try later")


def check(memory: int, size: int) -> None:
    """Check that a message of this size has room: else it would be told 452 for ever.

    Raises:
        ValueError: It has none.
    """
    least = size * Memory.FACTOR
    if memory < least:
        raise ValueError(
            f"memory must be at least {least} for a message of {size} octets, got {memory}"
        )


class Memory:
    """What all messages in work may need together.

    A message needs several times its size: as received, unstuffed, signed, stuffed again,
    and in the connection's buffer.
    """

    FACTOR = 5

    def __init__(self, octets: int) -> None:
        self.free = octets

    def loan(self) -> Loan:
        """Return an empty loan."""
        return Loan(self)


class Loan:
    """One message's share of the memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._taken = 0

    def cover(self, size: int) -> bool:
        """Take what a message of ``size`` octets needs; False if there is not enough."""
        missing = size * Memory.FACTOR - self._taken
        if missing <= 0:
            return True
        if missing > self._memory.free:
            return False
        self._memory.free -= missing
        self._taken += missing
        return True

    def give_back(self) -> None:
        """Give all back."""
        self._memory.free += self._taken
        self._taken = 0
