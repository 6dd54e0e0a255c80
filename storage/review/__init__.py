"""What a press review tells: asked of the published copy (`questions`), read (`reading`), handed out (`records`)."""
