"""The SQLite file that a catalog lives in: its tables and their versions, and how threads share it."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self

from assistant.errors import IndexCorruptError, IndexLockedError, IndexMissingError, IndexStaleError, StoreError
from assistant.settings import command

SCHEMA_VERSION = 3

_BUSY_SECONDS = 30.0

_SCHEMA = f"""
PRAGMA user_version = {SCHEMA_VERSION};
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roots (location TEXT PRIMARY KEY, synced TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'live')),
    location TEXT NOT NULL,    -- of the file: absolute, or relative to the folder that holds the index
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    digest TEXT NOT NULL,
    content TEXT NOT NULL,     -- hash of the file's bytes, and of how they were read
    metadata TEXT NOT NULL,    -- JSON
    pages TEXT NOT NULL,       -- JSON
    text TEXT NOT NULL,
    blocks TEXT NOT NULL,      -- JSON, without what has its default
    about TEXT NOT NULL,
    UNIQUE (source, state)
);
CREATE TABLE chunks (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    statements TEXT NOT NULL,  -- JSON, with offsets in the chunk
    header TEXT NOT NULL,      -- the lines before the chunk when it is embedded
    key BLOB NOT NULL,         -- of its vectors
    PRIMARY KEY (document, position)
) WITHOUT ROWID;
CREATE INDEX chunks_by_id ON chunks (id);
CREATE INDEX chunks_by_key ON chunks (key);
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY,
    embedder TEXT NOT NULL,
    key BLOB NOT NULL,
    whole BLOB NOT NULL,       -- float32, of the text
    parts BLOB NOT NULL,       -- float16, of its statements one after the other
    UNIQUE (embedder, key)
);
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    root TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT,             -- NULL: interrupted, or still at work
    report TEXT                -- JSON
);
CREATE TABLE excluded (location TEXT PRIMARY KEY) WITHOUT ROWID;  -- files whose documents were removed by hand
"""

_MIGRATIONS = {  # from the version they are named by to the next; a reader needs the last
    1: """
ALTER TABLE documents ADD COLUMN content TEXT NOT NULL DEFAULT '';
CREATE TABLE excluded (location TEXT PRIMARY KEY) WITHOUT ROWID;
""",
    # The documents stay as they are until the build that migrates has read or split each again.
    2: """
