"""Between dispatch and closing: order, help, pauses, more time, supervision, calls back (办理)."""
