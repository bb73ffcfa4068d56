"""Every plain value within a JSON value."""

from collections.abc import Iterator
from typing import Any


def leaves_in(value: Any) -> Iterator[Any]:
    """Yield every string, number, boolean and null of a JSON value, and the keys of its objects."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
        else:
            yield one
