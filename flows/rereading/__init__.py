"""Kept pages read again with today's extractor: to store what is better, or to see beforehand what would change."""
