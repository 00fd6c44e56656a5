"""Steps that leave their process as no step should, each followed by one that looks at what it finds there."""

import os
import signal
import sys
import threading

import dagster as dg

from platform_core.executor import platform_executor

HELD = threading.Event()


def environment():
    """Change the environment."""
    os.environ["ISOLATED_LEAK"] = "1"
    del os.environ["EXECUTOR_TRACE"]


def directory():
    """Go elsewhere."""
    os.chdir("/")


def thread():
    """Leave a thread that does not end, and that nobody need wait for."""
    threading.Thread(target=HELD.wait, name="left").start()


def stream():
    """Close the stream that everybody prints to."""
    sys.stdout.close()


def descriptor():
    """Close what is below that stream, so that the next file that is opened takes its place."""
    os.close(1)


def mask():
    """Let nobody read what is written from now on."""
    os.umask(0o777)


def modules():
    """Let nothing be found that is not imported yet."""
    sys.path.clear()


def interrupts():
    """Hear no interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def fork():
    """Leave a process that goes on as if it were the step."""
    os.fork()


def prints():
    """Print ten megabytes, and bytes that are no text."""
    sys.stdout.write("x" * 10_000_000 + "\n")
    sys.stdout.flush()
    sys.stdout.buffer.write(b"\xff\xfe\n")


LEAVING = (environment, directory, thread, stream, descriptor, mask, modules, interrupts, fork, prints)


def leaving(body):
    """Give an op of a function that takes and gives nothing."""

    @dg.op(name=body.__name__, ins={"start": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
    def op():
        body()

    return op


def looking(name):
    """Give an op that leaves a line of what it finds."""

    @dg.op(name=f"after_{name}", ins={"start": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
    def op():
        found = [word for word in ("ISOLATED_LEAK",) if word in os.environ]
        found += [thread.name for thread in threading.enumerate() if thread.name == "left"]
        found += [] if os.getcwd() == os.environ["ISOLATED_HOME"] else [os.getcwd()]  # noqa: PTH109 - what chdir takes
        found += [] if sys.path else ["no path"]
        found += ["ignored"] if signal.getsignal(signal.SIGINT) is signal.SIG_IGN else []
        before = os.umask(0o022)
        found += ["mask"] if before == 0o777 else []
        print("heard")  # noqa: T201 - it must be possible
        with open(os.environ["EXECUTOR_TRACE"], "a") as trace:  # noqa: PTH123 - a plain file of a plain step
            trace.write(f"after_{name} {os.getpid()} {' '.join(found)}\n")

    return op


class Odd(BaseException):
    """What no handler of errors expects."""


def exits():
    """Ask the interpreter to end."""
    raise SystemExit(5)


def odd():
    """Raise what is no Exception."""
    raise Odd("odd")


def unpicklable():
    """Give what cannot be kept."""
    return lambda: None


LEAVES = {body.__name__: leaving(body) for body in LEAVING}
LOOKS = {name: looking(name) for name in LEAVES}
ENDS = {body.__name__: dg.op(name=body.__name__)(body) for body in (exits, odd, unpicklable)}


@dg.job(executor_def=platform_executor)
def isolated():
    """Leave something, look, leave the next thing, and at last end in ways of their own."""
    done = None
    for name, op in LEAVES.items():
        done = LOOKS[name](op() if done is None else op(done))
    for op in ENDS.values():
        op()
