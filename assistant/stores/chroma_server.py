"""The connection to a Chroma server or Chroma Cloud: calls with time limits, retries and the errors of this package."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from assistant.errors import BackendError, ConfigError
from assistant.ports import Vectors
from assistant.stores.layout import HNSW

BATCH = 300
"""The most records that one request writes or returns; a limit of Chroma Cloud."""


class Patience(NamedTuple):
    """How long to wait for a server that is unreachable or busy."""

    tries: int = 7
    pause: float = 0.2
    """Seconds between the first two tries; doubled each time up to 5 s, with a random part."""
    seconds: float = 60.0
    """Seconds for the answer to one request; after that many seconds no further try is made."""


_CONNECT_SECONDS = 10.0
_T = TypeVar("_T")


class Record(NamedTuple):
    """What a collection holds under one id. The vector is written but never fetched; ``distance`` is by cosine."""

    id: str
    text: str = ""
    known: Mapping[str, Any] = {}
    vector: Vectors | None = None
    distance: float = 0.0


class ChromaServer:
    """A server at ``url``, which is first contacted by the first call. Safe to share between threads."""

    def __init__(
        self,
        url: str,
        token: SecretStr | None,
        tenant: str,
        database: str,
        patience: Patience = Patience(),  # noqa: B008 - frozen
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"chroma_url is {url!r}. `export ASSISTANT_CHROMA_URL=http://127.0.0.1:8000`")
        if token and parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ConfigError(f"A token would travel in clear to {url!r}. `export ASSISTANT_CHROMA_URL=https://...`")
        self.url = url
        self._parts, self._token = parts, token
        self._tenant, self._database = tenant, database
        self._patience = patience
        self._client: Any = None

    def collection(self, name: str, known: Mapping[str, str]) -> ChromaCollection:
        """The collection ``name``, made with the metadata ``known`` if it does not exist."""

        def open_it() -> Any:
            return self._connected().get_or_create_collection(
                name, metadata=dict(known), embedding_function=None, configuration={"hnsw": HNSW}
            )

        return ChromaCollection(self, self.call(open_it))

    def existing(self, name: str) -> ChromaCollection | None:
        """The collection ``name``, or None if it does not exist."""
        from chromadb.errors import NotFoundError

        def open_it() -> Any:
            try:
                return self._connected().get_collection(name, embedding_function=None)
            except NotFoundError:
                return None

        found = self.call(open_it)
        return None if found is None else ChromaCollection(self, found)

    def call(self, work: Callable[[], _T]) -> _T:
        """The result of ``work``, retried while the server is unreachable or busy. Raises BackendError, ConfigError."""
        from tenacity import (
            Retrying,
            retry_if_exception,
            stop_after_attempt,
            stop_after_delay,
            wait_exponential,
            wait_random,
        )

        retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(self._patience.tries) | stop_after_delay(self._patience.seconds),
            wait=wait_exponential(multiplier=self._patience.pause, max=5) + wait_random(0, self._patience.pause),
            reraise=True,
        )
        try:
            return retrying(work)
        except Exception as exc:
            raise self._translated(exc) from exc

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            # chromadb's own close leaves the connections open.
            for session in _sessions(self._client):
                session.close()
            self._client.close()
            self._client = None

    def _connected(self) -> Any:
        if self._client is None:
            from chromadb.config import Settings

            token = self._token.get_secret_value() if self._token else ""
            secure = self._parts.scheme == "https"
            asked = Settings(
                chroma_api_impl="chromadb.api.fastapi.FastAPI",
                chroma_server_host=self._parts.hostname or "",
                chroma_server_http_port=self._parts.port or (443 if secure else 80),
                chroma_server_ssl_enabled=secure,
                chroma_server_headers={"x-chroma-token": token, "Authorization": f"Bearer {token}"} if token else {},
            )
            self._client = _client_class(self._patience.seconds)(self._tenant, self._database, asked)
        return self._client

    def _translated(self, exc: Exception) -> Exception:
        if isinstance(exc, BackendError | ConfigError):
            return exc
        status = _status(exc)
        if status in (401, 403) or type(exc).__name__ == "ChromaAuthError":
            cure = "`export ASSISTANT_CHROMA_TOKEN=...`"
            return ConfigError(f"The Chroma server at {self.url!r} refuses the token. {cure}")
        what = " ".join(f"{type(exc).__name__}: {exc}".split())[:300]
        if _may_pass(exc):
            return BackendError(f"No Chroma server answers at {self.url!r} ({what}). `chroma run --path FOLDER`")
        return BackendError(f"The Chroma server at {self.url!r} failed ({what}). See its log, then ask again")


class ChromaCollection:
    """A collection on a server: records by id, by their metadata, and by distance."""

    def __init__(self, server: ChromaServer, collection: Any) -> None:
        self._server = server
        self._collection = collection

    @property
    def known(self) -> dict[str, Any]:
        """The metadata with which the collection was made."""
        return dict(self._collection.metadata or {})

    @property
    def count(self) -> int:
        """The number of records."""
        return int(self._server.call(self._collection.count))

    def put(self, records: Sequence[Record]) -> None:
        """Add or replace records, each with a vector, in batches; each batch is written completely or not at all."""
        for start in range(0, len(records), BATCH):
            some = records[start : start + BATCH]
            self._server.call(
                lambda some=some: self._collection.upsert(  # type: ignore[misc]  # mypy knows no default here
                    ids=[r.id for r in some],
                    documents=[r.text for r in some],
                    metadatas=[dict(r.known) for r in some],
                    embeddings=[r.vector for r in some],
                )
            )

    def get(self, ids: Sequence[str]) -> list[Record]:
        """The existing records among these ids, in that order."""
        found: dict[str, Record] = {}
        for start in range(0, len(ids), BATCH):
            some = list(ids[start : start + BATCH])
            found |= {r.id: r for r in self._read({"ids": some})}
        return [found[id_] for id_ in ids if id_ in found]

    def where(self, condition: Mapping[str, Any] | None) -> Iterator[Record]:
        """All records that meet ``condition``."""
        offset = 0
        while True:
            asked = {"where": condition, "limit": BATCH, "offset": offset}
            some = self._read(asked)
            yield from some
            if len(some) < BATCH:
                return
            offset += BATCH

    def nearest(
        self, vector: Vectors, limit: int, condition: Mapping[str, Any] | None, pattern: re.Pattern[str] | None = None
    ) -> list[Record]:
        """The nearest records that meet ``condition``, nearest first, at most ``limit`` and BATCH.

        With a ``pattern``, only those whose text it matches, in any case.
        """
        found = self._server.call(
            lambda: self._collection.query(
                query_embeddings=vector[None],
                n_results=min(limit, BATCH),
                where=condition,
                where_document={"$regex": f"(?i){pattern.pattern}"} if pattern else None,
                include=["metadatas", "documents", "distances"],
            )
        )
        columns = (found[part][0] for part in ("ids", "documents", "metadatas", "distances"))
        rows = zip(*columns, strict=True)
        return [Record(id_, text, known, distance=distance) for id_, text, known, distance in rows]

    def delete(self, ids: Sequence[str]) -> None:
        """Delete the records with these ids; unknown ids are ignored."""
        for start in range(0, len(ids), BATCH):
            some = list(ids[start : start + BATCH])
            self._server.call(lambda some=some: self._collection.delete(ids=some))  # type: ignore[misc]  # as above

    def _read(self, asked: dict[str, Any]) -> list[Record]:
        found = self._server.call(lambda: self._collection.get(**asked, include=["metadatas", "documents"]))
        rows = zip(found["ids"], found["documents"], found["metadatas"], strict=True)
        return [Record(*row) for row in rows]


def _client_class(seconds: float) -> Any:
    """chromadb's client with time limits, so that it never waits forever for a server that hangs."""
    import httpx
    from chromadb.api.client import Client

    class Impatient(Client):
        # The constructor asks the server these two things, each through an HTTP client made just before.
        def get_user_identity(self) -> Any:
            self._limit()
            return super().get_user_identity()

        def _validate_tenant_database(self, tenant: str, database: str) -> None:
            self._limit()
            super()._validate_tenant_database(tenant, database)

        def _limit(self) -> None:
            for session in _sessions(self):
                session.timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))

    return Impatient


