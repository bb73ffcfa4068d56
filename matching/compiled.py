"""The compiled kernels, where numba is installed; without it the same results come from numpy and scipy, slower.

Importing numba takes seconds, so nothing here is imported before there is work for which that pays. Processes that
must start fast and answer single queries (web) never get there.
"""

import atexit
import os
import shutil
import tempfile
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

CACHE = "NUMBA_CACHE_DIR"
"""Environment variable of numba: where compiled kernels are kept between processes; by default beside their source."""

SWITCH = "MATCHING_COMPILED"
"""Environment variable: 0 keeps the kernels off."""


def available() -> bool:
    """Whether the kernels can be used here."""
    return os.environ.get(SWITCH, "1") != "0" and find_spec("numba") is not None


@cache
def _module(name: str) -> ModuleType:
    if not os.environ.get(CACHE) and not os.access(Path(__file__).parent, os.W_OK):
        # numba refuses to load where it can keep nothing. A folder of this process alone: what is kept there is code.
        os.environ[CACHE] = tempfile.mkdtemp(prefix="matching-kernels-")
        atexit.register(shutil.rmtree, os.environ[CACHE], ignore_errors=True)
    return import_module(f"matching.{name}")


def kernels(name: str, *, work: int, pays_from: int) -> ModuleType | None:
    """Return the module of kernels where they are available and the work is large enough to wait for them."""
    return _module(name) if work >= pays_from and available() else None
