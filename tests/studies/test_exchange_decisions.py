"""The study of exchange on decided issues: the figures of its page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


@pytest.mark.parametrize(
    ("equal", "mean", "first", "third"), [(False, 23.2, 25.1, 24.8), (True, 23.7, 25.4, 24.8)]
)
def test_the_figures_of_the_page(
    study: Callable[[str], ModuleType],
    shared: Path,
    equal: bool,
    mean: float,
    first: float,
    third: float,
) -> None:
    # The weighted means are those that the data's own description states for 353 issues: 23.2 and 23.7.
    module = study("exchange_decisions")
    proposals = module.read(shared / "data" / "bargaining" / "deu3_blksv.csv", equal=equal)
    found = module.errors(proposals, orders=0)
    assert len(found.mean) == 353
    assert found.several.sum() == 324
    assert found.mean.mean() == pytest.approx(mean, abs=0.05)
    assert found.first.mean() == pytest.approx(first, abs=0.05)
    assert found.third.mean() == pytest.approx(third, abs=0.05)
    assert np.array_equal(found.mean[~found.several], found.first[~found.several])
