"""Layers: each checks its arguments once, says what it does, and hands over to the engine."""
