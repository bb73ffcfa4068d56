"""Files of needs and capabilities: read → map the header → typed rows → actions → report."""
