"""Models written in Python by whoever uses the program: run as they are, and measured like any other."""
