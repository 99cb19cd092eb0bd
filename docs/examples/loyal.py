from sim.rules.staff import quit_chance


def loyal(p, stay):
    """Half as likely to quit, whoever means to stay or not."""
    return 0.5 * quit_chance(p, stay)