def _sessions(client: Any) -> list[Any]:
    """The HTTP clients that chromadb's client uses, if this version of chromadb has them where expected."""
    holders = (client, getattr(client, "_admin_client", None))
    sessions = (getattr(getattr(holder, "_server", None), "_session", None) for holder in holders)
    return [session for session in sessions if session is not None]


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    """``exc`` and its causes: only these show a proxy's status or a lost connection."""
    while exc is not None:
        yield exc
        exc = exc.__cause__ or exc.__context__


def _status(exc: BaseException) -> int:
    """The HTTP status that led to ``exc``, or 0."""
    for each in _causes(exc):
        code = getattr(getattr(each, "response", None), "status_code", None)
        if code is None and callable(getattr(each, "code", None)):
            code = each.code()  # type: ignore[attr-defined]  # chromadb's errors have it
        if isinstance(code, int):
            return code
    return 0


def _may_pass(exc: BaseException) -> bool:
    """Whether another try may succeed because the server is unreachable, busy or starting."""
    import httpx

    if status := _status(exc):
        return status in (408, 425, 429, 502, 503, 504)
    if any(isinstance(each, httpx.TransportError | ConnectionError) for each in _causes(exc)):
        return True
    # chromadb says so in a ValueError when it cannot connect at first.
    return "Could not connect" in str(exc)
