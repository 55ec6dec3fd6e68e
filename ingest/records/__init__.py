"""The records of the contract: what `--json`, the feed, the log lines, the service and Python show.

A field that is `UNSET` is not there; one without a value is null. Times are as the contract writes them.
`shown.of_row` makes a record of a row of the store: a field has the name that its column has in such a row.

The module of a record is loaded when the record is first asked for: a call shows few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.records.blame import Away, Lost, Origin, Run
    from ingest.records.coverage import Stretch, stretch
    from ingest.records.documents import (
        Annotations,
        Difference,
        Document,
        Version,
        VersionFacts,
        all_annotations,
        document,
    )
    from ingest.records.fields import of_row, shown_path, shown_path_or_none
    from ingest.records.log import Actor, Change, ChangeWithText, change, change_with_edit, changes
    from ingest.records.report import ReportCounts, ReportDocument, ReportEntry, ReportRecord, ReportSentence
    from ingest.records.reviews import Review, review
    from ingest.records.status import RootStatus, SinkStatus, Status

__all__ = (
    "Actor",
    "Annotations",
    "Away",
    "Change",
    "ChangeWithText",
    "Difference",
    "Document",
    "Lost",
    "Origin",
    "ReportCounts",
    "ReportDocument",
    "ReportEntry",
    "ReportRecord",
    "ReportSentence",
    "Review",
    "RootStatus",
    "Run",
    "SinkStatus",
    "Status",
    "Stretch",
    "Version",
    "VersionFacts",
    "all_annotations",
    "change",
    "change_with_edit",
    "changes",
    "document",
    "of_row",
    "review",
    "shown_path",
    "shown_path_or_none",
    "stretch",
)  # fmt: skip
_MODULES = {
    "blame": ("Away", "Lost", "Origin", "Run"),
    "coverage": ("Stretch", "stretch"),
    "documents": (
        "Annotations",
        "Difference",
        "Document",
        "Version",
        "VersionFacts",
        "all_annotations",
        "document",
    ),
    "log": ("Actor", "Change", "ChangeWithText", "change", "changes", "change_with_edit"),
    "report": ("ReportCounts", "ReportDocument", "ReportEntry", "ReportRecord", "ReportSentence"),
    "reviews": ("Review", "review"),
    "fields": ("of_row", "shown_path", "shown_path_or_none"),
    "status": ("RootStatus", "SinkStatus", "Status"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'ingest.records' has no attribute '{name}'")
    found: object = getattr(import_module(f"ingest.records.{_MODULE_OF[name]}"), name)
    globals()[name] = found  # not asked for here again
    return found


def __dir__() -> list[str]:
    return list(__all__)
