"""What the screens of rectifications are made of."""
