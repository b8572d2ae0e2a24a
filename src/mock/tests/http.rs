//! The built-in server and every reaction over Streamable HTTP.

use super::super::SseOut;
use super::*;

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
const SESSION: &str = "mcp-session-id";
const VERSION: &str = "mcp-protocol-version";

/// A server with a session of the revision, and the id of that session.
fn opened(script: &str, revision: Revision) -> (Server, String) {
    let mut server = server(&format!("transport http\n{script}"));
    let reply = post(&mut server, &[], &initialize(revision.as_str()));
    assert_eq!(reply.status, 200);
    let session = value(&reply, SESSION).expect("a session id").to_owned();
    let initialized = post(&mut server, &[(SESSION, &session)], INITIALIZED);
    assert_eq!(
        (initialized.status, initialized.body),
        (202, HttpBody::Empty)
    );
    (server, session)
}

fn value<'r>(reply: &'r HttpReply, name: &str) -> Option<&'r str> {
    crate::transcript::event::header(&reply.headers, name)
}

fn status(server: &mut Server, method: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    reply(server, &http(method, headers), body).status
}

/// The headers that mirror a request of 2026-07-28.
fn modern_headers(method: &str) -> [(&str, &str); 2] {
    [(VERSION, "2026-07-28"), ("Mcp-Method", method)]
}

fn modern_request(method: &str, params: Value) -> String {
    request_of(Revision::V2026_07_28, method, params)
}

#[test]
fn a_session_carries_a_conversation() {
    for revision in Revision::HANDSHAKE {
        let (mut server, session) = opened("", revision);
        let headers = [(SESSION, session.as_str()), (VERSION, revision.as_str())];
        let pong = post(&mut server, &headers, PING);
        assert_eq!(pong.status, 200);
        assert_eq!(
            pong.headers,
            [("content-type".to_owned(), "application/json".to_owned())]
        );
        assert!(pong.ends);
        assert_eq!(
            body(&pong),
            json!({"jsonrpc": "2.0", "id": 1, "result": {}})
        );
        let unknown = post(&mut server, &headers, &request("nope", json!({})));
        assert_eq!(body(&unknown)["error"]["code"], -32601);
        let answer = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
        assert_eq!(status(&mut server, "POST", &headers, answer), 202);
    }
}

#[test]
fn sessions_are_demanded_and_end() {
    let (mut server, session) = opened("", Revision::V2025_11_25);
    let ours = [(SESSION, session.as_str())];
    assert_eq!(status(&mut server, "POST", &[], PING), 400);
    assert_eq!(status(&mut server, "POST", &[], INITIALIZED), 400);
    assert_eq!(
        status(&mut server, "POST", &[(SESSION, "other")], PING),
        404
    );
    assert_eq!(status(&mut server, "DELETE", &[], ""), 400);
    assert_eq!(status(&mut server, "DELETE", &ours, ""), 200);
    assert_eq!(status(&mut server, "POST", &ours, PING), 404);
    assert_eq!(status(&mut server, "DELETE", &ours, ""), 404);
    let next = post(&mut server, &[], &initialize("2025-06-18"));
    assert_ne!(value(&next, SESSION), Some(session.as_str()));
    assert_eq!(next.status, 200);
}

#[test]
fn sessions_have_revisions_of_their_own() {
    let (mut server, old) = opened("", Revision::V2025_03_26);
    let newer = post(&mut server, &[], &initialize("2025-11-25"));
    let newer = value(&newer, SESSION).unwrap().to_owned();
    let batch = format!("[{PING},{INITIALIZED}]");
    let answer = post(&mut server, &[(SESSION, &old)], &batch);
    assert_eq!(
        body(&answer),
        json!([{"jsonrpc": "2.0", "id": 1, "result": {}}])
    );
    let only_notifications = format!("[{INITIALIZED}]");
    assert_eq!(
        status(&mut server, "POST", &[(SESSION, &old)], &only_notifications),
        202
    );
    let refused = post(&mut server, &[(SESSION, &newer)], &batch);
    assert_eq!(
        (refused.status, body(&refused)["error"]["code"].clone()),
        (400, json!(-32600))
    );
}

