"""What all tests of a module share: a bench, or a store with a little history."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.bench import Bench, bench
from tests.acceptance.past import Past
from tests.site import new_folder, new_site


@pytest.fixture(scope="module")
def watched() -> Iterator[Bench]:
    """A bench for all cases of a module, with a daemon."""
    with new_folder() as folder:
        yield from bench(new_site(folder), "watched")


@pytest.fixture(scope="module")
def scanned() -> Iterator[Bench]:
    """A bench for all cases of a module, without a daemon."""
    with new_folder() as folder:
        yield from bench(new_site(folder), "scanned")


@pytest.fixture(scope="module")
def past() -> Iterator[Past]:
    """A store with a little history, for all tests of a module; they leave it as it is."""
    with new_folder() as folder:
        site = Past(folder, new_site(folder).command)
        site.make()
        yield site
