"""``assistant index``: build, inspect and repair the index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.filesize import decimal
from rich.text import Text

from assistant.cli import opening
from assistant.cli.opening import opened, settings_from
from assistant.cli.options import IndexDir, Json
from assistant.cli.root import FAILED
from assistant.cli.screen import Screen, one_line
from assistant.english.plural import counted
from assistant.errors import AssistantError, ConfigError, DocumentError

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.ingest.places import Shard
    from assistant.settings import Settings
    from assistant.types import IndexReport

FEW_PAGES = 0.1
"""The share of a PDF file's pages that may have no text without a note."""

LISTED = 12
"""The most file names of a kind in a report."""

app = typer.Typer(no_args_is_help=True, help="Build, inspect and repair the index.")


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, folders or addresses of web pages; without any, the index's own documents folder and all web "
        "pages, fetched again.",
    ),
]
Watch = Annotated[bool, typer.Option("--watch", help="Stay, and follow what changes in the folders.")]
ShardName = Annotated[
    str | None, typer.Option(metavar="3/16", help="Only this part of the files; other machines take the others.")
]
Collection = Annotated[
    str, typer.Option(metavar="NAME", help="A name for what is named here: `ask --in NAME`.", show_default=False)
]


@app.command()
def build(
    context: typer.Context,
    paths: Paths = None,
    watch: Watch = False,
    shard: ShardName = None,
    collection: Collection = "",
    json: Json = False,
    index: IndexDir = None,
) -> None:
    """Bring the index up to date with folders: add what is new, read again what changed, and remove what is gone.

    A web page is fetched if robots.txt allows it, and kept in the index folder.
    """
    from assistant.ingest.fetch import is_address
    from assistant.ingest.watch import changes
    from assistant.settings import command

    screen = Screen()
    settings = settings_from(index)
    own = settings.documents_dir
    named = [path if is_address(path) else Path(path) for path in paths or ([str(own)] if own.is_dir() else [])]
    folders = [path for path in named if isinstance(path, Path)]
    if watch and len(folders) < len(named):
        raise ConfigError("--watch follows files and folders. Web pages: `assistant index build` fetches them again")
    part = _shard(shard, settings)
    with opened(context, settings) as assistant:
        undone: list[Path] = []
        # From now on: a first build may take hours.
        changed = changes(folders, seconds=1.0, undone=lambda: bool(undone)) if watch else iter(())
        reports = [opening.build(assistant, path, screen, part, collection=collection) for path in named]
        if not paths:
            with screen.progress() as advance:
                reports += assistant.refresh_web_pages(advance)
        if not reports:
            cure = command("index build PATH", settings.index_dir)
            raise DocumentError(f"There is no folder {str(own)!r}. `{cure}`")
        _show_build(screen, assistant, reports, json)
        if watch:
            screen.note("Watching. Press Ctrl+C to stop.")
        for _ in changed:
            undone[:] = _build_again(assistant, folders, screen, part, json)


def _shard(name: str | None, settings: Settings) -> Shard:
    """The part of the files that ``--shard`` names, by default all. Raises ConfigError."""
    from assistant.ingest.places import WHOLE, Shard

    part = Shard.parse(name) if name else WHOLE
    if part.of > 1 and not settings.chroma_url:
        raise ConfigError(
            f"--shard {name} needs an index that several machines share. "
            "`export ASSISTANT_CHROMA_URL=http://HOST:8000`, or build without it"
        )
    return part


def _build_again(assistant: Assistant, folders: list[Path], screen: Screen, part: Shard, json: bool) -> list[Path]:
    """Build after a change; returns the folders where that failed, which will be tried again."""
    undone = []
    for folder in folders:
        try:
            _show_build(screen, assistant, [opening.build(assistant, folder, screen, part)], json)
        except AssistantError as exc:
            screen.error(str(exc))
            undone.append(folder)
    return undone


def _show_build(screen: Screen, assistant: Assistant, reports: list[IndexReport], json: bool) -> None:
    _show_reports(screen, reports, json)
    _tell_unread_pages(screen, assistant, reports)


def _tell_unread_pages(screen: Screen, assistant: Assistant, reports: list[IndexReport]) -> None:
    """Name the newly indexed PDF files with many pages that have no text; a few empty pages are normal."""
    from assistant.ingest.read import pages_without_text

    read = [source for report in reports for source in (*report.added, *report.changed)]
    scanned = []
    for source in read:
        document = assistant.document(source) if source.lower().endswith(".pdf") else None
        if document and (empty := pages_without_text(document)) > FEW_PAGES * len(document.pages):
            scanned.append(f"{source!r} ({empty:,} of {len(document.pages):,} pages)")
    if scanned:
        files = f"{counted(len(scanned), 'PDF file')} with pages that hold no text, only images: {scanned[0]}"
        more = ", ..." if len(scanned) > 1 else ""
        screen.note(one_line(f"{files}{more}. The other pages are indexed. `ocrmypdf --skip-text FILE.pdf FILE.pdf`"))


