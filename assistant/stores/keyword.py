"""Keyword search: BM25 over tantivy, with one analyzer for documents and questions in any script.

An index is in a folder or in memory. Its commits are atomic, and each has the generation of the catalog that it
mirrors, so a reader always sees one complete state.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from assistant.english.tokens import STOPWORDS
from assistant.errors import BackendError
from assistant.index_config import Analyzer

COMMIT = "meta.json"
"""The file in the folder of an index that tantivy replaces with every commit."""

FORMAT = 2
"""Increase it when the indexed words of a chunk change: indexes with another number are then built again."""

EXACT_WEIGHT = 0.3
"""Weight of an unstemmed match; a stemmed one has 1."""

HEADER_WEIGHT = 0.3
"""Weight of a match in title, publisher or date."""

CONTEXT_WEIGHT = 0.3
"""Weight of a match in headings, lead-ins, column names, and the key facts of a document."""

MAX_TERMS = 256
"""Distinct words of a question that are searched; further ones are ignored."""

_QUESTION_STOPWORDS = STOPWORDS - {"may"}  # also a month
_STATE = "state"  # id of the document that carries the generation; ids of chunks are hexadecimal
_HEAP = 64_000_000
_LEAST_STEM = 4  # letters; fewer begin too many other words
_LONGEST = 64  # letters of a word that is looked for in a text as it is written

# Letters that do not decompose into a base letter and an accent.
_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_ACCENTS = re.compile("[\u0300-\u036f]")

# Scripts written without spaces (Thai, Lao, Burmese, Khmer, Kana, Han), and Hangul, which inflects in words.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# Vowel signs that \w leaves out although words of Hebrew, Arabic and the Indic scripts contain them.
_SIGNS = "\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0981-\u0dff"
_PIECE = f"(?:[^\\W_{_UNSPACED}]|[{_SIGNS}])+"
_TOKEN = re.compile(f"([{_UNSPACED}]+)|({_PIECE}(?:[.,:/'’_@+-]{_PIECE})*)")
_SPLIT = re.compile("[.,:/'’_@+-]")
_POSSESSIVE = re.compile("['’]s$")
_JOINT = re.compile("[,'’-]")  # 10,000 is 10000 and F-16 is F16


class Entry(NamedTuple):
    """One searchable chunk; ``header`` and ``context`` are matched with lower weights and never quoted."""

    id: str
    text: str
    header: str
    context: str = ""


class KeywordIndex:
    """A tantivy index over one folder or in memory: one writer at a time, any number of readers."""

    def __init__(self, index: Any, analyzer: Analyzer) -> None:
        self._index = index
        self._analyzer = analyzer

    @classmethod
    def open(cls, folder: Path, analyzer: Analyzer) -> KeywordIndex:
        """The index in ``folder``. Raises BackendError if there is none or it is damaged."""
        import tantivy

        with _translated(folder):
            opened = tantivy.Index.open(str(folder))
            opened.config_reader("manual")  # what was opened stays one generation
            index = cls(opened, analyzer)
            if index.generation is None:
                raise BackendError(f"The keyword index {str(folder)!r} is incomplete. `assistant index build`")
            return index

    @classmethod
    def create(cls, folder: Path | None, analyzer: Analyzer) -> KeywordIndex:
        """An empty index in the empty or missing ``folder``; None keeps it in memory."""
        import tantivy

        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        with _translated(folder):
            return cls(tantivy.Index(_schema(), path=None if folder is None else str(folder)), analyzer)

    @property
    def generation(self) -> int | None:
        """The catalog's generation that the last commit mirrors; None before the first."""
        found = self._state("generation")
        return None if found is None else int(found)

    @property
    def owner(self) -> str:
        """The owner given with the last commit, or empty."""
        return str(self._state("owner") or "")

    def _state(self, field: str) -> Any:
        import tantivy

        with _translated(None):
            searcher = self._index.searcher()
            query = tantivy.Query.term_query(self._index.schema, "id", _STATE)
            hits = searcher.search(query, 1, count=False).hits
            return searcher.doc(hits[0][1]).get_first(field) if hits else None

    @property
    def count(self) -> int:
        """The number of chunks in the last commit."""
        with _translated(None):
            return max(0, int(self._index.searcher().num_docs) - 1)

    def update(self, entries: Iterable[Entry], deleted: Iterable[str], generation: int, owner: str = "") -> None:
        """Delete, then add or replace, in one atomic commit with ``generation`` and ``owner``."""
        import tantivy

        words = _analyze(self._analyzer)
        with _translated(None):
            writer = self._index.writer(_HEAP, 1)
            try:
                for gone in (*deleted, _STATE):
                    writer.delete_documents_by_term("id", gone)
                for entry in entries:
                    writer.delete_documents_by_term("id", entry.id)
                    exact, stems = words(entry.text)
                    _, header = words(entry.header)
                    _, context = words(entry.context)
                    fields = {"text": stems, "exact": exact, "header": header, "context": context}
                    writer.add_document(
                        tantivy.Document(id=entry.id, **{name: " ".join(found) for name, found in fields.items()})
                    )
                writer.add_document(tantivy.Document(id=_STATE, generation=generation, owner=owner))
                writer.commit()
            except BaseException:
                writer.rollback()
                raise
            finally:
                writer.wait_merging_threads()
            self._index.reload()

    def search(self, text: str, limit: int) -> dict[str, float]:
        """Ids by BM25 with the words of ``text``, best first, at most ``limit``, all scores above 0."""
        with _translated(None):
            query = self._query(text)
            if query is None or limit < 1:
                return {}
            searcher = self._index.searcher()
            # tantivy reserves room for all hits it may return before it searches.
            hits = searcher.search(query, min(limit, searcher.num_docs), count=False).hits
            return {searcher.doc(address)["id"][0]: float(score) for score, address in hits}

    def ids(self) -> set[str]:
        """Ids of all chunks the last commit holds."""
        import tantivy

        with _translated(None):
            searcher = self._index.searcher()
            query = tantivy.Query.all_query()
            hits = searcher.search(query, max(1, searcher.num_docs), count=False).hits
            return {searcher.doc(address)["id"][0] for _, address in hits} - {_STATE}

    def _query(self, text: str) -> Any:
        """Any of the question's words in any field; built term by term, so no character is syntax."""
        import tantivy

        exact, stems = _analyze(self._analyzer)(text)
        pairs = list(dict.fromkeys(zip(exact, stems, strict=True)))
        if self._analyzer == "english":
            pairs = [pair for pair in pairs if pair[0] not in _QUESTION_STOPWORDS] or pairs
        if not pairs:
            return None
        pairs = pairs[:MAX_TERMS]
        schema = self._index.schema

        def term(field: str, word: str, weight: float) -> tuple[Any, Any]:
            query = tantivy.Query.term_query(schema, field, word, "freq")
            return tantivy.Occur.Should, tantivy.Query.boost_query(query, weight)

        clauses = []
        for stem in dict.fromkeys(stem for _, stem in pairs):
            clauses += [term("text", stem, 1.0), term("header", stem, HEADER_WEIGHT)]
            clauses.append(term("context", stem, CONTEXT_WEIGHT))
        clauses += [term("exact", word, EXACT_WEIGHT) for word in dict.fromkeys(word for word, _ in pairs)]
        return tantivy.Query.boolean_query(clauses)


