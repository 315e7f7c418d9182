"""What was measured: feeds, events, and the rollups every screen reads."""
