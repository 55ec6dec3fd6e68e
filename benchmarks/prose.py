"""One document: a header with a date, then paragraphs of sentences. Pure: a seed and a number give a text."""

from __future__ import annotations

import math
import random

from benchmarks.words import Language, language

# Log-normal: 251 MiB in 100,000 documents, half of them below 2.2 KB, one in a hundred above 9 KB.
MEAN_BYTES = 2632
SPREAD = 0.6
SMALLEST, LARGEST = 200, 60_000
# A document ends with the sentence that reaches its size: most of one too long, if it were not taken off.
OVERSHOOT = 115

_SAYS = {
    "nl": ("zegt", "zei", "aldus", "schrijft", "benadrukt"),
    "en": ("says", "said", "writes", "according to", "adds"),
}
_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def document(seed: int, number: int) -> str:
    """The text of a document, without a newline at its end."""
    draw = random.Random(f"{seed} document {number}")
    tongue = language(draw.choice(("nl", "en")), seed)
    wanted = size(draw)
    speaker = Speaker(draw, tongue)
    day = f"{draw.randint(2015, 2024)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
    text = f" date {day if draw.random() < 0.7 else day[:7]} "
    paragraphs: list[str] = []
    written = len(text)
    while written < wanted - OVERSHOOT:
        sentences: list[str] = []
        for _ in range(draw.randint(1, 4)):
            sentences.append(speaker.sentence())
            written += len(sentences[-1]) + 1
            if written >= wanted - OVERSHOOT:
                break
        paragraphs.append(" ".join(sentences))
        written += 1
    return text + "\n\n".join(paragraphs)


def size(draw: random.Random) -> int:
    """The bytes that a document is meant to have."""
    drawn = draw.lognormvariate(math.log(MEAN_BYTES) - SPREAD**2 / 2, SPREAD)
    return round(min(LARGEST, max(SMALLEST, drawn)))


class Speaker:
    """Makes the sentences of one document: its subjects, its names, its numbers come again and again."""

    def __init__(self, draw: random.Random, tongue: Language) -> None:
        self._draw = draw
        self._tongue = tongue
        first, second = draw.sample(tongue.subjects, 2)
        self._subject = (*draw.sample(first, 24), *draw.sample(second, 8))
        people = draw.choices(tongue.names, k=draw.randint(2, 4))
        # Somebody who was introduced is called by the last name.
        self._people = [name for whole in people for name in (whole, whole.rpartition(" ")[2])]
        self._said: list[str] = []

    def sentence(self) -> str:
        """The next sentence, with its full stop."""
        draw = self._draw
        count = max(3, round(draw.gauss(13, 5)))
        units = draw.choices(self._tongue.units, cum_weights=self._tongue.weights, k=count)
        for at in range(draw.randrange(2, 5), count, 4 if draw.random() < 0.5 else 5):
            units[at] = draw.choice(self._subject)
        if draw.random() < 0.42:
            units[draw.randrange(count)] = draw.choice(self._people)
        if draw.random() < 0.22:
            units[draw.randrange(count)] = self._number()
        if self._said and draw.random() < 0.3:
            units[draw.randrange(count)] = draw.choice(self._said)
        start = draw.randrange(count)
        self._said.append(" ".join(units[start : start + draw.randint(2, 4)]))
        if count > 8 and draw.random() < 0.55:
            units[draw.randrange(2, count - 2)] += ","
        body = " ".join(units)
        body = body[0].upper() + body[1:]
        if draw.random() < 0.12:
            return f'"{body}", {draw.choice(_SAYS[self._tongue.code])} {draw.choice(self._people)}.'
        return body + ("?" if draw.random() < 0.03 else ".")

    def _number(self) -> str:
        draw = self._draw
        kind = draw.random()
        if kind < 0.4:
            return str(draw.randint(2, 99))
        if kind < 0.55:
            return f"{draw.randint(1, 28)} {draw.choice(_MONTHS[self._tongue.code])}"
        if kind < 0.7:
            return (
                f"{draw.randint(1, 99)} procent" if self._tongue.code == "nl" else f"{draw.randint(1, 99)}%"
            )
        if kind < 0.85:
            return str(draw.randint(1990, 2024))
        return f"{draw.randint(1, 999)}.{draw.randint(100, 999)}"
