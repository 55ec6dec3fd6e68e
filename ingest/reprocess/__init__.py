"""Work on what is recorded: new renditions of stored bytes."""
