"""Adapters of models and model servers, each behind a protocol of ``assistant.ports``."""
