#!/usr/bin/env python3
"""Lets the clients of the SDKs work with the reference server, over every transport they speak.

  interop.py [WORD ...]     runs the cells whose name holds every WORD, such as `ts-2` or `http 2026`

Clients come from npm, PyPI and crates.io and are kept in --root (default ~/.cache/mcp-interop). A client
that cannot be installed is skipped, and that is said. Exit code 1 if any cell failed, 2 if none ran.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = REPOSITORY / "fixtures/interop"
HANDSHAKE, STATELESS = "handshake", "2026-07-28"
# Seconds for one client to do everything, or to be installed.
PATIENCE, INSTALLATION = 60, 900

# How the reference server is started for each way to reach it.
SERVERS = {
    "stdio": [],
    "http": ["--transport", "http"],
    "http+sse": ["--transport", "http", "--sse"],
    "http+early-close": ["--transport", "http", "--early-close"],
    "http+auth": ["--transport", "http", "--auth"],
    "sse": ["--transport", "sse"],
    "sse+auth": ["--transport", "sse", "--auth"],
    "ws": ["--transport", "ws"],
}
HTTP = [name for name in SERVERS if name.startswith("http")]


class Missing(Exception):
    """A part that cannot be had on this machine."""


def sh(argv, **options):
    print("+", " ".join(map(str, argv)), file=sys.stderr)
    try:
        subprocess.run(argv, check=True, timeout=INSTALLATION, stdout=sys.stderr, **options)
    except FileNotFoundError as error:
        raise Missing(f"{argv[0]} is not installed") from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Missing(f"{argv[0]} failed: {error}") from error


def npm(root, name, *packages, scripts=False):
    folder = root / name
    stamp = folder / ".installed"
    if not stamp.exists() or stamp.read_text() != " ".join(packages):
        folder.mkdir(parents=True, exist_ok=True)
        refusal = [] if scripts else ["--ignore-scripts"]
        sh(["npm", "install", "--no-audit", "--no-fund", *refusal, "--prefix", folder, *packages])
        stamp.write_text(" ".join(packages))
    return folder


def script(root, name, file, *packages):
    """A client in JavaScript, beside its packages so that they are found."""
    folder = npm(root, name, *packages)
    for each in (file, "steps.mjs"):
        shutil.copyfile(FIXTURES / each, folder / each)
    return ["node", folder / file]


def python(root, version):
    folder = root / f"py-{version}"
    stamp = folder / ".installed"
    if not stamp.exists():
        sh([sys.executable, "-m", "venv", folder])
        extra = "[ws]" if version.startswith("1.") else ""
        sh([folder / "bin/pip", "install", "-q", "--disable-pip-version-check", f"mcp{extra}=={version}"])
        stamp.touch()
    return [folder / "bin/python", FIXTURES / "client.py"]


def rmcp(root):
    target = root / "rmcp-target"
    sh(["cargo", "build", "-q", "--manifest-path", FIXTURES / "rmcp/Cargo.toml", "--target-dir", target])
    return [target / "debug/interop-rmcp"]


def inspector(root):
    folder = npm(root, "inspector", "@modelcontextprotocol/inspector@2.12.0")
    # The Inspector wants a newer Node than many machines have; its install script fetches the binary.
    node = npm(root, "node", "node@24", scripts=True) / "node_modules/node/bin/node"
    if not node.exists():
        raise Missing("node 24 has no binary for this machine")
    return [sys.executable, FIXTURES / "inspector.py", node, folder / "node_modules/.bin/mcp-inspector"]


# Name, installation, what it speaks over which eras.
CLIENTS = [
    ("ts-2", lambda root: script(root, "ts-2", "client2.mjs", "@modelcontextprotocol/client@2.4.0"),
     {HANDSHAKE: ["stdio", *HTTP, "sse", "sse+auth"], STATELESS: ["stdio", "http", "http+sse", "http+auth"]}),
    ("ts-1", lambda root: script(root, "ts-1", "client1.mjs", "@modelcontextprotocol/sdk@1.32.2", "ws@8"),
     {HANDSHAKE: ["stdio", *HTTP, "sse", "sse+auth", "ws"]}),
    ("py-2", lambda root: python(root, "2.3.0"),
     {HANDSHAKE: ["stdio", *HTTP, "sse", "sse+auth"], STATELESS: ["stdio", "http", "http+sse", "http+auth"]}),
    ("py-1", lambda root: python(root, "1.30.0"),
     {HANDSHAKE: ["stdio", *HTTP, "sse", "sse+auth", "ws"]}),
    ("rmcp", rmcp,
     {HANDSHAKE: ["stdio", "http", "http+sse", "http+early-close"], STATELESS: ["stdio", "http", "http+sse"]}),
    ("inspector", inspector, {HANDSHAKE: ["stdio", "http", "http+sse", "sse"]}),
]


def reference_server(root):
    target = REPOSITORY / "target"
    sh(["cargo", "build", "-q", "-p", "reference-server", "--target-dir", target], cwd=REPOSITORY)
    return target / "debug/reference-server"


def run_cell(binary, argv, transport, era):
    """What the client printed, or the end of its complaints."""
    if transport == "stdio":
        return run_client(argv, transport, era, [binary])
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [binary, *SERVERS[transport], "--until-stdin-closes"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=folder, text=True)
        try:
            return run_client(argv, transport, era, [server.stderr.readline().strip()])
        finally:
            server.kill()
            server.wait()


def run_client(argv, transport, era, target):
    try:
        done = subprocess.run(
            [*argv, transport, era, *target], capture_output=True, text=True, timeout=PATIENCE,
            env=dict(os.environ, NO_COLOR="1"))
    except subprocess.TimeoutExpired as error:
        return False, f"not done after {PATIENCE} s: {tail(error.stderr)}"
    if done.returncode == 0:
        try:
            report = json.loads(done.stdout.strip().splitlines()[-1])
            return True, f"{report['revision']}, {len(report['steps'])} steps"
        except (ValueError, KeyError, IndexError):
            return False, f"no report: {tail(done.stdout)}"
    return False, tail(done.stderr or done.stdout)


def tail(text):
    text = text.decode(errors="replace") if isinstance(text, bytes) else text or ""
    return text.strip()[-700:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path.home() / ".cache/mcp-interop")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    options.root.mkdir(parents=True, exist_ok=True)
    binary = reference_server(options.root)
    rows, jobs = [], []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, install, speaks in CLIENTS:
            cells = [(era, transport) for era, transports in speaks.items() for transport in transports]
            wanted = [cell for cell in cells if all(word in " ".join([name, *cell]) for word in options.words)]
            if not wanted:
                continue
            try:
                argv = install(options.root)
            except Missing as missing:
                rows.append((name, "", "", "skipped", str(missing)))
                continue
            for era, transport in wanted:
                job = pool.submit(run_cell, binary, argv, transport, era)
                jobs.append((name, era, transport, job))
        for name, era, transport, job in jobs:
            fine, note = job.result()
            rows.append((name, era, transport, "ok" if fine else "FAILED", note))
    for name, era, transport, state, note in rows:
        first, *rest = note.splitlines() or [""]
        print(f"{name:<10} {era:<11} {transport:<17} {state:<8} {first}")
        for line in rest:
            print(f"           | {line}")
    states = [row[3] for row in rows]
    print(f"{states.count('ok')} ok, {states.count('FAILED')} failed, {states.count('skipped')} skipped")
    sys.exit(1 if "FAILED" in states else 0 if "ok" in states else 2)


if __name__ == "__main__":
    main()
