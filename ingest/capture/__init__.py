"""Settled paths, start to finish: look -> read -> normalise -> identify -> record."""
