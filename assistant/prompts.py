"""Reads the prompts: each is a Markdown file in ``prompts/`` with strict ``$variables``."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from string import Template

from assistant.errors import PromptError
from assistant.ports import Message
from assistant.types import DocumentMetadata, Sentence, Value

# A wheel holds the prompts inside the package; in a checkout and its editable install they are beside the package.
_SHIPPED = Path(__file__).with_name("_prompts")
FOLDER = _SHIPPED if _SHIPPED.is_dir() else Path(__file__).parents[1] / "prompts"

_SECTION = re.compile(r"^## +(System|User)[ \t]*$", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ROLE_MARK = re.compile(r"\[(?=/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_))")
_NUMBER_MARK = re.compile(r"[\[【](\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*)[\]】]")
_TAG = re.compile(r"&lt;|&gt;")


class Prompt(Value):
    """One prompt file: the system message and the user message."""

    name: str
    system: str
    user: str

    @property
    def hash(self) -> str:
        """Identity of the wording; kept in every trace."""
        return hashlib.blake2b(f"{self.system}\0{self.user}".encode(), digest_size=6).hexdigest()

    @property
    def variables(self) -> frozenset[str]:
        """The names of the values that ``render`` needs."""
        return frozenset(Template(self.system).get_identifiers()) | frozenset(Template(self.user).get_identifiers())

    def render(self, **values: str) -> tuple[Message, Message]:
        """The messages with every variable replaced. A ``$`` inside a value is left as it is.

        Raises PromptError for a variable without a value and a value without a variable.
        """
        if missing := sorted(self.variables - set(values)):
            raise PromptError(
                f"The prompt {self.name!r} needs {missing[0]!r}, which it is not given. Edit {self._file}"
            )
        if unknown := sorted(set(values) - self.variables):
            raise PromptError(
                f"The prompt {self.name!r} has no variable {unknown[0]!r}. Write `${unknown[0]}` into {self._file}"
            )
        return Message("system", Template(self.system).substitute(values)), Message(
            "user", Template(self.user).substitute(values)
        )

    @property
    def _file(self) -> str:
        return f"prompts/{self.name}.md"


@lru_cache
def load(name: str, folder: Path = FOLDER) -> Prompt:
    """The prompt ``<folder>/<name>.md``.

    Raises PromptError when the file is missing or unreadable, lacks a section, or has a ``$`` that begins no variable.
    """
    path = folder / f"{name}.md"
    try:
        _, *parts = _SECTION.split(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise PromptError(
            f"The prompt {str(path)!r} cannot be read: {exc}. `pip install --force-reinstall assistant`"
        ) from exc
    sections = dict(zip(parts[::2], (text.strip() for text in parts[1::2]), strict=True))
    if len(parts) != 4 or set(sections) != {"System", "User"}:
        raise PromptError(f"The prompt {str(path)!r} needs one `## System` and one `## User` section.")
    for text in sections.values():
        if not Template(text).is_valid():
            raise PromptError(f"The prompt {str(path)!r} has a '$' that begins no variable. Write `$$` for a dollar.")
    return Prompt(name=name, system=sections["System"], user=sections["User"])


def as_data(text: str) -> str:
    """``text`` escaped so that a model cannot mistake it for a part of the prompt.

    Angle brackets and marks such as ``[INST]`` are escaped, since chat templates mark roles with them and a server
    tokenizes them wherever they stand. ``[3]`` becomes ``(3)``, since only statement numbers may look like that.
    """
    plain = _CONTROL.sub(" ", text).replace("<", "&lt;").replace(">", "&gt;")
    return _ROLE_MARK.sub("[ ", _NUMBER_MARK.sub(r"(\1)", plain))


def from_data(text: str) -> str:
    """``text`` without the escapes that a model copied from its prompt."""
    return _TAG.sub(lambda tag: "<" if tag.group() == "&lt;" else ">", text)


def numbered(number: int, sentence: Sentence, metadata: DocumentMetadata | None) -> str:
    """A statement as it stands in a prompt, escaped: ``[1] Courier, 12 March 2025, Staff: Guides: 11``."""
    source = metadata.label if metadata else sentence.source
    about = ", ".join(filter(None, [source, sentence.context]))
    return f"[{number}] {as_data(' '.join(about.split()))}: {as_data(sentence.shown)}"


def estimate_tokens(text: str) -> int:
    """An estimate of the number of tokens in ``text``; it errs on the high side.

    English has about 4 characters per token and figures about 1.5; other scripts take at least one token for each
    character.
    """
    letters = sum(c.isascii() and not c.isdigit() for c in text)
    digits = sum(c.isascii() and c.isdigit() for c in text)
    return int(letters / 3.3 + digits / 1.2 + (len(text) - letters - digits) * 1.3) + 1
