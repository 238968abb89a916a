"""收件箱: files come in and are read."""
