"""What the screens of participation are made of."""
