"""The Zoom driver on the user interface that Zoom itself ships, fed by a small service of ours."""
