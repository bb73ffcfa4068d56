import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize(("module", "examples"), [("matching", 4), ("matching.text", 2), ("matching.evaluation", 2)])
def test_the_examples_hold(module, examples):
    assert doctest.testmod(import_module(module)) == (0, examples)
