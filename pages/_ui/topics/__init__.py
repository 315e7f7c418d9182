"""What the screens of topics are made of."""
