"""Questions about what is recorded: documents by name, the corpus at moments, how it was observed."""
