"""Designs: what is asked, read from YAML, and the points that it comes to."""
