"""Parsers, one module for each family of file formats."""
