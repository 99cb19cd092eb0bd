"""An agent-based policy laboratory for social work stations (社工站). The architecture is in README.md beside this file."""
