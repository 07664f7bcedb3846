"""The sheet: one picture of a staged meeting to look at."""
