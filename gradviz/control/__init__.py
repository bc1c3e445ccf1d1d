"""The Qt boundary: the engine's owner, the session being edited, the clock that refreshes the pictures."""
