"""How long a test waits for what must come."""

PATIENCE = 600.0
"""Seconds: only a program that hangs needs so many. A slow machine is slow, and no test fails of that."""
