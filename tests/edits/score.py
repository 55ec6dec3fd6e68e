"""Precision and recall on the edits of `inject`: `python -m tests.edits.score [--seed N] [--wrong]`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable

import msgspec

from ingest.diff.sentences import compare
from ingest.edits.classify import classify
from tests.edits.inject import Case, cases


class Score(msgspec.Struct):
    """How often a label was right, given wrongly, and missed."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Of those given, how many were right."""
        return self.right / max(1, self.right + self.extra)

    @property
    def recall(self) -> float:
        """Of those that should be given, how many were."""
        return self.right / max(1, self.right + self.missed)


# What became of sentences, where an edit did one thing to them.
_SENTENCES = {
    "inserted": "added",
    "removed": "removed",
    "moved": "moved",
    "split": "split",
    "merged": "merged",
    "number": "edited",
    "typo": "edited",
    "rephrased": "edited",
}

Scores = dict[tuple[str, str], Score]


def score(tried: Iterable[Case]) -> tuple[Scores, list[tuple[Case, str]]]:
    """The scores by (sort of label, label), and the cases that went wrong with what was said."""
    scores: Scores = {}
    wrong: list[tuple[Case, str]] = []
    for case in tried:
        edit = classify(case.before, case.after, earlier=case.earlier)
        if case.made in _SENTENCES:
            pieces = compare(case.before.text, case.after.text, language=case.language).pieces
            became = {piece.kind for piece in pieces if piece.kind != "kept"}
            _count(scores, "sentence", {_SENTENCES[case.made]}, set(became))
        _count(scores, "class", {case.kind}, {edit.kind})
        flags = {flag.name for flag in edit.flags}
        _count(scores, "flag", set(case.flags), set(flags))
        kinds = {fact.kind for fact in edit.facts}
        if case.facts or case.kind != "factual":
            _count(scores, "fact", set(case.facts), set(kinds))
        if edit.kind != case.kind or flags != case.flags or (case.facts and kinds != case.facts):
            wrong.append((case, f"{edit.kind} {sorted(kinds)} {sorted(flags)}: {edit.reason}"))
    return scores, wrong


def _count(scores: Scores, sort: str, expected: set[str], said: set[str]) -> None:
    for label in expected | said:
        each = scores.setdefault((sort, label), Score())
        each.right += label in expected and label in said
        each.extra += label not in expected
        each.missed += label not in said


def main(arguments: list[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--wrong", action="store_true", help="show what went wrong")
    options = parser.parse_args(arguments)
    tried = list(cases(options.seed, rounds=options.rounds))
    scores, wrong = score(tried)
    lines = [f"{len(tried)} edits, seed {options.seed}", "", "| what | label | edits | precision | recall |"]
    lines.append("|---|---|---|---|---|")
    for (sort, label), each in sorted(scores.items()):
        number = each.right + each.missed
        lines.append(f"| {sort} | {label} | {number} | {each.precision:.3f} | {each.recall:.3f} |")
    if options.wrong:
        made = Counter(case.made for case, _ in wrong)
        lines += ["", ", ".join(f"{name} {number}" for name, number in made.most_common())]
        lines += [f"{case.language} {case.made}: {said}" for case, said in wrong]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
