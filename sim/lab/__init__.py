"""Floor 5, the lab: many runs. It runs worlds, not Mesa models, and turns them into tables, effects and answers."""
