"""A warm worker: carries out one step after another, and sends each event as it happens."""

from __future__ import annotations

import os
import random
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._utils.error import serializable_error_info_from_exc_info
from dagster._utils.interrupts import capture_interrupts

from platform_core.environment import setting
from platform_core.executor.capture import capture_quietly
from platform_core.executor.left import nothing_left
from platform_core.executor.processes import own_memory

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from dagster._core.instance.ref import InstanceRef
    from dagster_shared.error import SerializableErrorInfo

    from platform_core.executor.body import LoadedRun, StepOrder


@dataclass(frozen=True)
class StepEnd:
    """Says that a step's order is done with.

    Args:
        own_memory: What the worker now holds of memory that no other process shares, in bytes.
        error: What Dagster itself raised, where it did.
        spoiled: Whether the step left something in the process that no other step should meet.
    """

    own_memory: int
    error: SerializableErrorInfo | None = None
    spoiled: bool = False


def work(orders: Connection, loaded: LoadedRun, instance_ref: InstanceRef) -> None:
    """Carry out the orders that come, until nobody can send one any more. The process ends here."""
    capture_quietly()
    _seed_anew()
    # An interrupt waits for the places where Dagster lets a step be interrupted
    with capture_interrupts(), dg.DagsterInstance.from_ref(instance_ref) as instance, suppress(EOFError, OSError):
        while True:
            order: StepOrder = orders.recv()
            orders.send(_carry_out(order, orders, loaded, instance))
    _flush()
    os._exit(0)  # what the template registered for its own end is not this process's to do


def _carry_out(order: StepOrder, orders: Connection, loaded: LoadedRun, instance: dg.DagsterInstance) -> StepEnd:
    error, own = None, os.getpid()
    with nothing_left() as left:
        try:
            with setting(order.variables):
                for event in loaded.steps(order, instance):
                    _end_unless(own)
                    orders.send(event)
        except (Exception, KeyboardInterrupt, DagsterExecutionInterruptedError):  # noqa: BLE001 - the run worker tells it
            error = serializable_error_info_from_exc_info(sys.exc_info())
        _end_unless(own)
    _flush()
    return StepEnd(own_memory(), error, left.spoiled)


def _end_unless(own: int) -> None:
    """End a process that the step has forked and that goes on as if it were the worker: that speaks for both."""
    if os.getpid() != own:
        os._exit(0)


def _seed_anew() -> None:
    """Give this process random numbers of its own: it shares its generators with what it was forked from."""
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