#[test]
fn an_invalid_version_header_is_refused_from_2025_06_18_on() {
    for revision in Revision::HANDSHAKE {
        let (mut server, session) = opened("", revision);
        let expected = if revision >= Revision::V2025_06_18 {
            400
        } else {
            200
        };
        for version in ["1900-01-01", "not-a-version"] {
            let headers = [(SESSION, session.as_str()), (VERSION, version)];
            assert_eq!(
                status(&mut server, "POST", &headers, PING),
                expected,
                "{revision}"
            );
        }
        assert_eq!(
            status(&mut server, "POST", &[(SESSION, &session)], PING),
            200
        );
    }
}

#[test]
fn a_get_opens_a_quiet_stream() {
    let (mut server, session) = opened("", Revision::V2025_11_25);
    let stream = reply(&mut server, &http("GET", &[(SESSION, &session)]), "");
    assert_eq!(stream.status, 200);
    assert_eq!(value(&stream, "content-type"), Some("text/event-stream"));
    assert_eq!(
        (stream.body, stream.ends),
        (HttpBody::Sse(Vec::new()), false)
    );
    assert_eq!(status(&mut server, "GET", &[], ""), 400);
    assert_eq!(status(&mut server, "PUT", &[], ""), 405);
}

#[test]
fn foreign_origins_are_refused_everywhere() {
    let (mut server, session) = opened("", Revision::V2025_11_25);
    for method in ["POST", "GET", "DELETE"] {
        let headers = [
            (SESSION, session.as_str()),
            ("Origin", "http://mcp-check.invalid"),
        ];
        let refused = reply(&mut server, &http(method, &headers), PING);
        assert_eq!((refused.status, refused.body), (403, HttpBody::Empty));
    }
    let own = [
        (SESSION, session.as_str()),
        ("Origin", "http://127.0.0.1:9000"),
    ];
    assert_eq!(status(&mut server, "POST", &own, PING), 200);
}

#[test]
fn unreadable_bodies_are_bad_requests() {
    let (mut server, session) = opened("", Revision::V2025_11_25);
    for (text, code) in [("{", -32700), ("", -32700), ("{}", -32600), ("7", -32600)] {
        let refused = post(&mut server, &[(SESSION, &session)], text);
        assert_eq!(refused.status, 400);
        assert_eq!(body(&refused)["error"]["code"], code);
    }
}

