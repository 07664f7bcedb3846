"""Starting Chromium, the link to its page, and the scripts that hear it."""
