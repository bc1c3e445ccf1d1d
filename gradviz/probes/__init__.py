"""What is measured at which step, and what it costs. Works on any module, with or without an engine."""
