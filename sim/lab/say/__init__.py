"""What may be said of results: numbers, names, verdicts, sentences."""
