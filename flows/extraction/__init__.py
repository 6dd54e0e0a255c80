"""`presswatch extract`: pages that somebody has saved, or one from the web, through the stages without a store."""
