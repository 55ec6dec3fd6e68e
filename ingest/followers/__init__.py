"""Followers of the log, each with a cursor of its own."""
