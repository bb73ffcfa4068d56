"""Who trades and what they offer: accounts, organisations, capabilities, suggestions, notifications."""
