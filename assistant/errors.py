"""Every error the package raises on purpose, drawn as a tree.

* AssistantError
  x QuestionError
  x ConfigError
    + PromptError
    + SuiteError
    + IndexConfigError
  x StoreError
    + IndexMissingError
    + IndexStaleError
    + IndexLockedError
    + IndexCorruptError
  x DocumentError
  x BackendError
    + ServerUnreachableError
      - OllamaUnreachableError
    + ModelNotFoundError
      - ModelNotPulledError
    + ModelOutputError
    + ContextOverflowError
    + WeightsError

A message says what is wrong, with the offending value as ``!r``, then the command or edit that cures it, in
backticks. One ``except AssistantError`` catches everything a user can mend.
"""


class AssistantError(Exception):
    """The root of every error that a user or a caller can mend."""


class QuestionError(AssistantError):
    """The question is empty, blank, or too long to be one."""


class ConfigError(AssistantError):
    """A setting, index configuration, prompt or suite is not what it has to be."""


class PromptError(ConfigError):
    """A prompt file is missing, or its variables do not match what it is given."""


class SuiteError(ConfigError):
    """An eval suite or its gold questions are invalid; the message starts with ``file:line``."""


class IndexConfigError(ConfigError):
    """``config.toml`` cannot be read or holds an unknown key or value."""


class StoreError(AssistantError):
    """The index on disk cannot be used as it is."""


class IndexMissingError(StoreError):
    """There is no index, or it holds no documents."""


class IndexStaleError(StoreError):
    """The index was built with another configuration, embedder or version."""


class IndexLockedError(StoreError):
    """Another process is writing to the index."""


class IndexCorruptError(StoreError):
    """The catalog, the truth of the index, is damaged or unreadable."""


class DocumentError(AssistantError):
    """One document cannot be read; a build lists it and goes on."""


class BackendError(AssistantError):
    """A third-party engine or model failed."""


class ServerUnreachableError(BackendError):
    """No model server answers at the configured address."""


class ModelNotFoundError(BackendError):
    """The model server does not have the model."""


class OllamaUnreachableError(ServerUnreachableError):
    """No Ollama server answers at the configured address."""


class ModelNotPulledError(ModelNotFoundError):
    """The Ollama server does not have the model."""


class ModelOutputError(BackendError):
    """A model's output was cut off, malformed or empty."""


class ContextOverflowError(BackendError):
    """A prompt does not fit the model's context window."""


class WeightsError(BackendError):
    """The weights of the embedded embedder are missing or are not the published ones."""
