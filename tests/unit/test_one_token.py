"""What one token can do: each pair was labelled by reading it, before the rules were run.

`same` says the same; `other` may say something else, so that nobody has proved that it does not.
"""

from __future__ import annotations

import pytest

from ingest.edits.classify import classify
from ingest.edits.edit import Text
from tests.edits.cases import rows

AROUND = {
    "en": ("The council met on Tuesday. Residents asked about the road works.", "It ended late on Friday."),
    "nl": ("De raad kwam dinsdag bijeen. Bewoners vroegen naar het werk.", "Het werd vrijdag laat."),
    "de": ("Der Rat kam am Dienstag zusammen. Die Anwohner fragten danach.", "Es wurde spät."),
}


@pytest.mark.parametrize(("language", "kind", "said", "before", "after"), rows("one_token"))
def test_an_edit_of_one_token(language: str, kind: str, said: str, before: str, after: str) -> None:
    first, last = AROUND[language]
    old, new = (
        Text(text=f"{first}\n\n{each}\n\n{last}\n", sha256=each.encode(), language=language)
        for each in (before, after)
    )

    for edit in (classify(old, new), classify(new, old)):
        assert (edit.significance in ("none", "cosmetic")) == (said == "same"), (kind, edit.rule, edit.reason)
