"""`python -m workbench`, the same as the `workbench` command."""

import sys

from workbench.start import main

sys.exit(main())
