"""What the screens of signals are made of."""
