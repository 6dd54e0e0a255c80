"""`presswatch doctor`: what could keep the pipeline from its work on this machine, and what to do about it."""
