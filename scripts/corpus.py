#!/usr/bin/env python3
"""Real MCP servers of other people as a test bed: install, start, and test them with mcp-check.

  corpus.py list [WORD ...]              name, transport, revisions, SDK, safe (WORD filters any column)
  corpus.py install NAME ...             into ROOT; one npm prefix or Python environment per group
  corpus.py config NAME ...              print {"mcpServers": ...} for installed stdio servers, fresh folders
  corpus.py up NAME ...                  start HTTP servers on free loopback ports, print {"mcpServers": ...},
                                         serve until stdin closes, then stop what was started
  corpus.py run NAME [-- ARGS]           mcp-check run on one installed server, with further arguments
  corpus.py verify [NAME ...]            run mcp-check on the servers that have a file under
                                         fixtures/corpus/verdicts and compare; exit 1 on a difference
  corpus.py accept NAME ...              write those files; reasons given in them by hand are kept

`small` stands for a quick mixed set. The servers run offline; their packages come from npm, PyPI and
crates.io. Options before the verb: --root DIR (default ~/.cache/mcp-corpus), --binary FILE.
"""
import argparse, json, os, pathlib, shlex, shutil, signal, socket, subprocess, sys, tempfile, time, tomllib

HERE = pathlib.Path(__file__).resolve().parent.parent / "fixtures/corpus"
VERDICTS = HERE / "verdicts"
SMALL = ["filesystem", "everything", "everything-http", "everything-sse", "memory", "py-git", "fastmcp4-stdio",
         "fastmcp4-http", "ts-sdk2-stdio", "ts-sdk2-http", "everything-0.6.2", "extended-memory", "claude-flow-ws"]


def sh(argv, **kw):
    print("+", argv if isinstance(argv, str) else shlex.join(argv), file=sys.stderr)
    subprocess.run(argv, check=True, shell=isinstance(argv, str), stdout=sys.stderr, **kw)


def requirements(install):
    """The package words of an install line: everything after the client's name, verb and flags."""
    words = shlex.split(install.split("&&")[0])[2:]
    return [w for w in words if not w.startswith("-")]


