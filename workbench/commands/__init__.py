"""The commands, one module each: `HELP`, `configure(parser)` and `execute(arguments) -> exit code`."""
