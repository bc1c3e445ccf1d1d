"""The engine: a process without Qt that inspects and trains, driven by JSON lines."""
