"""Opens the assistant that a command uses, and builds the index first if there is none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assistant.cli.screen import one_line
from assistant.english.plural import counted
from assistant.errors import AssistantError, ConfigError

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.cli.screen import Screen
    from assistant.ingest.places import Shard
    from assistant.settings import Settings
    from assistant.types import Filter, IndexReport

    Opener = Callable[[Settings], Assistant]


def settings_from(index_dir: Path | None = None, writer: str | None = None) -> Settings:
    """The settings from the environment, overridden by the given options.

    Raises ConfigError, which names the variable that has an invalid value.
    """
    from pydantic import ValidationError

    from assistant.settings import Settings

    options = {"index_dir": index_dir, "writer": writer}
    try:
        return Settings.model_validate({name: value for name, value in options.items() if value is not None})
    except ValidationError as exc:
        fault = exc.errors(include_url=False)[0]
        variable = f"ASSISTANT_{'_'.join(str(part) for part in fault['loc'])}".upper()
        why = fault["msg"].removeprefix("Value error, ").lower()
        raise ConfigError(f"{variable} is {fault['input']!r}: {why}. `unset {variable}`, or set it right") from exc


def opened(context: typer.Context, settings: Settings) -> Assistant:
    """An assistant with these settings; the app's caller may have passed its own opener as ``obj``."""
    from assistant.api import Assistant

    opener: Opener = context.obj or Assistant.open
    return opener(settings)


@contextmanager
def ready(
    context: typer.Context, settings: Settings, screen: Screen, *, answer_first: bool = False
) -> Iterator[Assistant]:
    """An assistant that can be asked.

    With ``answer_first``, the Chroma collection of a first build is filled after the answer, which does not need it:
    importing chromadb takes seconds.
    """
    with opened(context, settings) as assistant, ExitStack() as after:
        if unbuilt(assistant, settings):
            report = build(assistant, settings.documents_dir, screen, chroma=not answer_first)
            if answer_first:
                after.push(lambda kind, *_: _fill_chroma(kind, assistant, screen))
            report_first_build(report, settings, screen)
        yield assistant


def unbuilt(assistant: Assistant, settings: Settings) -> bool:
    """Whether the index is missing or empty and has a documents folder to be built from before the first question.

    Later changes of the documents are for ``index build``.
    """
    return settings.documents_dir.is_dir() and assistant.empty


def report_first_build(report: IndexReport, settings: Settings, screen: Screen) -> None:
    """Report what a first build indexed and skipped."""
    folder = settings.documents_dir
    screen.note(f"Indexed {counted(len(report.added), 'document')} of {folder} in {report.seconds:.1f} s.")
    for skipped in report.skipped:
        screen.note(one_line(f"Skipped {skipped.source}: {skipped.reason}"), indent=2)


def _fill_chroma(raised: type[BaseException] | None, assistant: Assistant, screen: Screen) -> None:
    """Fill the collection after an answer; if that fails, a note says so, and the answer still counts."""
    if raised is not None and not issubclass(raised, typer.Exit):
        return
    sys.stdout.flush()
    try:
        assistant.fill_chroma()
    except AssistantError as exc:
        screen.note(one_line(str(exc)))


def build(
    assistant: Assistant,
    path: Path | str,
    screen: Screen,
    shard: Shard | None = None,
    *,
    collection: str = "",
    chroma: bool = True,
) -> IndexReport:
    """Sync the index with ``path``, or with a shard of its files, and show the progress."""
    from assistant.ingest.places import WHOLE

    with screen.progress() as advance:
        return assistant.index(path, advance, shard or WHOLE, collection=collection, chroma=chroma)


def note_if_none_admitted(assistant: Assistant, where: Filter, screen: Screen) -> None:
    """Note if a filter admits no document, which is more often a typing error than intended."""
    if where != type(where)() and not any(where.admits(document) for document in assistant.documents()):
        from assistant.settings import command

        cure = command("index list", assistant.settings.index_dir)
        screen.note(f"No indexed document passes the filters. `{cure}`")
