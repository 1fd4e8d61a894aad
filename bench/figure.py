"""A figure, the limit that it is held against, and the share of it that is promised."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure. `met` compares it with what is promised."""

    name: str
    measured: float
    unit: str
    promised: str
    met: bool
    limit: float | None = None
    limit_of: str = ""

    def row(self) -> dict[str, Any]:
        """For JSON: with the ratio to the limit."""
        row = asdict(self)
        if self.limit:
            row["ratio"] = round(self.measured / self.limit, 3)
        row["measured"] = round(self.measured, 3)
        return row


def rate(call: Callable[[], int], seconds: float = 2.0) -> float:
    """How many a second: `call` does a batch and says how many it did."""
    done, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds:
        done += call()
    return done / passed


def best_ms(call: Callable[[], object], times: int = 7) -> float:
    """The median of several runs, in milliseconds."""
    return statistics.median(timed_ms(call) for _ in range(times))


def timed_ms(call: Callable[[], object]) -> float:
    """One run, in milliseconds."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000
