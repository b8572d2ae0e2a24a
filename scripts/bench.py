#!/usr/bin/env python3
"""Measures mcp-check against its budgets: CPU and memory of its own process, binary size.

Usage: cargo build --release --workspace && scripts/bench.py [RUNS]

CPU is the user and system time of the mcp-check process alone, read from /proc after it has ended
and before it is reaped, so that the tested server does not count. Memory is the high-water mark of
its resident set, sampled every 2 ms. Linux only. Exits 1 when a budget is exceeded.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
TICK = os.sysconf("SC_CLK_TCK")


def measure(argv):
    """CPU seconds, peak resident MB and wall seconds of one run."""
    started = time.monotonic()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = [0]
    done = threading.Event()

    def sample():
        while not done.wait(0.002):
            try:
                for line in open(f"/proc/{child.pid}/status"):
                    if line.startswith("VmHWM"):
                        peak[0] = max(peak[0], int(line.split()[1]))
            except OSError:
                return

    sampler = threading.Thread(target=sample)
    sampler.start()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    wall = time.monotonic() - started
    fields = open(f"/proc/{child.pid}/stat").read().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / TICK
    done.set()
    sampler.join()
    child.wait()
    return cpu, peak[0] / 1024, wall, child.returncode


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    tool, server = RELEASE / "mcp-check", RELEASE / "reference-server"
    for binary in (tool, server):
        if not binary.exists():
            sys.exit(f"{binary} is missing: cargo build --release --workspace")
    failed = False

    def budget(name, value, limit, unit):
        nonlocal failed
        ok = value < limit
        failed = failed or not ok
        print(f"{'ok  ' if ok else 'OVER'}  {name}: {value:.3f} {unit} (budget {limit} {unit})")

    # What generated calls cost depends on how many fit into their time, which is the machine's doing:
    # their CPU is shown beside the budget of the checks.
    for words, limit in (["--generate-time", "0"], 0.5), ([], None):
        results = [measure([tool, "run", server, *words]) for _ in range(runs)]
        what = "with generated calls" if limit is None else "checks only"
        codes = sorted({r[3] for r in results})
        print(f"run on the stdio reference server, five revisions, {what}, {runs} runs, exit codes {codes}")
        cpu = statistics.median(r[0] for r in results)
        if limit is None:
            print(f"      own CPU, median: {cpu:.3f} s")
        else:
            budget("own CPU, median", cpu, limit, "s")
        budget("peak memory, largest", max(r[1] for r in results), 30, "MB")
        print(f"      wall, median: {statistics.median(r[2] for r in results):.2f} s")
    # A single start is shorter than the clock tick: take the mean of many.
    starts = [measure([tool, "--version"])[0] for _ in range(50)]
    budget("--version CPU, mean of 50", statistics.mean(starts), 0.01, "s")
    budget("binary size", tool.stat().st_size / 1e6, 20, "MB")
    sys.exit(1 if failed else 0)


main()
