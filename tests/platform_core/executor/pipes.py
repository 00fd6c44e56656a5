"""Meeting a body that waits in another process, without looking again and again."""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Pipe:
    """A named pipe that a body reads until this end of it is closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)

    def meet(self) -> None:
        """Wait until a body is at the other end."""
        self._end = os.open(self.path, os.O_WRONLY)

    def let_go(self) -> None:
        """Let the body go on."""
        os.close(self._end)

    def wait_for_its_end(self) -> None:
        """Wait until no process is at the other end any more."""
        poll = select.poll()
        poll.register(self._end, 0)  # an error is told of in any case: nobody reads
        poll.poll()
        os.close(self._end)
