"""Statistics of quality: plain numbers in, plain numbers out, every formula with its source."""
