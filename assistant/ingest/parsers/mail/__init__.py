"""E-mail: messages and archives."""
