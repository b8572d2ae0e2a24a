#!/usr/bin/env python3
"""How long the reference server takes from its start to its first answer.

  start-time.py [--binary FILE] [--times N]      exit 1 when the fastest start takes more than 20 ms

Without --binary the server is built (debug). Over stdio the time runs until the answer to `initialize` has come,
over HTTP until the address is in the file. On a busy machine the smallest figure says most.
"""
import argparse, json, os, pathlib, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 0.020
INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
    "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "start-time", "version": "1"}}}


def start(words):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([str(word) for word in words], **pipes)


def over_stdio(binary):
    begin = time.perf_counter()
    with start([binary]) as process:
        process.stdin.write(json.dumps(INITIALIZE).encode() + b"\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        took = time.perf_counter() - begin
        process.stdin.close()
    assert b'"protocolVersion":"2025-11-25"' in answer, answer
    return took


def over_http(binary):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "url"
        begin = time.perf_counter()
        with start([binary, "--transport", "http", "--until-stdin-closes", "--port-file", file]) as process:
            while not file.exists() and process.poll() is None:
                time.sleep(0.0005)
            took = time.perf_counter() - begin
            assert file.exists(), "the server did not start"
            process.stdin.close()
    return took


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path)
    parser.add_argument("--times", type=int, default=50)
    options = parser.parse_args()
    if not options.binary:
        subprocess.run(["cargo", "build", "--quiet", "-p", "reference-server"], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    binary = options.binary or target / "debug/reference-server"
    slow = False
    for name, measure in (("stdio", over_stdio), ("http", over_http)):
        figures = [measure(binary) for _ in range(options.times)]
        least, middle = min(figures), statistics.median(figures)
        print(f"{name}: fastest {least * 1000:.1f} ms, median {middle * 1000:.1f} ms of {options.times} starts")
        slow |= least > LIMIT
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
