"""Orders to put something right, whatever raised them (整改)."""