def _show_reports(screen: Screen, found: IndexReport | list[IndexReport], json: bool) -> None:
    if json:
        screen.json(found)
        return
    for report in found if isinstance(found, list) else [found]:
        _show_report(screen, report)


@app.command()
def status(context: typer.Context, json: Json = False, index: IndexDir = None) -> None:
    """Show what the index holds, and where."""
    screen = Screen()
    with opened(context, settings_from(index)) as assistant:
        found = assistant.status()
    if json:
        screen.json(found)
        return
    for name, value in found.model_dump(mode="json").items():
        screen.write(decimal(value) if name == "bytes" else _plain(value), indent=12, lead=Text(name, "bold"))


@app.command()
def verify(
    context: typer.Context,
    repair: Annotated[
        bool, typer.Option("--repair", help="First build the search engines anew from what is stored; needs no model.")
    ] = False,
    json: Json = False,
    index: IndexDir = None,
) -> None:
    """Check the stored index from end to end.

    Exit code 0: sound; 1: not; 2: an error."""
    from assistant.settings import command

    screen = Screen()
    settings = settings_from(index)
    with opened(context, settings) as assistant:
        if repair:
            with screen.progress() as advance:
                problems = assistant.repair(advance)
        else:
            with screen.waiting("Checking the index ..."):
                problems = assistant.verify()
        documents = assistant.status().documents
    if json:
        screen.json(problems)
    elif problems:
        for problem in problems:
            screen.write(one_line(f"- {problem}"))
        next_step = command("index build" if repair else "index verify --repair", settings.index_dir)
        cure = f"`{next_step}` repairs what is left." if repair else f"`{next_step}`"
        screen.note(f"{counted(len(problems), 'problem')} found. {cure}")
    else:
        screen.write(f"The index is sound: {counted(documents, 'document')}.")
    if problems:
        raise typer.Exit(FAILED)


@app.command()
def path(
    chroma: Annotated[bool, typer.Option("--chroma", help="The folder that chromadb.PersistentClient opens.")] = False,
    index: IndexDir = None,
) -> None:
    """Print the folder of the index."""
    from assistant.api import chroma_dir

    settings = settings_from(index)
    Screen().raw(str((chroma_dir(settings) if chroma else settings.index_dir).resolve()))


@app.command("list")
def list_documents(context: typer.Context, json: Json = False, index: IndexDir = None) -> None:
    """List the indexed documents."""
    screen = Screen()
    with opened(context, settings_from(index)) as assistant:
        documents = assistant.documents()
    if json:
        screen.json(documents)
        return
    screen.rows(
        ("document", "published", "publisher or title", "passages"),
        [
            (each.source, str(each.published or ""), each.publisher or each.title, str(each.passages))
            for each in documents
        ],
    )


@app.command()
def remove(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The document, as `index list` names it.")],
    json: Json = False,
    index: IndexDir = None,
) -> None:
    """Remove a document from the index; its file is not deleted."""
    screen = Screen()
    with opened(context, settings_from(index)) as assistant:
        report = assistant.remove(source)
    _show_reports(screen, report, json)


def _show_report(screen: Screen, report: IndexReport) -> None:
    changes: tuple[tuple[str, Sequence[str], str], ...] = (
        ("added", report.added, "green"),
        ("changed", report.changed, "yellow"),
        ("removed", report.removed, "red"),
    )
    counts = [f"{len(sources):,} {what}" for what, sources, _ in changes if sources]
    summary = ", ".join([*counts, f"{report.unchanged:,} unchanged"]) if counts else "nothing changed"
    if not counts and report.unchanged:
        summary += f", {report.unchanged:,} up to date"
    screen.write(Text.assemble((_near(report.root), "bold"), f": {summary}", (f" · {report.seconds:.2f} s", "dim")))
    for note in report.notes:
        screen.write(one_line(note), indent=2)
    for what, sources, style in changes:
        for source in sources[:LISTED]:
            screen.write(one_line(source), indent=10, lead=Text(f"  {what}", style))
        if len(sources) > LISTED:
            screen.write(f"... and {len(sources) - LISTED:,} more", indent=10)
    for skipped in report.skipped:
        named = repr(skipped.source) in skipped.reason
        line = skipped.reason if named else f"{skipped.source}: {skipped.reason}"
        screen.write(one_line(line), indent=10, lead=Text("  skipped", "magenta"))


def _plain(value: object) -> str:
    """A value of a status in readable form."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, bool) or value is None:
        return "yes" if value else "no"
    return one_line(f"{value:,}" if isinstance(value, int) else str(value))


def _near(root: str) -> str:
    """``root`` relative to the current folder if it is below it; ``index`` in the report of a removal, which has
    none.
    """
    here = Path.cwd()
    below = bool(root) and Path(root) != here and Path(root).is_relative_to(here)
    return one_line(str(Path(root).relative_to(here)) if below else root or "index")
