"""`ingest mcp` as a process, asked by the library's own client."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mcp_types as types
from mcp.client.session import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.command import Command

Question = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Told:
    """What a call was answered, and whether as an error."""

    text: str
    structured: dict[str, Any]
    failed: bool

    @property
    def mark(self) -> str:
        """The mark of its two lines."""
        begins = [line for line in self.text.split("\n") if line.startswith("----- material ")]
        return begins[0].split()[2]

    @property
    def parts(self) -> tuple[str, str, str]:
        """What stands before, between and after the two lines with the mark."""
        head, between, rest = self.text.partition(f"\n----- material {self.mark} begins -----\n")
        body, ends, tail = rest.partition(f"\n----- material {self.mark} ends -----")
        assert between
        assert ends
        return head, body, tail

    @property
    def material(self) -> dict[str, Any]:
        """What others wrote, as fields."""
        found: dict[str, Any] = self.structured["material"]
        return found


@dataclass(frozen=True)
class Session:
    """What the server said of itself, its tools, the answers, and what it wrote on standard error."""

    instructions: str
    tools: list[types.Tool]
    answers: list[Told]
    stderr: str


def ask(command: Command, questions: Sequence[Question]) -> Session:
    """Start the server, ask one question after another, and close its input."""
    return asyncio.run(_ask(command, questions))


async def _ask(command: Command, questions: Sequence[Question]) -> Session:
    program, *words = map(os.fsdecode, command.argv("mcp"))
    server = StdioServerParameters(
        command=program,
        args=words,
        env=command.environment(),
        cwd=command.cwd,
        encoding_error_handler="strict",
    )
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        async with (
            stdio_client(server, errlog=said) as (reading, writing),
            ClientSession(reading, writing) as session,
        ):
            about = await session.initialize()
            tools = (await session.list_tools()).tools
            answers = [_told(await session.call_tool(name, given)) for name, given in questions]
        said.seek(0)
        return Session(about.instructions or "", tools, answers, said.read())


def _told(result: Any) -> Told:
    assert isinstance(result, types.CallToolResult)
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    return Told(block.text, result.structured_content or {}, result.is_error)
