"""What the screens of inspections are made of."""
