"""What the screens of feeds are made of."""
