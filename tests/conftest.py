"""Shared by all tests: this folder is on the path, so that every test can import `rules_help`."""
