def raise_pay(now):
    """Each January and July, 500 yuan more where more than 15 % a year quit in the last six months; at most 6,000."""
    if now.date.month not in (1, 7):
        return None
    pay, turnover = now.lever("pay"), now.station("turnover", months=6)
    return {"pay": {town: min(6000, pay[town] + 500) for town in now.stations if turnover[town] > 0.15}}


def relieve(now):
    """Half the tasks and no receptions where most needs waited over the last six months; the others as usual."""
    waiting = now.station("waiting", months=6)
    worst = max(waiting, key=waiting.get)
    return {
        "administrative_burden": {town: 0.5 if town == worst else 1 for town in now.stations},
        "publicity_emphasis": {town: 0 if town == worst else 1 for town in now.stations},
    }
