"""Governance: policies, classification, personal data, lineage, retention, erasure, audit, compliance reports."""
