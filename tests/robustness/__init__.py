"""Long tests: crashes, hostile files, every format, the installed wheel."""
