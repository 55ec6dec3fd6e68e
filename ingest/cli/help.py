"""How the help of a verb, and that of all verbs, is laid out."""

from __future__ import annotations

import click

from ingest.cli.examples import EXAMPLES


class CommonOption(click.Option):
    """An option that every verb takes: the help shows them by themselves."""


class Verb(click.Command):
    """A verb: its own options, those that every verb takes, and examples of its use."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in two sections."""
        own: list[tuple[str, str]] = []
        common: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            shown = param.get_help_record(ctx)
            if shown is not None and not isinstance(param, click.Argument):
                is_common = isinstance(param, CommonOption) or "--help" in param.opts
                (common if is_common else own).append(shown)
        if own:
            with formatter.section("Options"):
                formatter.write_dl(own)
        with formatter.section("Options of every verb, before it or after it"):
            formatter.write_dl(common)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        with formatter.section("Examples"):
            for example in EXAMPLES.get(ctx.info_name or "", ()):
                formatter.write_text(example.about)
                formatter.write(f"{'':>{formatter.current_indent}}  {example.words}\n")
