"""Values by path: what is cut is what lies below, whatever was set and cut before."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest.capture.path_tree import PathTree
from ingest.disk.walk import is_below

PATHS = st.lists(st.sampled_from([b"a", b"b", b"ab"]), max_size=4).map(b"/".join)
STEPS = st.lists(st.tuples(st.booleans(), PATHS), max_size=30)


@given(STEPS)
def test_what_is_cut_is_a_path_and_all_below_it(steps: list[tuple[bool, bytes]]) -> None:
    tree, expected = PathTree[int](), dict[bytes, int]()
    for number, (is_cut, path) in enumerate(steps):
        if is_cut:
            tree.cut(path)
            expected = {known: value for known, value in expected.items() if not is_below(known, path)}
        else:
            tree[path] = expected[path] = number
        assert tree == expected


def test_a_cut_asks_for_nothing_beside_it_and_keeps_nothing_of_what_it_took() -> None:
    """Else to touch each of many folders would take the square of their number."""

    class Counted(PathTree[int]):
        asked = 0

        def pop(self, path: bytes, *default: Any) -> Any:
            self.asked += 1
            return super().pop(path, *default)

    tree = Counted()
    for number in range(100):
        tree[b"d%d/x" % number] = number
    for number in range(100):
        tree.cut(b"d%d" % number)
        assert len(tree) == 99 - number
    assert tree.asked == 200
    tree.cut(b"")
    assert tree._below == {}
