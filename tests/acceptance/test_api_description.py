"""The description of the API is true: what it allows is answered as it says, and what it does not is refused.

schemathesis makes the questions. As described, a document's id is any; so all is asked again with the ids and
versions that there are. A few questions by default, many where `full` is run.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from tests.service import Service
from tests.site import new_folder, new_site

SEED = 20_261_129
VERSIONS = 3
TEXT = "The bridge will be closed for {} weeks. Nobody was told.\n\nThe price is {} euro, says the mayor.\n"


@dataclass(frozen=True)
class Described:
    """A service, and its description with the ids that there are."""

    service: Service
    known: dict[str, Any]


@pytest.fixture(scope="module")
def described() -> Iterator[Described]:
    with new_folder() as folder:
        site = new_site(folder, HOME=str(folder))
        names = ["bridge.txt", "<script>alert(1)<\u002fscript>\u202e.txt".replace("/", "_"), "a b/ü&?.md"]
        for number in range(VERSIONS):
            for name in names:
                site.write(name, TEXT.format(number, number * 7))
            site.write("picture.bin", f"\x00{number}")
            site.scan()
        (site.root / "bridge.txt").unlink()
        site.scan()
        with Service(site.command, "--port", "0") as service:
            found = [
                each["document"]
                for deleted in ("false", "true")
                for each in service.get(f"/v1/documents?deleted={deleted}").json["items"]
            ]
            yield Described(service, with_known(service.get("/v1/openapi.json").json, found))


def with_known(description: dict[str, Any], ids: list[str]) -> dict[str, Any]:
    """The description, in which the documents and versions are those that there are."""
    found = copy.deepcopy(description)
    revs = [*map(str, range(1, VERSIONS + 1)), "first", "latest", "prev", "now", "seq:5"]
    there = {
        "id": ids,
        "rev": revs,
        "from": revs,
        "to": revs,
        "document": ids,
        "q": ["bridge", '"the price"'],
    }
    for path in found["paths"].values():
        for parameter in path.get("get", {}).get("parameters", ()):
            if parameter["name"] in there:
                parameter["schema"] = {"type": "string", "enum": there[parameter["name"]]}
    return found


def faults(
    service: Service, description: dict[str, Any], *, examples: int, only: str = "", wrong: bool = True
) -> list[str]:
    """What is wrong in the answers to so many questions of each route, or of those whose path has `only`;
    with `wrong` some of them are such as the description does not allow."""
    mode = "all" if wrong else "positive"
    phases = {"stateful": {"enabled": False}, "coverage": {"enabled": wrong}}
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED, "base-url": service.address.rstrip("/"), "phases": phases, "request-timeout": 60.0,
            "generation": {"max-examples": examples, "deterministic": True, "mode": mode},
        }
    )  # fmt: skip
    schema: schemathesis.BaseSchema = schemathesis.openapi.from_dict(description, config=config)
    if only:
        schema = schema.include(path_regex=only)
    found, asked = [], 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.interactions)
            for case, checks in event.recorder.checks.items():
                asked_with = event.recorder.cases[case].value.as_curl_command()
                found += [
                    f"{event.label}: {check.name}: {check.failure_info.failure}\n{asked_with}"
                    for check in checks
                    if check.failure_info is not None
                ]
    assert asked >= examples
    return found


def test_a_few_questions_of_every_kind_are_answered_as_described(described: Described) -> None:
    assert (
        faults(described.service, described.known, examples=3, only="documents/|search|changes", wrong=False)
        == []
    )


@pytest.mark.full
@pytest.mark.parametrize("known", [True, False], ids=["known", "any"])
def test_many_questions_are_answered_as_described(described: Described, known: bool) -> None:
    description = described.known if known else described.service.get("/v1/openapi.json").json
    assert faults(described.service, description, examples=200, wrong=not known) == []
