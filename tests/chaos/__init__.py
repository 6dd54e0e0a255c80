"""Chaos: commands are killed at random, share their files with others, meet a full disk; nothing is lost."""
