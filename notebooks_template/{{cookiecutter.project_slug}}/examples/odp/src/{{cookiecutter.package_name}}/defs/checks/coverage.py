"""What must hold across tables: every authority that issues speak of is one that a report was expected of."""

from platform_core.asset_checks import check_referential

expected = check_referential(["report_date", "organisation"], "status")
issues_of_expected_authorities = expected.on("issues", blocking=False)
