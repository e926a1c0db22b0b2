"""What runs in the sandbox, and the sandbox."""
