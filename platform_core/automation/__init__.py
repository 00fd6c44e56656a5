"""What runs without a person: conditions by layer, jobs by layer and domain with retries, and what is left alone."""

from __future__ import annotations

from platform_core.automation.conditions import automation
from platform_core.automation.jobs import asset_job, domain_job, layer_job, retries

__all__ = ["asset_job", "automation", "domain_job", "layer_job", "retries"]