def words(text: str) -> Iterator[str]:
    """The words of ``text`` as they are indexed: without case and accents; of unspaced scripts, characters and pairs.

    A number, date or code with inner punctuation (``10,000``, ``F-16``, ``1.2.3``) yields itself and its parts.
    """
    for unspaced, spaced in _TOKEN.findall(_fold(text)):
        if unspaced:
            yield from unspaced
            yield from (unspaced[i : i + 2] for i in range(len(unspaced) - 1))
            continue
        token = _POSSESSIVE.sub("", spaced)
        parts = _SPLIT.split(token)
        if len(parts) > 1 and (any(map(str.isdigit, token)) or all(len(part) == 1 for part in parts)):
            yield _JOINT.sub("", token)
        yield from (part for part in parts if part)


def patterns(text: str, analyzer: Analyzer) -> list[re.Pattern[str]]:
    """What finds the words of a question that say something in a text as it is written, each by its beginning."""
    ignored = _QUESTION_STOPWORDS if analyzer == "english" else ()
    found: list[str] = []
    for unspaced, spaced in _TOKEN.findall(text):
        found += [re.escape(unspaced[i : i + 2]) for i in range(len(unspaced) - 1)]
        for word in _SPLIT.split(_POSSESSIVE.sub("", spaced)):
            if 1 < len(word) <= _LONGEST and word.casefold() not in ignored:
                found.append(rf"\b{re.escape(_beginning(word, analyzer))}")
    return [re.compile(pattern, re.IGNORECASE) for pattern in dict.fromkeys(found)]


def _beginning(word: str, analyzer: Analyzer) -> str:
    """What ``word`` has in common with its stem, if that says enough."""
    exact, stems = _analyze(analyzer)(word)
    alike = takewhile(lambda pair: pair[0] == pair[1], zip("".join(exact), "".join(stems), strict=False))
    length = sum(1 for _ in alike)
    return word[:length] if length >= _LEAST_STEM and len("".join(exact)) == len(word) else word


def _fold(text: str) -> str:
    folded = text.casefold()
    if folded.isascii():
        return folded
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded.translate(_PLAIN_LETTERS)))
    return unicodedata.normalize("NFC", bare)  # puts Hangul and Kana together again


def _analyze(analyzer: Analyzer) -> Callable[[str], tuple[list[str], list[str]]]:
    """A function from text to its words and their stems, of equal length; not to be shared by threads."""
    if analyzer == "plain":
        return lambda text: (found := list(words(text)), found)
    from Stemmer import Stemmer

    stemmer = Stemmer("english")

    def analyze(text: str) -> tuple[list[str], list[str]]:
        found = list(words(text))
        return found, stemmer.stemWords(found)

    return analyze


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("generation", stored=True)
    builder.add_text_field("owner", stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("text", "exact", "header", "context"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


@contextmanager
def _translated(folder: Path | None) -> Iterator[None]:
    """Turns everything that tantivy raises into BackendError, also a panic, which is not an Exception."""
    try:
        yield
    except (ValueError, OSError, KeyError, IndexError, RuntimeError) as exc:
        raise _broken(folder, exc) from exc
    except BaseException as exc:
        if type(exc).__name__ != "PanicException":
            raise
        raise _broken(folder, exc) from exc


def _broken(folder: Path | None, exc: BaseException) -> BackendError:
    where = f" in {str(folder)!r}" if folder else ""
    return BackendError(f"The keyword index{where} does not work ({exc}). `assistant index build`")
