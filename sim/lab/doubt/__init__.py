"""What is not known: figures, priors, posteriors, and answers that carry both chance and doubt."""
