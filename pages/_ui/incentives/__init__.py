"""What the screens of incentives are made of."""
