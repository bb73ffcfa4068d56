"""What is needed: needs, precision, moderation, merged demands, calls; the event log and the outbox."""
