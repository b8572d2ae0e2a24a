#!/usr/bin/env python3
"""Runs the official conformance suite of MCP against the reference server and compares with what is expected.

  official-suite.py                 exit 0: as expected; 1: a difference; 2: could not run; 3: skipped
  official-suite.py --accept        write what was seen as what is expected

Options: --binary FILE (default: build reference-server), --cache DIR (default ~/.cache/mcp-check/official-suite),
--keep DIR (leave the suite's own results there), --offline (install nothing).

The suite and the Node.js that it needs come from npm, pinned, into the cache directory. What is expected stands
in fixtures/reference-server/official-suite.tsv, one line per revision, mode of answering and
scenario; what that means stands in
fixtures/reference-server/OFFICIAL-SUITE.md.
"""
import argparse, difflib, json, os, pathlib, shutil, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXPECTED = ROOT / "fixtures/reference-server/official-suite.tsv"
PACKAGES = {"@modelcontextprotocol/conformance": "0.2.0-alpha.12", "node": "24.21.0"}
REVISIONS = ["2025-11-25", "2026-07-28"]
# The same server answering by JSON, and by streams that it closes before the answer.
MODES = {"json": [], "streams": ["--sse", "--early-close"]}
# Seconds for an install, for the start of the server, and for one revision of the suite.
INSTALL, START, SUITE = 300, 10, 300


def say(text):
    print(f"official-suite: {text}", file=sys.stderr)


def skip(reason):
    say(f"SKIPPED, nothing was tested: {reason}")
    sys.exit(3)


def give_up(reason):
    say(reason)
    sys.exit(2)


def installed(cache):
    """Whether exactly the pinned packages are there."""
    for name, version in PACKAGES.items():
        manifest = cache / "node_modules" / name / "package.json"
        if not manifest.exists() or json.loads(manifest.read_text())["version"] != version:
            return False
    return (cache / "node_modules/.bin/node").exists()


def install(cache, offline):
    if installed(cache):
        return
    if offline:
        skip(f"the suite is not installed in {cache}, and --offline forbids to install it")
    if not shutil.which("npm"):
        skip("there is no npm on this machine, which the suite is installed with")
    cache.mkdir(parents=True, exist_ok=True)
    (cache / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}))
    words = ["npm", "install", "--no-audit", "--no-fund"]
    say(f"installing into {cache}")
    done = subprocess.run(words, cwd=cache, stdout=sys.stderr, timeout=INSTALL)
    if done.returncode != 0 or not installed(cache):
        skip("npm could not install the suite (see above)")


def build():
    words = ["cargo", "build", "--quiet", "-p", "reference-server"]
    if subprocess.run(words, cwd=ROOT).returncode != 0:
        give_up("the reference server does not build")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "debug/reference-server"


class Server:
    """The reference server on a free port, for as long as the block lasts."""

    def __init__(self, binary, folder, mode):
        self.port_file = folder / "url"
        words = [str(binary), "--transport", "http", "--official", "--until-stdin-closes", *MODES[mode]]
        self.words = words + ["--port-file", str(self.port_file)]

    def __enter__(self):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(self.words, **pipes)
        until = time.monotonic() + START
        while not self.port_file.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                give_up("the reference server did not start")
            time.sleep(0.02)
        return self.port_file.read_text().strip()

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(START)
        except subprocess.TimeoutExpired:
            self.process.kill()


def run(cache, url, revision, mode, results):
    """One line per scenario: revision, mode, scenario, scored or not, number of successes, everything else."""
    program = cache / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
    words = [str(cache / "node_modules/.bin/node"), str(program), "server", "--url", url]
    words += ["--requirements", revision, "-o", str(results)]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SUITE)
    text = done.stdout
    if "=== SUMMARY ===" not in text:
        give_up(f"the suite did not finish for {revision}:\n{text[-2000:]}")
    unscored = {line.split()[1] for line in text.splitlines() if line.startswith(("  ✓ ", "  ✗ "))}
    lines = []
    for file in sorted(results.glob("server-*/checks.json")):
        # The folder is called server-SCENARIO-TIME, and the time has six parts.
        scenario = "-".join(file.parent.name.split("-")[1:-6])
        checks = json.loads(file.read_text())
        passed = sum(check["status"] == "SUCCESS" for check in checks)
        rest = sorted({f"{c['status']} {c['id']}" for c in checks if c["status"] not in ("SUCCESS", "INFO")})
        score = "not scored" if scenario in unscored else "scored"
        lines.append("\t".join([revision, mode, scenario, score, str(passed), "; ".join(rest)]))
    return lines


def compare(seen):
    expected = EXPECTED.read_text().splitlines() if EXPECTED.exists() else []
    difference = list(difflib.unified_diff(expected, seen, "expected", "seen", lineterm="", n=0))
    if difference:
        print("\n".join(difference))
        say(f"not as expected; if that is right, keep it with --accept and explain it beside {EXPECTED.name}")
        return 1
    seen = seen[1:]  # The first line names the columns.
    scored = [line.split("\t") for line in seen if "\tscored\t" in line]
    failed = [line for line in scored if "FAILURE" in line[5]]
    say(f"as expected: {len(scored)} scored scenarios, {len(failed)} of them failed; {len(seen) - len(scored)} more")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--binary", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path.home() / ".cache/mcp-check/official-suite")
    options = parser.parse_args()
    install(options.cache, options.offline)
    binary = options.binary or build()
    seen = ["revision\tmode\tscenario\tscored\tpassed\tother than passed"]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        results = options.keep or folder
        for revision, mode in [(revision, mode) for revision in REVISIONS for mode in MODES]:
            place = folder / f"{revision}-{mode}"
            place.mkdir()
            with Server(binary, place, mode) as url:
                seen += run(options.cache, url, revision, mode, results / f"results-{revision}-{mode}")
    if options.accept:
        EXPECTED.write_text("\n".join(seen) + "\n")
        say(f"wrote {EXPECTED}")
        return 0
    return compare(seen)


if __name__ == "__main__":
    sys.exit(main())
