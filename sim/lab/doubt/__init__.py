"""How sure an answer is: what a city's figures say of the model, and what they leave open."""
