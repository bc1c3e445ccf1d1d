"""What happened: the run store, what a reader sees of it, and the session document. No torch, no Qt."""
