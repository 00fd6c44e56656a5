"""Files whose names end with a date, such as `visits_2025-03-19.csv`."""

from __future__ import annotations

import datetime as dt
import re

from platform_core.resources import FilesResource


class DatedFiles(FilesResource):
    """Files under a folder that are published again and again, each with its date in its name.

    In `config/base.yaml`, `type: "{{ cookiecutter.package_name }}.resources.reports:DatedFiles"` gives a resource of it.
    """

    def dates(self, pattern: str = "*") -> list[dt.date]:
        """Give the dates for which there is a file, in order; a name without a date is passed over."""
        found = set()
        for name in self.names(pattern):
            for text in re.findall(r"\d{4}-\d{2}-\d{2}", name):
                found.add(dt.date.fromisoformat(text))
        return sorted(found)
