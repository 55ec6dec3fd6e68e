"""What README.md and docs/ say is so: sessions are run, pages of reference are made from the code."""
