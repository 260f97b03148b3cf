"""Who wrote which part of a letter or a message: quoted mail, forwarded mail, signatures and disclaimers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.ingest.inline import strip_markup
from assistant.ingest.parsers.lines import field_of
from assistant.ingest.parsers.plain.quoting import quoted_speaker
from assistant.types import Block

_SIGNATURE = re.compile(r"--[ \t]*(?:\n|$)")
_SENT_FROM = re.compile(
    r"(?:sent|gesendet|envoyé|enviado|inviato|verzonden|skickat)\s+(?:from|von|de(?:puis)?|desde|da(?:l)?|vanaf|från)\s+"
    r"(?:my|meinem|mon|mi|il mio|mijn|min|outlook|mail|yahoo)\b|von meinem \w+ gesendet|get outlook for\b|"
    r"envoyé de mon\b|this (?:e-?mail|message) was sent from\b",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"\b(?:this|the) (?:e-?mail|message|communication|transmission|information)\b.{0,200}\b(?:confidential|"
    r"privileged|intended (?:only|solely|recipient|for the)|unauthori[sz]ed)|"
    r"\bif you (?:are|have) (?:not the intended|received this)|"
    r"\bdiese (?:e-?mail|nachricht)\b.{0,200}\bvertraulich|consider the environment before printing|"
    r"\bce (?:message|courriel)\b.{0,200}\bconfidentiel",
    re.IGNORECASE | re.DOTALL,
)
_ORIGINAL = re.compile(
    r"[-_\s]*(?:original message|original appointment|forwarded message|begin forwarded message:?|"
    r"ursprüngliche nachricht|weitergeleitete nachricht|message (?:d'origine|transféré)|mensaje original|"
    r"messaggio originale|oorspronkelijk bericht)[-_\s]*",
    re.IGNORECASE,
)
_FROM_LABELS = frozenset({"from", "von", "de", "da", "van", "från", "od", "от"})
_OTHER_LABELS = frozenset(
    "sent to cc bcc date subject gesendet datum an betreff envoyé date à objet cc enviado para asunto assunto fecha "
    "inviato a oggetto verzonden aan onderwerp reply-to".split()
)


def with_writers(text: str, blocks: Sequence[Block]) -> list[Block]:
    """``blocks`` of a message with quoted text attributed to its writers; signatures and disclaimers are furniture.

    Everything after "Original Message", the headers of a forwarded message or "Dora Lind wrote:" is by that writer.
    Lines that start with ``>`` are already quotations.
    """
    found: list[Block] = []
    writer = ""
    signed = False
    for at, block in enumerate(blocks):
        said = text[block.start : block.end]
        after = blocks[at + 1] if at + 1 < len(blocks) else None
        headers = _begins_headers(text, blocks, at)
        if headers:
            writer, signed = headers, False
        if block.kind == "quotation":
            signed = False
        elif _SIGNATURE.match(said):
            signed = True
        if _ORIGINAL.fullmatch(said) or (signed and block.kind != "quotation") or _is_closing(said):
            found.append(block.model_copy(update={"kind": "furniture", "level": 0}))
            continue
        name = quoted_speaker(said) if block.kind in ("paragraph", "field") and len(said) < _LONGEST else ""
        if name and after is not None and after.kind != "quotation":
            writer, signed = name, False
            found.append(block)
        elif writer and not (block.kind == "field" and _is_header(said)):
            found.append(_written_by(block, writer))
        else:
            found.append(block)
    return found


def is_message(text: str, blocks: Sequence[Block]) -> bool:
    """Whether a text starts with the headers of a message."""
    return bool(blocks) and bool(_begins_headers(text, blocks, 0))


_LONGEST = 400  # characters of a line that says who wrote what follows


def _written_by(block: Block, writer: str) -> Block:
    if block.speaker or block.kind in ("heading", "furniture", "caption"):
        return block
    kind = "quotation" if block.kind == "paragraph" else block.kind
    return block.model_copy(update={"kind": kind, "speaker": writer})


def _is_closing(said: str) -> bool:
    if len(said) < _LONGEST and _SENT_FROM.match(said.strip()):
        return True
    return bool(_DISCLAIMER.search(said[: 2 * _LONGEST]))


def _label(said: str) -> str:
    field = field_of(said)
    return strip_markup(field.label).lower() if field else ""


def _is_header(said: str) -> bool:
    return _label(said) in _FROM_LABELS | _OTHER_LABELS


def _begins_headers(text: str, blocks: Sequence[Block], at: int) -> str:
    """The name in a ``From:`` line if other headers follow, as in a forwarded message; else empty."""
    block = blocks[at]
    after = blocks[at + 1] if at + 1 < len(blocks) else None
    if block.kind != "field" or after is None or after.kind != "field":
        return ""
    said, next_said = text[block.start : block.end], text[after.start : after.end]
    if _label(said) not in _FROM_LABELS or _label(next_said) not in _OTHER_LABELS:
        return ""
    field = field_of(said)
    name = re.sub(r"[<\[(].*", "", strip_markup(field.value) if field else "").strip(" \"'")
    return name or (field.value.strip("<> ") if field else "")
