"""Numbers and lists set by law, dated, each with its citation."""
