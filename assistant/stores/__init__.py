"""Where passages are kept and searched: the SQLite catalog, Chroma, keyword search."""
