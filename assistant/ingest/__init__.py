"""From a folder of files to searchable passages: recipe, read, split, catalog, build."""
