"""Edits with known labels, made from articles, and how well they are told."""
