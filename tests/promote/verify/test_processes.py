from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from promote.verify import processes
from promote.verify.processes import KERNEL_FILE, Processes, kill_group, kill_kernel, serve, watch_parent

SLEEPER = "import signal, sys; print('ready', flush=True); signal.pause()"


def run(code: str, tmp_path: Path, **named: object) -> tuple[int, list[str]]:
    lines: list[str] = []
    processes = Processes()
    named.setdefault("on_line", lines.append)
    exit_code = processes.run(
        ["-c", code],
        env=dict(os.environ),
        cwd=tmp_path,
        log=tmp_path / "log",
        **named,  # type: ignore[arg-type]
    )
    return exit_code, lines


def gone(process: int) -> bool:
    """Wait until a process is gone, by the kernel's own word."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 30)[0])
    finally:
        os.close(descriptor)


def test_lines_are_handed_on_and_errors_go_to_the_log(tmp_path: Path):
    code, lines = run("import sys; print('a'); print('ü'); print('hidden', file=sys.stderr); sys.exit(3)", tmp_path)
    assert (code, lines) == (3, ["a", "ü"])
    assert (tmp_path / "log").read_text() == "hidden\n"


def test_the_working_folder_is_not_on_the_path(tmp_path: Path):
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    assert run("import json", tmp_path)[0] == 0


def test_a_child_that_leaves_a_process_behind_takes_it_with_it(tmp_path: Path):
    code = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); print(p.pid)"
    exit_code, lines = run(code, tmp_path, silence=0.05)
    assert exit_code == 0
    assert gone(int(lines[0]))


def test_silence_is_told_until_the_child_goes_on(tmp_path: Path):
    told: list[str] = []
    code = "import sys; sys.stdin.readline(); print('done')"
    processes = Processes()

    def on_silence() -> None:
        if not told:
            (child,) = processes._running
            assert child.stdin is not None
            child.stdin.write("go on\n")
            child.stdin.flush()
        told.append("silence")

    processes.run(
        ["-c", code],
        env=dict(os.environ),
        cwd=tmp_path,
        log=tmp_path / "log",
        on_line=told.append,
        on_silence=on_silence,
        silence=0.05,
    )
    assert told[0] == "silence"
    assert told[-1] == "done"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interruption_kills_the_child_and_its_kernel(tmp_path: Path, error: type[BaseException]):
    kernel = subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, start_new_session=True)
    assert kernel.stdout is not None
    kernel.stdout.readline()
    (tmp_path / KERNEL_FILE).write_text(str(kernel.pid))
    children: list[int] = []

    def interrupt(line: str) -> None:
        children.append(int(line))
        raise error

    code = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
    with pytest.raises(error):
        run(code, tmp_path, on_line=interrupt, folder=tmp_path)
    assert gone(children[0])
    assert kernel.wait(30) == -9
    kernel.stdout.close()
    assert not (tmp_path / KERNEL_FILE).exists()


def test_all_children_can_be_ended_at_once(tmp_path: Path):
    processes = Processes()

    def end(line: str) -> None:
        processes.end_all()

    code = processes.run(["-c", SLEEPER], env=dict(os.environ), cwd=tmp_path, log=tmp_path / "log", on_line=end)
    assert code == -9


def test_killing_what_is_gone_is_fine(tmp_path: Path):
    process = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    process.wait()
    kill_group(process.pid)
    kill_kernel(tmp_path)
    (tmp_path / KERNEL_FILE).write_text("no number")
    kill_kernel(tmp_path)


def test_children_and_kernels_die_with_a_parent_that_is_killed(tmp_path: Path):
    served = (
        "import os, signal, subprocess, sys\n"
        "from pathlib import Path\n"
        "from promote.verify.processes import serve\n"
        "def handle(request, tell):\n"
        f"    kernel = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}], start_new_session=True)\n"
        "    Path(request['folder'], 'kernel.pid').write_text(str(kernel.pid))\n"
        "    tell({'child': os.getpid(), 'kernel': kernel.pid})\n"
        "    signal.pause()\n"
        "serve(sys.argv[1:], handle)\n"
    )
    (tmp_path / "request.json").write_text(json.dumps({"answer": str(tmp_path / "answer"), "folder": str(tmp_path)}))
    parent = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from promote.verify.processes import Processes\n"
        f"Processes().run(['-c', {served!r}, {str(tmp_path / 'request.json')!r}], env=dict(os.environ),"
        f" cwd=Path({str(tmp_path)!r}), log=Path({str(tmp_path / 'log')!r}),"
        " on_line=lambda line: print(line, flush=True))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()
    assert gone(told["kernel"])
    assert gone(told["child"])


def test_a_request_is_served_with_standard_output_kept_apart(tmp_path: Path):
    code = (
        "import os, sys\n"
        "from promote.verify.processes import serve\n"
        "def handle(request, tell):\n"
        "    print('loud'); os.system('echo louder'); tell({'at': 1})\n"
        "    return {'sum': sum(request['numbers']), 'input': sys.stdin.read()}\n"
        "raise SystemExit(serve(sys.argv[1:], handle))\n"
    )
    answer = tmp_path / "answer.json"
    (tmp_path / "request.json").write_text(json.dumps({"answer": str(answer), "numbers": [1, 2]}))
    lines: list[str] = []
    exit_code = Processes().run(
        ["-c", code, str(tmp_path / "request.json")],
        env=dict(os.environ),
        cwd=tmp_path,
        log=tmp_path / "log",
        on_line=lines.append,
    )
    assert (exit_code, lines) == (0, ['{"at": 1}'])
    assert json.loads(answer.read_text()) == {"sum": 3, "input": ""}
    assert "louder" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("kernel", [[], [1234567]])
def test_a_child_kills_its_kernel_and_its_group_when_its_parent_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernel: list[int]
):
    killed: list[int] = []
    monkeypatch.setattr(processes, "kill_group", killed.append)
    for number in kernel:
        (tmp_path / KERNEL_FILE).write_text(str(number))
    kept = os.dup(0)
    reader, writer = os.pipe()
    os.dup2(reader, 0)
    os.close(reader)
    try:
        watch_parent(tmp_path if kernel else None)
        assert os.read(0, 1) == b"", "nobody else reads from the parent's pipe"
    finally:
        os.dup2(kept, 0)
        os.close(kept)
    (watcher,) = [thread for thread in threading.enumerate() if thread.name == "watch-parent"]
    os.write(writer, b"a word of the parent")
    assert killed == []
    os.close(writer)  # as the system does when the parent ends
    watcher.join(30)
    assert killed == [*kernel, os.getpid()]
    assert not (tmp_path / KERNEL_FILE).exists()


@pytest.mark.parametrize("folder", [None, "kernel"])
def test_a_request_is_served_and_only_what_is_told_goes_to_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], folder: str | None
):
    watched: list[object] = []
    monkeypatch.setattr(processes, "watch_parent", watched.append)

    def handle(request: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> list[int]:
        os.write(1, b"printed past Python")
        tell({"at": 1})
        return [request["number"] + 1]

    request = {"number": 4, "answer": str(tmp_path / "answer.json"), **({"folder": folder} if folder else {})}
    (tmp_path / "request.json").write_text(json.dumps(request))
    assert serve([str(tmp_path / "request.json")], handle) == 0
    assert json.loads((tmp_path / "answer.json").read_text()) == [5]
    assert capfd.readouterr() == ('{"at": 1}\n', "printed past Python")
    assert watched == [Path(folder) if folder else None]