#[test]
fn modern_statuses_follow_the_errors() {
    let mut server = server("transport http\nrevision 2026-07-28\nrevisions 2026-07-28");
    let mut ask = |headers: &[(&str, &str)], line: &str| {
        let reply = post(&mut server, headers, line);
        assert_eq!(value(&reply, SESSION), None);
        (reply.status, body(&reply)["error"]["code"].as_i64())
    };
    let discover = modern_request("server/discover", json!({}));
    assert_eq!(
        ask(&modern_headers("server/discover"), &discover),
        (200, None)
    );
    assert_eq!(ask(&[], &discover), (400, Some(-32020)));
    assert_eq!(
        ask(&modern_headers("tools/list"), &discover),
        (400, Some(-32020))
    );
    let nope = modern_request("nope", json!({}));
    assert_eq!(ask(&modern_headers("nope"), &nope), (404, Some(-32601)));
    let ping = modern_request("ping", json!({}));
    assert_eq!(ask(&modern_headers("ping"), &ping), (404, Some(-32601)));
    let read = modern_request("resources/read", json!({"uri": "memo://logo"}));
    assert_eq!(
        ask(&modern_headers("resources/read"), &read),
        (400, Some(-32020))
    );
    let bare = request(
        "tools/list",
        json!({"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}}),
    );
    assert_eq!(
        ask(&modern_headers("tools/list"), &bare),
        (400, Some(-32602))
    );
    let old = bare.replace("2026-07-28", "1900-01-01");
    let old_headers = [(VERSION, "1900-01-01"), ("mcp-method", "tools/list")];
    assert_eq!(ask(&old_headers, &old), (400, Some(-32022)));
    assert_eq!(ask(&[], &initialize("2025-11-25")), (400, Some(-32020)));
    let cursor = modern_request("tools/list", json!({"cursor": "x"}));
    assert_eq!(
        ask(&modern_headers("tools/list"), &cursor),
        (200, Some(-32602))
    );
}

#[test]
fn a_modern_server_has_only_post() {
    let mut server = server("transport http\nrevisions 2026-07-28");
    for method in ["GET", "DELETE"] {
        let refused = reply(&mut server, &http(method, &[]), "");
        assert_eq!(
            (refused.status, value(&refused, "allow")),
            (405, Some("POST"))
        );
    }
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/x"}"#;
    assert_eq!(status(&mut server, "POST", &[], notification), 202);
}

#[test]
fn both_eras_live_on_one_endpoint() {
    let (mut server, session) = opened("", Revision::V2025_06_18);
    let list = modern_request("tools/list", json!({}));
    let modern = post(&mut server, &modern_headers("tools/list"), &list);
    assert_eq!(body(&modern)["result"]["resultType"], "complete");
    let plain = post(
        &mut server,
        &[(SESSION, &session)],
        &request("tools/list", json!({})),
    );
    assert_eq!(body(&plain)["result"].get("resultType"), None);
}

#[test]
fn a_subscription_is_an_open_stream() {
    let mut server = server("transport http");
    let line = modern_request("subscriptions/listen", json!({"notifications": {}}));
    let stream = post(&mut server, &modern_headers("subscriptions/listen"), &line);
    assert_eq!((stream.status, stream.ends), (200, false));
    assert_eq!(value(&stream, "x-accel-buffering"), Some("no"));
    let HttpBody::Sse(events) = stream.body else {
        panic!("no stream");
    };
    let first: Value = serde_json::from_slice(events[0].data.as_ref().unwrap()).unwrap();
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(events.len(), 1);
}

#[test]
fn facts_change_the_answer() {
    let script = "> ping {\"a\": 1}\n< http 418\n< header Content-Type: text/plain\n< header X: y\n< default\n\
        > ping {\"a\": 2}\n< http 204\n> ping {\"a\": 3}\n< header content-type absent\n< open\n< result 7\n\
        > ping {\"a\": 4}\n< http 502\n< body text/html <p>$id</p>\n> ping {\"a\": 5}\n< silence\n> ping {\"a\": 6}\n< exit 2";
    let (mut server, session) = opened(script, Revision::V2025_11_25);
    let mut ping = |a: i32| {
        let request = http("POST", &[(SESSION, &session)]);
        http_acts(
            &mut server,
            &request,
            &super::request("ping", json!({"a": a})),
        )
    };
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let whole = |text: &str| HttpBody::Whole(text.as_bytes().to_vec());
    let reply = |status, headers, body, ends| {
        vec![Act::Http(HttpReply {
            status,
            headers,
            body,
            ends,
        })]
    };
    let pong = whole(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
    let headers = vec![header("Content-Type", "text/plain"), header("X", "y")];
    assert_eq!(ping(1), reply(418, headers, pong, true));
    assert_eq!(ping(2), reply(204, vec![], HttpBody::Empty, true));
    let seven = whole(r#"{"jsonrpc":"2.0","id":1,"result":7}"#);
    assert_eq!(ping(3), reply(200, vec![], seven, false));
    let html = vec![header("content-type", "text/html")];
    assert_eq!(ping(4), reply(502, html, whole("<p>1</p>"), true));
    assert_eq!(ping(5), []);
    assert_eq!(ping(6), [Act::Exit(2)]);
    assert_eq!(ping(1), []);
}

#[test]
fn a_rule_can_stream() {
    let script = "> tools/list\n< sse\n< open\n< sse-event id=1 retry=5 data=\n< sse-event comment=hm\n\
        < notify notifications/message {}\n< default\n< sse-event event=message id=2 data={\"id\":$id}";
    let (mut server, session) = opened(script, Revision::V2025_11_25);
    let stream = post(
        &mut server,
        &[(SESSION, &session)],
        &request("tools/list", json!({})),
    );
    assert_eq!(stream.status, 200);
    assert_eq!(
        stream.headers,
        [("content-type".to_owned(), "text/event-stream".to_owned())]
    );
    assert!(!stream.ends);
    let HttpBody::Sse(events) = stream.body else {
        panic!("no stream");
    };
    assert_eq!(events.len(), 5);
    let priming = SseOut {
        id: Some("1".to_owned()),
        retry: Some(5),
        data: Some(Vec::new()),
        ..SseOut::default()
    };
    assert_eq!(events[0], priming);
    assert_eq!(
        (events[1].comment.as_deref(), &events[1].data),
        (Some("hm"), &None)
    );
    assert_eq!(
        events[2].data.as_deref(),
        Some(&br#"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#[..])
    );
    let answer: Value = serde_json::from_slice(events[3].data.as_ref().unwrap()).unwrap();
    assert_eq!(answer["result"]["tools"][0]["name"], "echo");
    assert_eq!(events[4].data.as_deref(), Some(&br#"{"id":1}"#[..]));
    assert_eq!(events[4].event.as_deref(), Some("message"));
}

#[test]
fn rules_can_depend_on_headers_and_on_the_http_method() {
    let script = "> any *\nwhen origin: http://mcp-check.invalid\n< serve\n> ping\nwhen mcp-session-id absent\n< serve\n\
        > http DELETE\n< http 405\n> http POST\nwhen x-drop: 1\n< http 500";
    let (mut server, session) = opened(script, Revision::V2025_11_25);
    let ours = (SESSION, session.as_str());
    let foreign = ("Origin", "http://mcp-check.invalid");
    assert_eq!(status(&mut server, "POST", &[ours, foreign], PING), 200);
    assert_eq!(status(&mut server, "POST", &[], PING), 200);
    assert_eq!(
        status(
            &mut server,
            "POST",
            &[ours, foreign],
            &initialize("2025-11-25")
        ),
        200
    );
    assert_eq!(status(&mut server, "DELETE", &[ours], ""), 405);
    assert_eq!(status(&mut server, "POST", &[("X-Drop", "1")], PING), 200);
    assert_eq!(
        status(&mut server, "POST", &[ours, ("X-Drop", "1")], PING),
        500
    );
    assert_eq!(status(&mut server, "POST", &[ours], PING), 200);
}

#[test]
fn scripted_errors_have_the_status_of_their_era() {
    let script = "> tools/list\n< error -32601 \"m\"";
    let (mut server, session) = opened(script, Revision::V2025_11_25);
    let list = request("tools/list", json!({}));
    assert_eq!(
        status(&mut server, "POST", &[(SESSION, &session)], &list),
        200
    );
    let list = modern_request("tools/list", json!({}));
    assert_eq!(
        status(&mut server, "POST", &modern_headers("tools/list"), &list),
        404
    );
}

#[test]
fn a_scripted_initialize_keeps_its_session() {
    let result = "< result {\"protocolVersion\": \"2025-03-26\"}";
    let (mut server, session) = opened(&format!("> initialize\n{result}"), Revision::V2025_11_25);
    let batch = format!("[{PING}]");
    assert_eq!(
        status(&mut server, "POST", &[(SESSION, &session)], &batch),
        200
    );
    let (mut streamed, session) = opened("> initialize\n< sse\n< default", Revision::V2025_11_25);
    assert_eq!(
        status(&mut streamed, "POST", &[(SESSION, &session)], PING),
        200
    );
    let (mut named, session) = opened(
        "> initialize\n< header Mcp-Session-Id: a b\n< default",
        Revision::V2025_11_25,
    );
    assert_eq!(session, "a b");
    assert_eq!(status(&mut named, "POST", &[(SESSION, "a b")], PING), 200);
}

#[test]
fn a_server_without_sessions_serves_everybody() {
    let script = "transport http\n> initialize\n< header mcp-session-id absent\n< default";
    let mut server = server(script);
    let agreed = post(&mut server, &[], &initialize("2025-06-18"));
    assert_eq!((agreed.status, value(&agreed, SESSION)), (200, None));
    assert_eq!(status(&mut server, "POST", &[], INITIALIZED), 202);
    assert_eq!(status(&mut server, "POST", &[], PING), 200);
    assert_eq!(
        status(&mut server, "POST", &[(VERSION, "1900-01-01")], PING),
        400
    );
}
