"""Floor 3: loops over rows. A phase draws chance, calls rules, moves state, and counts; the science is in the rules."""
