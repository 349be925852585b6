"""What an answer is worth: by rule, by a function of the user's, or by a reward model."""
