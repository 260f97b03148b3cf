"""From a folder of files to an index: find files, parse them, split them, and add what changed."""
