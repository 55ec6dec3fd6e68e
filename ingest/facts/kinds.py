"""The kinds of facts, by the names that the records have."""

from __future__ import annotations

from typing import Literal

Kind = Literal["number", "amount", "percentage", "date", "quotation", "name", "negation"]
NUMERIC = frozenset({"number", "amount", "percentage"})
