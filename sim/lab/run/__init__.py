"""Runs: a design as chunks of work, done by executors, stage by stage."""
