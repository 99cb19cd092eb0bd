"""Rules of staff: competence, exams, staying and quitting, hiring."""

from __future__ import annotations

import math

from sim.compile import rule
from sim.scenario.parameters import Parameters as P
from sim.words import MONTHS_PER_YEAR, MOST_LOGIT, Certificate


@rule
def competence_next(
    p: P, competence: float, training: float, quality: float, service: float, partners: float, has_partners: bool
) -> float:
    """Competence (0-1) a month later, from hours of training and service and the mean competence of partner stations.

    Source: training effects (Arthur et al. 2003), decay (Arthur et al. 1998), peer learning assumed.
    """
    gain = (p.training_gain * training * quality + p.practice_gain * service) * (1.0 - competence)
    gain -= p.competence_decay * competence
    if has_partners:
        gain += p.partner_learning * max(0.0, partners - competence)
    return min(1.0, max(0.0, competence + gain))


@rule
def exam_attempt_chance(p: P, bonus: float) -> float:
    """Chance to sit this year's exam. Source: paper 四(二), bonuses; sizes assumed."""
    return min(1.0, p.exam_attempt + p.exam_attempt_bonus * min(1.0, bonus / p.exam_bonus_full))


@rule
def exam_pass_chance(p: P, certificate: int, competence: float) -> float:
    """Chance to pass the exam for the next certificate. Source: assumption."""
    if certificate == Certificate.NO_CERTIFICATE.value:
        return min(1.0, p.exam_assistant_base + p.exam_assistant_competence * competence)
    if certificate == Certificate.ASSISTANT.value:
        return min(1.0, p.exam_social_worker_base + p.exam_social_worker_competence * competence)
    if certificate == Certificate.SOCIAL_WORKER.value:
        return p.exam_senior_competence * competence
    return 0.0


@rule
def competence_after_exam(p: P, competence: float) -> float:
    """Competence (0-1) after passing. Source: assumption."""
    return competence + p.exam_gain * (1.0 - competence)


@rule
def stay_chance(
    p: P,
    pay: float,
    benefits: float,
    promotion: float,
    training: float,
    conflict: float,
    is_trained: bool,
    burnout: float,
    arrears: float,
    trust: float,
) -> float:
    """Chance of answering "I mean to stay" (0-1), so that its mean is the survey share (paper 三(二): 41.12 %).

    `training`: hours a month times their quality, as the levers say. Source: autonomy counts more than pay (Qin et al.
    2022), burnout (Mor Barak et al. 2001), training keeps staff (paper 四(二)); sizes in the parameters.
    """
    pull = (
        p.stay_base
        + p.stay_pay * math.log(pay / p.outside_wage)
        + p.stay_benefits * (benefits - p.benefits_reference)
        + p.stay_promotion * (promotion - p.promotion_reference)
        + p.stay_training * (training - p.training_reference)
        - p.stay_burnout * (burnout - p.burnout_reference)
        - p.stay_arrears * arrears
        + p.stay_recognition * (trust - p.recognition_reference)
    )
    push = p.stay_conflict * (conflict - p.initial_conflict)
    if is_trained:
        push *= p.stay_trained_sensitivity
    return 1.0 / (1.0 + math.exp(push - pull))


@rule
def quit_chance(p: P, stay: float) -> float:
    """Chance to quit this month, from the chance of meaning to stay. Source: .05 a year of stayers, .305 of leavers."""
    yearly = min(1.0, p.quit_floor + p.quit_span * (1.0 - stay))
    return 1.0 - (1.0 - yearly) ** (1.0 / MONTHS_PER_YEAR)


@rule
def hire_chance(p: P, base_pay: float) -> float:
    """Chance that a vacancy fills this month. Source: paper 三(二), hard to recruit; size assumed."""
    return min(1.0, p.hire_rate * base_pay / p.outside_wage / p.hire_pay_reference)


@rule
def hire_trained_chance(p: P, base_pay: float) -> float:
    """Chance that a hire is trained in social work. Source: paper 三(二), .3551 at the pay of 2024; slope assumed."""
    return 1.0 / (1.0 + math.exp(-(p.hire_trained_base + p.hire_trained_pay * math.log(base_pay / p.outside_wage))))


@rule
def start_competence(p: P, is_trained: bool, normal: float) -> float:
    """Competence (0-1) of new staff, from a standard normal number. Source: assumption."""
    mean = p.competence_trained if is_trained else p.competence_untrained
    return min(1.0, max(0.0, mean + p.competence_sd * normal))


@rule
def start_certificate(p: P, is_trained: bool, u: float) -> int:
    """Certificate (`words.Certificate`) of new staff, from a uniform number. Source: assumption."""
    assistant = p.trained_assistant if is_trained else p.untrained_assistant
    social_worker = p.trained_social_worker if is_trained else p.untrained_social_worker
    senior = p.trained_senior if is_trained else p.untrained_senior
    if u < senior:
        return Certificate.SENIOR.value
    if u < senior + social_worker:
        return Certificate.SOCIAL_WORKER.value
    if u < senior + social_worker + assistant:
        return Certificate.ASSISTANT.value
    return Certificate.NO_CERTIFICATE.value


@rule
def strong_chance(p: P, competence: float) -> float:
    """Chance of rating one's own ability as strong (0-1). Source: paper 三(二): 31.77 %; form assumed."""
    logit = p.strong_slope * (competence - p.strong_threshold) / p.competence_sd
    return 1.0 / (1.0 + math.exp(min(-logit, MOST_LOGIT)))
