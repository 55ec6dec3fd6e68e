"""The real command, called as a person or a program calls it."""
