"""What may cross between the examiner and the sandbox."""
