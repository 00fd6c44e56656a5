"""Governance that enforces itself: policies, classification, personal data, retention, lineage, audit and reports."""
