"""The dispatch catalogue (派单目录): who handles what, and which service is suggested for a matter."""
