"""How fast mailsig is, next to what else there is: ``python -m benchmarks``."""
