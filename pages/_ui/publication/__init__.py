"""What the screens of publication are made of."""
