"""Telling what happened: followers of the log, each with a cursor of its own."""
