"""What is kept: results on disk, read back as one class, checked, exported, made again."""
