"""Training: one loop, and stages as data. Nothing here opens a video or a page."""
