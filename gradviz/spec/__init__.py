"""What was asked for: the experiment as pure data. Standard library only."""