def install(server, root):
    group, line = server["group"], server["install"]
    apps = root / "apps"
    if not apps.exists():
        shutil.copytree(HERE / "apps", apps)
    stamp = root / "stamps" / (server["registry"] + "-" + group + "-" + server["package"].replace("/", "_") + "-" + server["version"])
    if stamp.exists():
        return
    if "apps/rmcp-thin" in line:
        sh(["cargo", "build", "--manifest-path", str(apps / "rmcp-thin/Cargo.toml"), "--target-dir", str(root / "cargo/target2")])
    elif "xmcp build" in line:
        sh(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps", *requirements(line)], cwd=apps / "xmcp")
        sh(["npx", "xmcp", "build"], cwd=apps / "xmcp")
    elif server["registry"] == "npm":
        prefix = root / "npm" / group
        prefix.mkdir(parents=True, exist_ok=True)
        env = dict(os.environ, PUPPETEER_SKIP_DOWNLOAD="1", PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD="1")
        sh(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps", "--prefix", str(prefix), *requirements(line)], env=env)
    elif server["registry"] == "pypi":
        venv = root / "venv" / group
        if not venv.exists():
            sh([sys.executable, "-m", "venv", str(venv)])
        sh([str(venv / "bin/pip"), "install", "-q", "--disable-pip-version-check", *requirements(line)])
    else:
        sh(["cargo", "install", "--locked", "--root", str(root / "cargo" / group), *requirements(line)])
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()


def prepare(server, root, port):
    """Fresh temp dir, files and setup; returns argv, env, cwd with every placeholder filled."""
    tmp = tempfile.mkdtemp(prefix="mcp-" + server["name"] + "-")
    fill = lambda text: text.replace("{tmpdir}", tmp).replace("{root}", str(root)).replace("{port}", str(port))
    home = pathlib.Path(tmp, "home")
    home.mkdir(); pathlib.Path(tmp, "data").mkdir()
    env = {"HOME": str(home), "TMPDIR": tmp, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", "XDG_CACHE_HOME": str(home / ".cache")}
    env.update({k: fill(v) for k, v in server.get("env", {}).items()})
    for name, content in server.get("files", {}).items():
        path = pathlib.Path(fill(name) if name.startswith("{") else os.path.join(tmp, name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fill(content))
    if server.get("setup"):
        subprocess.run(fill(server["setup"]), shell=True, cwd=tmp, env={**os.environ, **env}, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, check=True)
    return [fill(a) for a in server["launch"]], env, tmp


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(server, root):
    """Starts a server that listens; returns the child and its entry of an mcpServers object."""
    port = server.get("port") or free_port()
    argv, env, cwd = prepare(server, root, port)
    log = open(os.path.join(cwd, "server.log"), "wb")
    clean = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TERM")}
    child = subprocess.Popen(argv, cwd=cwd, env={**clean, **env}, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
    deadline = time.time() + 60
    while time.time() < deadline and child.poll() is None:
        with socket.socket() as s:
            s.settimeout(0.5)
            if s.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    if child.poll() is not None:
        print(f"{server['name']}: exited with {child.returncode}, see {cwd}/server.log", file=sys.stderr)
    scheme, kind = ("ws", "websocket") if server["transport"] == "ws" else ("http", server["transport"])
    entry = {"type": kind, "url": f"{scheme}://127.0.0.1:{port}{server.get('path', '')}"}
    if server.get("headers"):
        entry["headers"] = {k: v.replace("{port}", str(port)) for k, v in server["headers"].items()}
    return child, entry


def stop(child):
    try:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(5)
    except ProcessLookupError:
        pass
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def up(servers, root):
    started = {s["name"]: start(s, root) for s in servers}
    print(json.dumps({"mcpServers": {name: entry for name, (_, entry) in started.items()}}, indent=2), flush=True)
    try:
        sys.stdin.read()
    except KeyboardInterrupt:
        pass
    for child, _ in started.values():
        stop(child)


def check(server, root, binary, arguments, **how):
    """Runs mcp-check on one server; returns its exit code."""
    if server["transport"] == "stdio":
        argv, env, cwd = prepare(server, root, free_port())
        base = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TERM", "COLUMNS")}
        line = [binary, "run", "--name", server["name"], "--cwd", cwd, *arguments, "--", *argv]
        return subprocess.run(line, env={**base, **env}, **how).returncode
    child, entry = start(server, root)
    try:
        headers = [w for k, v in entry.get("headers", {}).items() for w in ("--header", f"{k}={v}")]
        if server["transport"] == "sse":
            headers += ["--transport", "sse"]
        return subprocess.run([binary, "run", "--name", server["name"], *headers, *arguments, entry["url"]], **how).returncode
    finally:
        stop(child)


def verdict(server, root, binary):
    """What mcp-check says of a server, without anything that differs from run to run."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        how = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        code = check(server, root, binary, ["--report", f"json={report.name}"], **how)
        text = pathlib.Path(report.name).read_text()
    return summary(code, json.loads(text)["servers"][0]) if text else {"exit": code}


def summary(code, seen):
    """The failed requirements of a report, and what was found out about the server."""
    rows = []
    for f in seen["findings"]:
        # Which member of a broken request was met first depends on how far the time reached.
        subject = "member" if f["subject"].startswith("member:") else f["subject"]
        row = {"requirement": ", ".join(f["requirements"]), "subject": subject, "revisions": sorted(f["revisions"])}
        if f["status"] == "failed" and row not in rows:
            rows.append(row)
    rows.sort(key=lambda r: (r["requirement"], r["subject"]))
    return {
        "exit": code,
        "diagnosis": seen["diagnosis"] and seen["diagnosis"]["kind"],
        "revisions": seen["revisions"],
        "findings": rows,
    }


def key(row):
    return row["requirement"], row["subject"]


def write(name, new):
    path = VERDICTS / f"{name}.json"
    old = json.loads(path.read_text()) if path.exists() else {}
    reasons = {key(row): row["because"] for row in old.get("findings", []) if "because" in row}
    for row in new.get("findings", []):
        if key(row) in reasons:
            row["because"] = reasons[key(row)]
    VERDICTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n")


def differences(name, new):
    old = json.loads((VERDICTS / f"{name}.json").read_text())
    for row in old.get("findings", []):
        row.pop("because", None)
    out = [f"{k}: was {old.get(k)}, is {new.get(k)}" for k in ("exit", "diagnosis", "revisions") if old.get(k) != new.get(k)]
    out += [f"new: {row}" for row in new.get("findings", []) if row not in old.get("findings", [])]
    out += [f"gone: {row}" for row in old.get("findings", []) if row not in new.get("findings", [])]
    return out


def verify(servers, root, binary):
    failed = 0
    for server in servers:
        found = differences(server["name"], verdict(server, root, binary))
        failed += bool(found)
        print(f"{'differs' if found else 'same   '} {server['name']}", *found, sep="\n    ", flush=True)
    print(f"{len(servers) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--root", type=pathlib.Path, default=pathlib.Path.home() / ".cache/mcp-corpus")
    p.add_argument("--binary", default=str(HERE.parent.parent / "target/release/mcp-check"))
    p.add_argument("verb", choices=["list", "install", "config", "up", "run", "verify", "accept"])
    p.add_argument("names", nargs="*")
    words = sys.argv[1:]
    words, rest = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else (words, [])
    a = p.parse_args(words)
    servers = {s["name"]: s for s in tomllib.loads((HERE / "manifest.toml").read_text())["server"]}
    if a.verb == "list":
        for s in servers.values():
            row = "\t".join([s["name"], s["transport"], ",".join(s["revisions"]), s["sdk"], "safe" if s["safe_to_call"] else "not-safe", s["package"] + "@" + s["version"]])
            if all(w in row for w in a.names):
                print(row)
        return
    names = [n for w in a.names for n in (SMALL if w == "small" else [w])]
    if a.verb == "verify" and not names:
        names = sorted(path.stem for path in VERDICTS.glob("*.json"))
    unknown = [n for n in names if n not in servers]
    if unknown:
        sys.exit("not in the manifest: " + ", ".join(unknown))
    chosen = [servers[n] for n in names]
    root = a.root.resolve()
    root.mkdir(parents=True, exist_ok=True)
    if a.verb == "install":
        failed = []
        for s in chosen:
            try:
                install(s, root)
            except subprocess.CalledProcessError as e:
                failed.append(s["name"]); print(f"{s['name']}: {e}", file=sys.stderr)
        sys.exit("failed: " + ", ".join(failed) if failed else 0)
    if a.verb == "run":
        sys.exit(max([check(s, root, a.binary, rest) for s in chosen], default=0))
    if a.verb == "verify":
        verify(chosen, root, a.binary)
    if a.verb == "accept":
        for s in chosen:
            write(s["name"], verdict(s, root, a.binary))
            print("wrote", s["name"], flush=True)
    if a.verb == "config":
        out = {}
        for s in chosen:
            if s["transport"] != "stdio":
                print(f"{s['name']}: {s['transport']}, use `up`", file=sys.stderr)
                continue
            argv, env, cwd = prepare(s, root, free_port())
            out[s["name"]] = {"command": argv[0], "args": argv[1:], "env": env, "cwd": cwd}
        print(json.dumps({"mcpServers": out}, indent=2))
    if a.verb == "up":
        for s in chosen:
            if s["transport"] == "stdio":
                print(f"{s['name']}: stdio, use `config`", file=sys.stderr)
        up([s for s in chosen if s["transport"] != "stdio"], root)


main()
