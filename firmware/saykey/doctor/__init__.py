"""What is wrong with the machine, and what to do: facts read once, findings computed from them."""
