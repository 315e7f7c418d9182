"""What requests say in figures: counted, timed, rated, compared, and proved from their own rows."""
