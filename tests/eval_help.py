"""What the tests of the evaluation share."""

from pathlib import Path

from assistant.types import Document


def read_texts(folder: Path) -> dict[str, Document]:
    """The UTF-8 text files of a folder as documents, as they are."""
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}
    return {source: Document(source=source, title=Path(source).stem, text=text) for source, text in texts.items()}
