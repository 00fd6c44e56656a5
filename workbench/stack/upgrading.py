"""Migrates the database that the environment names, by Dagster's own migrations, and reads all that is in it then.

Run as `python -m workbench.stack.upgrading`, in a process of its own: the last line that it prints is JSON.
"""

from __future__ import annotations

import json
import sys

from dagster import DagsterInstance


def main() -> int:
    """Migrate, read every run, event and tick, and say how many there are."""
    with DagsterInstance.get() as instance:
        instance.upgrade()
        current, head = instance.run_storage.alembic_version() or ("", "")
        runs = instance.get_runs()
        events = sum(len(instance.all_logs(run.run_id)) for run in runs)
        ticks = sum(
            len(instance.get_ticks(state.instigator_origin_id, state.selector_id))
            for state in instance.all_instigator_state()
        )
        found = {"revision": current, "head": head, "runs": len(runs), "events": events, "ticks": ticks}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