ALTER TABLE documents ADD COLUMN blocks TEXT NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE chunks RENAME COLUMN sentences TO statements;
ALTER TABLE documents RENAME COLUMN origin TO metadata;
UPDATE facts SET name = 'config' WHERE name = 'recipe';
""",
}


_Still = tuple[int, int, int]  # a file's number, size and time of change


class _Connected(NamedTuple):
    """A connection, and how the file has to look for it to be usable; None if SQLite itself ensures that."""

    connection: sqlite3.Connection
    still: _Still | None


class Database:
    """A SQLite file, shared by any number of threads with a connection each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._reading: Counter[int] = Counter()  # statements under way, by thread
        self._closing = False
        self._mutex = threading.Condition()

    @property
    def index_dir(self) -> Path:
        """The index folder; the file is in its folder ``store``."""
        return self.path.parent.parent

    @classmethod
    def open(cls, path: Path) -> Self:
        """An existing catalog. Raises IndexMissingError, IndexStaleError or IndexCorruptError."""
        if not path.is_file():
            raise _missing(path.parent.parent)
        catalog = cls(path)
        try:
            catalog._check_version((SCHEMA_VERSION,))
        except BaseException:
            catalog.close()
            raise
        return catalog

    @classmethod
    def create(cls, path: Path) -> Self:
        """The catalog at ``path``, created if it does not exist. The caller must hold the writer's lock."""
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = cls(path)
        try:
            with catalog._sql() as db:
                if db.execute("PRAGMA user_version").fetchone() == (0,):
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
            catalog._check_version((*_MIGRATIONS, SCHEMA_VERSION))
            catalog._migrate()
        except BaseException:
            catalog.close()
            raise
        return catalog

    def close(self) -> None:
        """Close the connections of all threads, after the other threads have finished their current statements."""
        with self._mutex:
            # SQLite crashes the process if a connection is closed while another thread reads with it.
            self._closing = True
            self._mutex.wait_for(lambda: self._reading.keys() <= {threading.get_ident()}, _BUSY_SECONDS)
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()
            self._local = threading.local()
            self._closing = False
            self._mutex.notify_all()

    def _check_version(self, usable: tuple[int, ...]) -> None:
        with self._sql() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            raise _missing(self.index_dir)
        if version > SCHEMA_VERSION:
            raise IndexStaleError(
                f"The index {str(self.path.parent)!r} was made by a newer version of assistant (its format is "
                f"{version}, this one knows {SCHEMA_VERSION}). `pip install --upgrade assistant`"
            )
        if version in _MIGRATIONS and version not in usable:
            raise IndexStaleError(
                f"The index {str(self.path.parent)!r} was made by an earlier version of assistant. "
                f"`{command('index build', self.index_dir)}` reads its documents again"
            )
        if version not in usable:
            raise IndexStaleError(
                f"The index {str(self.path.parent)!r} was made by a version too old to be read. {self._cure}"
            )

    def _migrate(self) -> None:
        """Convert an older catalog to this version's format, one complete step at a time."""
        with self._sql() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            for step in range(version, SCHEMA_VERSION):
                db.executescript(f"BEGIN IMMEDIATE; {_MIGRATIONS[step]} PRAGMA user_version = {step + 1}; COMMIT;")

    @property
    def _cure(self) -> str:
        store = self.path.parent
        return f"`mv {store} {store}.old && {command('index build', self.index_dir)}`"

    @contextmanager
    def _sql(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection; everything that SQLite raises is translated here."""
        thread = threading.get_ident()
        with self._mutex:
            self._mutex.wait_for(lambda: not self._closing or thread in self._reading)
            self._reading[thread] += 1
            alone = self._reading[thread] == 1
        try:
            mine: _Connected | None = getattr(self._local, "mine", None)
            if mine is None or (alone and mine.still is not None and mine.still != self._still()):
                self._local.mine = None
                mine = self._local.mine = self._connect()
            yield mine.connection
        except sqlite3.Error as exc:
            raise self._translated(exc) from exc
        finally:
            with self._mutex:
                self._reading[thread] -= 1
                if not self._reading[thread]:
                    del self._reading[thread]
                    self._mutex.notify_all()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, which is committed completely or not at all."""
        with self._sql() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # on a full or failing disk SQLite has already rolled back
                    db.execute("ROLLBACK")
                raise

    def _still(self) -> _Still | None:
        """How the file looks while nobody writes to it; None if somebody does or there is no file."""
        if Path(f"{self.path}-wal").exists():
            return None
        with suppress(OSError):
            found = self.path.stat()
            return found.st_ino, found.st_size, found.st_mtime_ns
        return None

    def _connect(self) -> _Connected:
        # If SQLite cannot create the files through which a WAL is shared, and there is no WAL, nobody is writing. Such
        # a connection does not notice a later writer, so it is used only while the file stays unchanged.
        options, still = "", None
        if not os.access(self.path.parent, os.W_OK):
            still = self._still()
            options = "?mode=ro&immutable=1" if still else "?mode=ro"
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}{options}",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,  # used by one thread, closed by whichever closes the index
        )
        with self._mutex:
            # A page that stays open answers in ever new threads.
            own = threading.current_thread()
            for thread in [each for each in self._connections if each is own or not each.is_alive()]:
                self._connections.pop(thread).close()
            self._connections[own] = connection
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        return _Connected(connection, still)

    def _translated(self, exc: sqlite3.Error) -> StoreError:
        name = getattr(exc, "sqlite_errorname", "") or ""
        what = f"The catalog {str(self.path)!r}"
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return IndexLockedError(f"{what} is being written to. Try again when that is done")
        if name.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR")):
            return StoreError(f"{what} cannot be used: {exc}. `df -h {self.path.parent}` shows whether there is room")
        return IndexCorruptError(f"{what} is damaged: {exc}. {self._cure}")


def _missing(index_dir: Path) -> IndexMissingError:
    return IndexMissingError(f"There is no index in {str(index_dir)!r}. `{command('index build', index_dir)}`")
