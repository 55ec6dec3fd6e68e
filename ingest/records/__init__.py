"""The records of the contract: what `--json`, the feed, the log lines, the service and Python show.

A field that is `UNSET` is not there; one without a value is null. Times are as the contract writes them.
Each column is declared here once more than in the table: by the name that its rows have. What makes a record
of a row (`shown.of_row`) goes by that name.
"""

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
from ingest.records.log import Actor, Change, ChangeWithText, change, changes, edited
from ingest.records.report import ReportCounts, ReportDocument, ReportEntry, ReportRecord, ReportSentence
from ingest.records.reviews import Review, review
from ingest.records.shown import of_row, shown_path, shown_path_or_none
from ingest.records.status import RootStatus, SinkStatus, Status

__all__ = (
    "Actor", "Annotations", "Away", "Change", "ChangeWithText", "Difference", "Document", "Lost", "Origin",
    "ReportCounts", "ReportDocument", "ReportEntry", "ReportRecord", "ReportSentence", "Review", "RootStatus",
    "Run", "SinkStatus", "Status", "Stretch", "Version", "VersionFacts", "all_annotations", "change",
    "changes", "document", "edited", "of_row", "review", "shown_path", "shown_path_or_none", "stretch",
)  # fmt: skip
