"""What the screens of rankings are made of."""
