"""The invented city of Lanping: what it consists of, how its events come about, and how it is built and played on."""
