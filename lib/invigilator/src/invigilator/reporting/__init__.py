"""What an instructor reads of a graded class."""
