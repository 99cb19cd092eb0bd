"""The words of the model: states, kinds and constants. No logic lives here.

Floor 0: every other module may import this one; it imports nothing of ours.
"""

from __future__ import annotations

from enum import IntEnum

NONE = -1
"""Row index that points at nothing."""

WORKDAYS_PER_MONTH = 21.74
"""Mean number of Monday-to-Friday days in a calendar month."""

MONTHS_PER_YEAR = 12.0
DAYS_PER_YEAR = 365.0

MAX_PARTNERS = 8
"""Most partner stations a station can be allied with (width of a column)."""

MAX_SERVICES = 15
"""Most services a worker can carry at once (width of a column)."""

MAX_DAYS_TO_CLOSE = 256
"""Width of the histogram of days from dispatch to closing; the last bin holds all longer ones."""

LEAST_HOURS = 1e-9
"""Hours below this are what rounding leaves, and count as none."""

HOURS_DONE = 100 * LEAST_HOURS
"""Hours left up to which a service is finished: what it still asks for would be too few hours to be kept."""

LEAST_YUAN = 1e-6
"""Yuan below this are what rounding leaves, and count as none."""

MOST_LOGIT = 700.0
"""exp overflows above 709, which plain Python raises and compiled code calls infinite: log odds beyond are no chance at all."""

TRUST_UNIT = 1 << 23
"""Trust is summed as whole multiples of 1/TRUST_UNIT, so that a sum does not depend on its order."""


class NeedState(IntEnum):
    """Where a need is. Every need is in exactly one of these states."""

    FUTURE = 0  # its onset lies ahead
    HIDDEN = 1  # arisen, nobody knows of it
    QUEUED = 2  # detected, in the guidance centre's queue
    WAITING = 3  # dispatched to a station, no worker yet
    IN_SERVICE = 4  # a member of a station's case or group
    AWAY = 5  # with the guidance centre or another organisation
    MET = 6
    UNMET = 7  # its service ended and did not meet it
    PAPER_CLOSED = 8  # closed on paper at the deadline
    GIVEN_UP = 9  # left while waiting
    EXPIRED = 10  # was never detected


class Line(IntEnum):
    """Rows of `World.lines`: needs (or services, or residents) that wait for something, in order."""

    QUEUED = 0  # for dispatch
    AWAY = 1  # with the centre or another organisation
    WAITING = 2  # at a station, for a worker
    UNASSIGNED = 3  # services without a worker, first in line
    TOUCHED = 4  # residents whose trust an experience moved since their needs' hazards were refreshed


class Kind(IntEnum):
    """What kind of service a need calls for, and a service is."""

    CASE = 0
    GROUP = 1


class Route(IntEnum):
    """Where the guidance centre dispatched a need."""

    NOWHERE = 0
    CENTRE = 1
    OTHER = 2
    STATION = 3


class Certificate(IntEnum):
    """National social work certificate (社会工作者职业水平证书)."""

    NO_CERTIFICATE = 0
    ASSISTANT = 1  # 助理社会工作师
    SOCIAL_WORKER = 2  # 社会工作师
    SENIOR = 3  # 高级社会工作师


CERTIFICATES = ("none", "assistant", "social_worker", "senior")
"""As files and agents name them, in the order of `Certificate`."""


class Draw(IntEnum):
    """One name per random decision. The number is part of the draw: never reuse or renumber one."""

    CONTRACT_TASKS = 1
    OFFCONTRACT_TASKS = 2
    CONTRACT_HOURS = 3
    OFFCONTRACT_HOURS = 4
    ACCEPT = 5
    RECEPTION = 6
    PREPARATION = 7
    HOSTING = 8
    SECOND = 9
    SECOND_DAYS = 10
    SUPERVISE = 11
    TOWN_KEY = 12
    NEED_KEY = 13
    ONSET = 20
    KIND = 21
    CASE_HOURS = 22
    DETECTION = 23
    EXPIRY = 24
    GIVING_UP = 25
    DISPATCH_LAG = 26
    ROUTE = 27
    AWAY_DAYS = 28
    AWAY_SUCCESS = 29
    DUPLICATE = 30
    SUCCESS = 31
    PAPER = 32
    WHOSE = 33
    PAYMENT = 40
    OWN_REVENUE = 41
    EXAM_ATTEMPT = 50
    EXAM_PASS = 51
    QUIT = 52
    HIRE = 53
    HIRE_TRAINED = 54
    HIRE_COMPETENCE = 55
    HIRE_CERTIFICATE = 56
    LINK = 60
    UNLINK = 61
    JOIN_AND_AWARE = 70
    LOW_BITS = 71
    START_TRUST = 80
    START_AWARE = 81
    START_TRAINED = 82
    START_COMPETENCE = 83
    START_CERTIFICATE = 84
    START_TENURE = 85
    GRID_STRENGTH = 86
    TOWN_SHARES = 87
