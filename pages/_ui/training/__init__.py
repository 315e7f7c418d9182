"""What the screens of training are made of."""
