"""What the screens of evaluations are made of."""
