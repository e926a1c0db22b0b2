"""What makes the course's editions from its sources: exercises, pages, a sample class."""
