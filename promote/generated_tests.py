"""Tests of a promoted step (being joined up)."""

from dataclasses import dataclass
from promote.model import GeneratedFile


@dataclass(frozen=True)
class GeneratedTests:
    files: tuple[GeneratedFile, ...] = ()
    passed: int = 0


def generate_tests(*a):
    return GeneratedTests()
