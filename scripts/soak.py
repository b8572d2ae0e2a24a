#!/usr/bin/env python3
"""Runs mcp-check on the clean reference server again and again: nothing may ever be found.

Usage: cargo build --release --workspace && scripts/soak.py [TIMES]        (50 by default)

Every round tests all transports at once, each on a server of its own. Exits 1 at the end when any run reported
anything, started a diagnosis or left a process behind, with what it was.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
SERVER = str(RELEASE / "reference-server")
TOOL = str(RELEASE / "mcp-check")

# How each transport's server is started; the arguments of stdio are its command.
WAYS = {
    "stdio": [],
    "http": ["--transport", "http"],
    "http, answers as events": ["--transport", "http", "--sse"],
    "http, streams closed early": ["--transport", "http", "--sse", "--early-close"],
    "http, without sessions": ["--transport", "http", "--stateless"],
    "HTTP+SSE": ["--transport", "sse"],
    "WebSocket": ["--transport", "ws"],
}


def start(arguments):
    """A network server and its URL, which it prints on standard error."""
    child = subprocess.Popen(
        [SERVER, *arguments, "--until-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    for line in child.stderr:
        for word in line.split():
            if word.startswith(("http://", "ws://")):
                return child, word
    raise SystemExit(f"{arguments}: the server printed no URL")


def check(target):
    """What one run reported; empty when there was nothing."""
    command = [TOOL, "run", target, "--no-progress", "--report", "json=-"]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    try:
        server = json.loads(run.stdout)["servers"][0]
    except (ValueError, LookupError):
        return [f"exit {run.returncode}, no report: {run.stderr[-300:]}"]
    said = [f"exit {run.returncode}"] if run.returncode else []
    if server["diagnosis"]:
        said.append(server["diagnosis"]["message"])
    said += [f"{it['status']} {it['requirements']} {it['message']}" for it in server["findings"]]
    if server["leftover_processes"]:
        said.append("a process was left behind")
    return said


def once(way):
    """What a run over one transport reported."""
    arguments = WAYS[way]
    if not arguments:
        return check(SERVER)
    child, url = start(arguments)
    try:
        return check(url)
    finally:
        child.stdin.close()
        child.wait(timeout=30)


def main():
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(WAYS)) as pool:
        for turn in range(1, times + 1):
            for way, said in zip(WAYS, pool.map(once, WAYS)):
                failed += bool(said)
                for line in said:
                    print(f"round {turn}, {way}: {line}")
            print(f"{turn} of {times} rounds, {failed} runs with findings", flush=True)
    sys.exit(1 if failed else 0)


main()
