"""What the screens of personal data are made of."""
