"""Watching the figures: control charts over the rollups, what changed, and feeds gone silent."""
