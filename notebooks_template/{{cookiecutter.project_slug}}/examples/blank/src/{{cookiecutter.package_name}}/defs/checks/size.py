"""What is known of a table from outside: it never holds more than the town has people."""

from platform_core.asset_checks import check_row_count

as_many_visits_as_people = check_row_count(min=1, max=70_000_000).on("visits", blocking=False)
