"""From a folder of files to chunks for an index: find, read, split, compare with what is there."""
