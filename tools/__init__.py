"""What makes files of this project, by hand and seldom: `python -m tools.NAME`. No part of the package."""
