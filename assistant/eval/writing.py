"""A report as files: the page, the Markdown and the JUnit XML, beside the log of the run they are about."""

from __future__ import annotations

from pathlib import Path

from assistant.eval.html import page
from assistant.eval.report import Report, junit, markdown


def write(report: Report, folder: Path | None = None) -> Path:
    """Writes report.html, report.md and junit.xml into the run's folder (or ``folder``); returns the HTML
    page.
    """
    folder = folder or report.run.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(markdown(report), encoding="utf-8")
    (folder / "junit.xml").write_text(junit(report), encoding="utf-8")
    (folder / "report.html").write_text(page(report), encoding="utf-8")
    return folder / "report.html"
