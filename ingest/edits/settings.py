"""What the settings add to the rules by which edits are told, as one value that is handed down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

Phrases = Mapping[str, Sequence[str]]  # with which a publisher's own articles say it, by language
NO_PHRASES: Phrases = MappingProxyType({})


class RootRules(msgspec.Struct, frozen=True):
    """Those of one root: the phrases that make a notice, and the patterns of its boilerplate."""

    phrases: Phrases = NO_PHRASES
    boilerplate: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True):
    """Those of all roots: the phrases that make a notice, and the boilerplate by the name of its root."""

    phrases: Phrases = NO_PHRASES
    boilerplate: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def of(self, root: str) -> RootRules:
        """Return those of the root with this name."""
        return RootRules(self.phrases, self.boilerplate.get(root, ()))


NONE = Rules()
NONE_OF_ROOT = RootRules()
