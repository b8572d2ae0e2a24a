use std::os::unix::fs::PermissionsExt as _;

use super::*;

struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("bin")).unwrap();
        let place = Self { directory };
        place.put("bin/npx", 0o755, "");
        place.put("bin/python3", 0o755, "");
        place.put("bin/my-server", 0o755, "");
        place
    }

    fn put(&self, name: &str, mode: u32, text: &str) {
        let path = self.directory.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn around<T>(&self, act: impl FnOnce(&Surroundings<'_>) -> T) -> T {
        self.around_from(None, act)
    }

    fn around_from<T>(
        &self,
        start_in: Option<&str>,
        act: impl FnOnce(&Surroundings<'_>) -> T,
    ) -> T {
        let env = |name: &str| (name == "PATH").then(|| "bin".to_owned());
        act(&Surroundings {
            env: &env,
            cwd: self.directory.path().to_owned(),
            start_in: start_in.map(PathBuf::from),
            exe: "/opt/mcp-check".into(),
        })
    }

    fn one(&self, word: &str) -> Target {
        let resolved = self.around(|around| resolve(word, around)).unwrap();
        assert_eq!(resolved.targets.len(), 1);
        resolved.targets.into_iter().next().unwrap()
    }

    fn fault(&self, word: &str) -> String {
        self.around(|around| resolve(word, around))
            .unwrap_err()
            .to_string()
    }
}

fn shown(target: &Target) -> (String, String) {
    (target.name.clone(), target.to_string())
}

#[test]
fn words_become_targets_by_what_they_are() {
    let place = Place::new();
    place.put("server", 0o755, "\x7fELF");
    place.put("time.py", 0o644, "");
    place.put("with space", 0o755, "\x7fELF");
    let pair = |name: &str, shown: &str| (name.to_owned(), shown.to_owned());
    let cases = [
        ("server", pair("server", "./server")),
        ("./server", pair("server", "./server")),
        ("time.py", pair("time", "python3 ./time.py")),
        ("with space", pair("with space", "'./with space'")),
        ("my-server", pair("my-server", "my-server")),
        (
            "npx -y '@a/server-x@1.0' \"b c\"",
            pair("server-x", "npx -y @a/server-x@1.0 'b c'"),
        ),
        ("./server conf.json", pair("server", "./server conf.json")),
        (
            "http://u:p@127.0.0.1:80/mcp?x",
            pair("127.0.0.1:80", "http://u:p@127.0.0.1:80/mcp?x"),
        ),
        ("wss://h.invalid", pair("h.invalid", "wss://h.invalid")),
    ];
    for (word, want) in cases {
        assert_eq!(shown(&place.one(word)), want, "{word}");
    }
    assert_eq!(
        place.one("wss://h.invalid").kind.transport(),
        TransportKind::WebSocket
    );
}

#[test]
fn a_configuration_gives_its_servers() {
    let place = Place::new();
    place.put(
        "mcp.json",
        0o644,
        r#"{"mcpServers": {"b": {"command": "x"}, "a": {"url": "http://h"}}}"#,
    );
    let resolved = place.around(|around| resolve("mcp.json", around)).unwrap();
    assert!(resolved.from_configuration);
    let names: Vec<&str> = resolved.targets.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["b", "a"]);
}

#[test]
fn the_demonstration_is_two_servers_and_says_when_a_file_has_its_name() {
    let place = Place::new();
    let resolved = place.around(|around| resolve("demo", around)).unwrap();
    let shown: Vec<String> = resolved.targets.iter().map(Target::to_string).collect();
    assert_eq!(
        shown,
        [
            "/opt/mcp-check demo-server correct",
            "/opt/mcp-check demo-server broken"
        ]
    );
    assert_eq!(resolved.note, None);
    place.put("demo", 0o755, "");
    let resolved = place.around(|around| resolve("demo", around)).unwrap();
    assert!(resolved.note.unwrap().contains("./demo"));
    assert_eq!(place.one("./demo").to_string(), "./demo");
}

#[test]
fn what_is_not_there_is_named() {
    let place = Place::new();
    assert!(place.fault("./nope").contains("there is no file ./nope"));
    assert!(
        place
            .fault("nope")
            .contains("`nope` is neither a file here nor a program on PATH")
    );
    assert!(place.fault("nope --x").contains("`nope` is neither"));
    assert!(
        place
            .fault("nope.json")
            .contains("nope.json cannot be read")
    );
    assert!(place.fault("npx 'open").contains("cannot be split"));
    assert!(place.fault(" ").contains("the command is empty"));
}

#[test]
fn a_command_is_looked_up_where_it_will_run() {
    let place = Place::new();
    let found = |program: &str, start_in: Option<&str>| {
        let argv = vec![program.to_owned(), "-x".to_owned()];
        place.around_from(start_in, |around| command(argv, around).is_ok())
    };
    assert!(found("my-server", None));
    assert!(found("bin/npx", None));
    assert!(found("./npx", Some("bin")));
    assert!(!found("./npx", None));
    assert!(!found("other", None));
}

#[test]
fn a_file_is_named_in_full_when_it_is_started_elsewhere() {
    let place = Place::new();
    place.put("time.py", 0o644, "");
    let resolved = place.around_from(Some("bin"), |around| resolve("./time.py", around));
    let target = &resolved.unwrap().targets[0];
    let file = place.directory.path().join("./time.py");
    assert_eq!(
        target.kind,
        TargetKind::command(vec!["python3".into(), file.display().to_string()])
    );
}

#[test]
fn a_runner_lends_its_name_to_nothing() {
    let name = |command: &str| name_of(&shell_words::split(command).unwrap());
    assert_eq!(name("uv run --quiet server.py"), "server");
    assert_eq!(name("uvx mcp-server-time==1.2"), "mcp-server-time");
    assert_eq!(name("npx -y @x/y@latest /tmp"), "y");
    assert_eq!(name("/usr/bin/python3 -m module"), "module");
    assert_eq!(name("node"), "node");
    assert_eq!(name("./target/debug/server --stdio"), "server");
}
