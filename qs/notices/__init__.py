"""How the office tells people something outside the screens: by e-mail and by webhook (通知)."""
