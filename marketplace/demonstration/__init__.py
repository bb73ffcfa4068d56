"""The demonstration: invented organisations, people, needs and capabilities, through the actions like anybody's."""
