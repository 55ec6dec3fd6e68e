"""Paths that are due, start to finish: look, plan, make versions, commit."""
