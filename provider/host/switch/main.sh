# The switch, step by step.
