"""Floor 2, the science: one formula for one agent, in scalars. No arrays, no randomness.

A rule returns a chance, an amount of hours or yuan, or a new value. Whoever changes a policy theory edits a rule and
need never open a phase. `p` is the month's record of parameters (`sim.scenario.parameters`).
"""
