"""What the screens of standards are made of."""
