"""`python -m matching`: ranking, merging and joining of CSV files."""

from matching.command_line import main

raise SystemExit(main())
