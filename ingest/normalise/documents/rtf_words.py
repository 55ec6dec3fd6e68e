"""The control words of RTF that need no state: signs, groups that hold text, groups that hold none."""

from __future__ import annotations

SIGNS = {
    "tab": "\t",
    "line": "\n",
    "emdash": "\u2014",
    "endash": "\u2013",
    "bullet": "\u2022",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "zwj": "\u200d",
    "zwnj": "\u200c",
    "softline": "\n",
    "lbr": "\n",
}
SYMBOLS = {b"~": "\u00a0", b"_": "\u2011", b"\t": "\t", b"{": "{", b"}": "}", b"\\": "\\"}
CLAIMS = frozenset(
    ("title", "subject", "author", "manager", "company", "operator", "category", "keywords", "doccomm")
)
TIMES = {"creatim": "created", "revtim": "modified"}
PARTS = {"yr": 0, "mo": 1, "dy": 2, "hr": 3, "min": 4}
# Groups that begin so hold no text of the document.
_SILENT_LIST = """
    colortbl pict nonshppict objdata objclass objname listtable listoverridetable listtext pntext shprslt
    filetbl rsidtbl generator themedata datastore xmlnstbl bkmkstart bkmkend ftnsep ftnsepc ftncn aftnsep
    aftnsepc aftncn nonesttables tc xe rxe txe do sn sp sv private template atnid atnref atnicn atrfstart
    atrfend atntime formfield datafield latentstyles pgdsctbl mmath
"""
SILENT = frozenset(_SILENT_LIST.split())
# Groups that begin with \* and hold text, or what is asked of them.
_KNOWN_LIST = """
    fldinst annotation atnauthor atndate revtbl shpinst shptxt ud nesttableprops pgp company doccomm cs ts
    footnote objattph
"""
KNOWN = frozenset(_KNOWN_LIST.split())
HEADS = {
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "head"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "foot"),
}
