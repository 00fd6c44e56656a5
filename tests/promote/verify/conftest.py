"""What tests of verification share stands beside them, in `verify_project`: make it importable."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
