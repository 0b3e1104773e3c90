"""The project's own picture: a fluffy white dog, drawn from a seed."""
