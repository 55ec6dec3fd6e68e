"""How the page looks: in light and dark, on a screen and on paper."""

from __future__ import annotations

_CATEGORIES = {
    # name: colour in the light, colour in the dark; white or black letters stand on it
    "silent": ("#b3261e", "#ff8a80"),
    "open": ("#1b5e9e", "#82b8f2"),
    "reworded": ("#00695c", "#6fc7ba"),
    "cosmetic": ("#5f6b66", "#9fb0a8"),
    "unread": ("#6a4a86", "#c5a3e6"),
    "none": ("#75653a", "#cfc08a"),
    "other": ("#4a4f57", "#b4bac4"),
    "scanned": ("#8a5300", "#f0b35a"),
}


def _colours(which: int) -> str:
    return "".join(f"--{name}:{pair[which]};" for name, pair in _CATEGORIES.items())


STYLE = (
    "\n:root{color-scheme:light dark;--ground:#fff;--ink:#1c1e21;--soft:#565c64;--line:#d5d9de;"
    f"--panel:#f6f7f8;--on:#fff;--del:#fde0dd;--ins:#d8f0dc;--link:#1b5e9e;{_colours(0)}}}"
    "\n@media (prefers-color-scheme:dark){:root{--ground:#16181b;--ink:#e6e8eb;--soft:#a9b0b9;--line:#3a3f46;"
    f"--panel:#1f2226;--on:#16181b;--del:#5a2320;--ins:#1d4a29;--link:#82b8f2;{_colours(1)}}}}}"
    + "".join(f"\n.{name}{{fill:var(--{name})}}.b-{name}{{background:var(--{name})}}" for name in _CATEGORIES)
    + """
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:60rem;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.7rem;margin:0}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.4rem 0 .3rem}h4{font-size:.95rem;font-weight:400;margin:0 0 .3rem}
header p,caption,.title,.legend{color:var(--soft)}p{margin:.3rem 0}a{color:var(--link)}
code{font:.92em ui-monospace,monospace}
table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.92rem}
caption{text-align:left;font-size:.85rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}
thead th{font-size:.85rem;color:var(--soft);white-space:nowrap}tbody th{font-weight:600;white-space:nowrap}
td.n{text-align:right;font-variant-numeric:tabular-nums;padding-right:1.2rem}
.summary{width:auto}.zero{color:var(--soft)}.zero th{font-weight:400}
article{margin:1.2rem 0;padding:.2rem 1rem 1rem;background:var(--panel);border:1px solid var(--line);
border-radius:6px}
.why{font-size:.92rem}
.sides{table-layout:fixed}.sides th:first-child{width:6rem}.sides td{white-space:pre-wrap}
del{background:var(--del);text-decoration:line-through}ins{background:var(--ins);text-decoration:underline}
del.all,ins.all{text-decoration:none}
.badge{display:inline-block;padding:0 .5em;border-radius:3px;color:var(--on);font-size:.85rem}
.c-watched{background:var(--cosmetic)}.c-scanned{background:var(--scanned)}.c-blind{background:var(--silent)}.c-unrecorded{background:var(--other)}
.legend span{display:inline-block;margin-right:1rem;font-size:.9rem}
svg.chart,svg.line{display:block;width:100%;height:auto}svg text{font-size:11px;fill:var(--soft)}
.grid{stroke:var(--line);stroke-width:1}circle{stroke:var(--panel);stroke-width:1.5}.fold{stroke:var(--soft);stroke-width:3}
details{margin:.5rem 0}summary{cursor:pointer}
@media (max-width:40rem){svg text{font-size:18px}
.sides,.sides tbody,.sides tr,.sides td,.sides th{display:block;width:auto!important}
.sides,.sides caption{display:block}.sides thead{display:none}
.sides td:nth-child(2)::before{content:"Before: "}.sides td:nth-child(3)::before{content:"After: "}
.sides td:empty{display:none}.sides td::before{color:var(--soft)}
.sides tr{border-bottom:1px solid var(--line)}.sides td,.sides th{border:0}}
@media print{:root{--ground:#fff;--ink:#000;--soft:#444;--line:#bbb;--panel:#fff;--on:#fff;--del:#fff;
--ins:#fff;
"""
    + _colours(0)
    + """}
body{max-width:none;padding:0;font-size:10.5pt}h2,h3,h4{break-after:avoid}
tr,article h4,svg{break-inside:avoid}thead{display:table-header-group}article{border:0;padding:0}
.badge,svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}details{display:none}
section+section{break-before:auto}@page{margin:18mm 15mm}}
"""
)
