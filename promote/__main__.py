"""Run `python -m promote` as `promote`."""

from __future__ import annotations

from promote.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
