"""Sources found, checked, and exchanged with feed readers."""
