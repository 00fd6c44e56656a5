"""How often Python looks for circles of garbage, and that what a step leaves is found."""

import gc
import weakref

from promote.garbage import collected_as_usual, seldom_collected


class Circle:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_steps_are_collected_after_as_usual_and_what_was_there_is_looked_at_again_later():
    usual = gc.get_threshold()
    before = Circle()
    seen = weakref.ref(before)
    with seldom_collected():
        assert gc.get_threshold()[0] > usual[0]
        with collected_as_usual():
            assert gc.get_threshold() == usual
            left = weakref.ref(Circle())
        assert left() is None
        assert gc.get_threshold()[0] > usual[0]
    assert gc.get_threshold() == usual
    assert gc.get_freeze_count() == 0
    del before
    gc.collect()
    assert seen() is None
