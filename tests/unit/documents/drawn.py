"""PDF that the tests draw line by line: the same bytes everywhere, without a program that makes them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

_PAGE = "/MediaBox [0 0 420 595] /Resources << /Font << /F 3 0 R >> >>"


class At(msgspec.Struct, frozen=True):
    """A line of Helvetica whose baseline begins at a place.

    `tag` is the kind of element that holds it, with what tells it from others: `P`, `P 2`; `Artifact` says
    that it is no content, None nothing.
    """

    x: float
    y: float
    text: str
    tag: str | None = None
    size: float = 10


def drawn(pages: Sequence[Sequence[At]]) -> bytes:
    """Return a PDF of these lines, with a tree of tags where a line has one; elements stand as they begin."""
    first = 6
    elements: dict[str, list[tuple[int, int]]] = {}
    contents: list[bytes] = []
    for number, page in enumerate(pages):
        marks = 0
        drawing: list[str] = []
        for line in page:
            shown = line.text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
            here = f"BT /F {line.size} Tf {line.x} {line.y} Td ({shown}) Tj ET"
            if line.tag is not None and line.tag.startswith("Artifact"):
                here = f"/Artifact BMC {here} EMC"
            elif line.tag is not None:
                elements.setdefault(line.tag, []).append((number, marks))
                here = f"/{line.tag.split()[0]} << /MCID {marks} >> BDC {here} EMC"
                marks += 1
            drawing.append(here)
        contents.append("\n".join(drawing).encode("cp1252"))
    kids = [first + 2 * number for number in range(len(pages))]
    of_elements = first + 2 * len(pages)
    owners: dict[tuple[int, int], int] = {}
    for index, places in enumerate(elements.values()):
        owners.update(dict.fromkeys(places, of_elements + index))
    tree = " ".join(
        f"{number} [{' '.join(f'{owner} 0 R' for place, owner in sorted(owners.items()) if place[0] == number)}]"
        for number in range(len(pages))
    )
    tagged = "/MarkInfo << /Marked true >> /StructTreeRoot 4 0 R" if elements else ""
    inner = range(of_elements, of_elements + len(elements))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {tagged} >>",
        f"<< /Type /Pages /Kids [{_references(kids)}] /Count {len(kids)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Type /StructTreeRoot /K 5 0 R /ParentTree << /Nums [{tree}] >> >>",
        f"<< /Type /StructElem /S /Document /P 4 0 R /K [{_references(inner)}] >>",
    ]
    for number, content in enumerate(contents):
        objects += [
            f"<< /Type /Page /Parent 2 0 R {_PAGE} /StructParents {number} /Contents {kids[number] + 1} 0 R >>",
            f"<< /Length {len(content)} >> stream\n{content.decode('cp1252')}\nendstream",
        ]
    for tag, places in elements.items():
        held = " ".join(f"<< /Type /MCR /Pg {kids[page]} 0 R /MCID {mark} >>" for page, mark in places)
        objects.append(f"<< /Type /StructElem /S /{tag.split()[0]} /P 5 0 R /K [{held}] >>")
    return whole(*[each.encode("cp1252") for each in objects])


def whole(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, numbered from 1, with a table of where they are."""
    parts = [b"%PDF-1.7\n"]
    at, places = len(parts[0]), []
    for number, one in enumerate(objects, 1):
        places.append(at)
        parts.append(b"%d 0 obj %s endobj\n" % (number, one))
        at += len(parts[-1])
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    parts += [b"%010d 00000 n \n" % place for place in places]
    size = len(objects) + 1
    parts.append(b"trailer << /Root 1 0 R /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, at))
    return b"".join(parts)


def _references(numbers: Sequence[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)
