use proptest::prelude::*;

use super::*;

fn decode(limit: usize, pieces: &[&[u8]]) -> (Vec<SseItem>, Option<SseTail>) {
    let mut decoder = SseDecoder::with_limit(limit);
    let mut items = Vec::new();
    for piece in pieces {
        items.extend(decoder.push(piece));
    }
    (items, decoder.finish())
}

/// The items of a stream that ends cleanly.
fn items(stream: &[u8]) -> Vec<SseItem> {
    let (items, tail) = decode(DEFAULT_LIMIT, &[stream]);
    assert_eq!(tail, None);
    items
}

fn data(data: &str) -> SseEvent {
    SseEvent {
        data: data.to_owned(),
        had_data: true,
        ..SseEvent::default()
    }
}

fn fault(offset: usize, what: &str) -> SseItem {
    let what = what.to_owned();
    SseItem::Fault(SseFault { offset, what })
}

#[test]
fn fields_make_an_event() {
    let expected = SseEvent {
        event: Some("message".to_owned()),
        id: Some("a:1".to_owned()),
        retry: Some(3000),
        ..data("{\"a\": 1}\n\n  x")
    };
    let stream =
        b"event: message\nid:a:1\ndata: {\"a\": 1}\ndata\nretry: 3000\nx-other: 1\ndata:   x\n\n";
    assert_eq!(items(stream), [SseItem::Event(expected)]);
}

#[test]
fn every_line_end_counts() {
    let expected = [
        SseItem::Event(data("a\nb")),
        SseItem::Event(data("c")),
        SseItem::Event(data("d")),
    ];
    assert_eq!(
        items(b"data: a\r\ndata: b\r\n\r\ndata:c\r\rdata:d\n\n"),
        expected
    );
}

#[test]
fn a_carriage_return_ends_the_line_without_waiting() {
    let mut decoder = SseDecoder::new();
    assert_eq!(decoder.push(b"data: a\r"), []);
    assert_eq!(decoder.push(b"\n\r"), [SseItem::Event(data("a"))]);
    assert_eq!(decoder.push(b""), []);
    assert_eq!(decoder.push(b"\ndata: b\n"), []);
    assert_eq!(decoder.push(b"\n"), [SseItem::Event(data("b"))]);
    assert_eq!(decoder.finish(), None);
}

#[test]
fn a_priming_event_has_an_id_and_empty_data() {
    let primed = SseEvent {
        id: Some("1".to_owned()),
        ..data("")
    };
    let without_data = SseEvent {
        id: Some("2".to_owned()),
        ..SseEvent::default()
    };
    assert_eq!(
        items(b"id: 1\ndata:\n\nid: 2\n\n"),
        [SseItem::Event(primed), SseItem::Event(without_data)]
    );
}

#[test]
fn a_retry_alone_is_delivered_a_name_alone_is_not() {
    let retry = SseEvent {
        retry: Some(15),
        ..SseEvent::default()
    };
    assert_eq!(
        items(b"event: ping\n\nretry: 15\n\n\n\n"),
        [SseItem::Event(retry)]
    );
}

#[test]
fn fields_do_not_leak_into_the_next_event() {
    let named = SseEvent {
        event: Some("endpoint".to_owned()),
        ..data("/messages")
    };
    assert_eq!(
        items(b"event: endpoint\ndata: /messages\n\ndata: {}\n\n"),
        [SseItem::Event(named), SseItem::Event(data("{}"))]
    );
}

#[test]
fn unusable_values_are_ignored() {
    let expected = SseEvent {
        id: Some(String::new()),
        ..data("x")
    };
    let stream = b"id:\nid: a\0b\nevent: a\nevent:\nretry: 1s\nretry:\nretry: -1\nDATA: y\n data: z\ndata: x\n\n";
    assert_eq!(items(stream), [SseItem::Event(expected)]);
    let largest = SseEvent {
        retry: Some(u64::MAX),
        ..SseEvent::default()
    };
    assert_eq!(
        items(b"retry: 99999999999999999999999\n\n"),
        [SseItem::Event(largest)]
    );
}

#[test]
fn comments_are_delivered_when_their_line_ends() {
    let mut decoder = SseDecoder::new();
    assert_eq!(
        decoder.push(b"data: a\n: keep-alive\n"),
        [SseItem::Comment("keep-alive".to_owned())]
    );
    assert_eq!(
        decoder.push(b":\n\n"),
        [SseItem::Comment(String::new()), SseItem::Event(data("a"))]
    );
}

#[test]
fn a_byte_order_mark_counts_only_at_the_start() {
    assert_eq!(
        items("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n".as_bytes()),
        [SseItem::Event(data("a"))]
    );
    assert_eq!(
        items("\u{FEFF}\n\ndata: \u{FEFF}b\n\n".as_bytes()),
        [SseItem::Event(data("\u{FEFF}b"))]
    );
}

#[test]
fn invalid_utf8_is_a_fault_at_its_place() {
    let what = "invalid UTF-8 in an event stream";
    assert_eq!(
        items(b"\xEF\xBB\xBFdata: a\xFFb\n\n:\xFF\n"),
        [
            fault(10, what),
            SseItem::Event(data("a\u{FFFD}b")),
            fault(15, what),
            SseItem::Comment("\u{FFFD}".to_owned())
        ]
    );
    assert_eq!(items(b":\r\n\r\r\n:\xFF\n")[1], fault(7, what));
}

#[test]
fn characters_may_be_split_between_pieces() {
    let stream = "data: é€😀\n\n".as_bytes();
    let pieces: Vec<&[u8]> = stream.chunks(1).collect();
    let (items, tail) = decode(DEFAULT_LIMIT, &pieces);
    assert_eq!(items, [SseItem::Event(data("é€😀"))]);
    assert_eq!(tail, None);
}

#[test]
fn the_end_of_the_stream_cuts_an_event_off() {
    let (items, tail) = decode(99, &[b"data: a\n\n: x\nid: 7\ndata: {\"b\"\xC3"]);
    assert_eq!(
        items,
        [SseItem::Event(data("a")), SseItem::Comment("x".to_owned())]
    );
    let tail = tail.expect("an unfinished event");
    assert_eq!(tail.offset, 13);
    assert_eq!(tail.event.id.as_deref(), Some("7"));
    assert_eq!(tail.event.data, "{\"b\"\u{FFFD}");
    assert_eq!(tail.fault.map(|fault| fault.offset), Some(29));

    let (_, tail) = decode(99, &[b"data: a\n"]);
    assert_eq!(tail.map(|tail| tail.event), Some(data("a")));
    assert_eq!(decode(99, &[b"data: a\n\n: bye"]).1, None);
}

#[test]
fn an_event_over_the_limit_is_dropped_whole() {
    let what = "an event is longer than 8 bytes";
    let stream = b"data: a\n\n\ndata: 12345\ndata: b\n: x\n\ndata: c\n\ndata:123456";
    let (items, tail) = decode(8, &[stream]);
    assert_eq!(
        items,
        [
            SseItem::Event(data("a")),
            fault(10, what),
            SseItem::Event(data("c")),
            fault(44, what),
        ]
    );
    assert_eq!(tail, None);
    let (items, _) = decode(8, &[b"data:1\ndata:2\n\n"]);
    assert_eq!(items, [fault(0, what)]);
}

#[test]
fn an_encoded_event_reads_as_meant() {
    let bytes = encode_event(Some("message"), Some("1"), "{}");
    assert_eq!(bytes, b"event: message\nid: 1\ndata: {}\n\n");
    assert_eq!(encode_event(None, None, ""), b"data: \n\n");
}

/// The standard's algorithm word for word over a whole stream, as an independent reading. Events
/// only, without the limits and extras of the decoder.
fn whole_stream_events(stream: &str) -> Vec<SseEvent> {
    let stream = stream.strip_prefix('\u{FEFF}').unwrap_or(stream);
    let stream = stream.replace("\r\n", "\n").replace('\r', "\n");
    let mut blocks: Vec<Vec<&str>> = vec![Vec::new()];
    let mut lines: Vec<&str> = stream.split('\n').collect();
    lines.pop();
    for line in lines {
        match line {
            "" => blocks.push(Vec::new()),
            line => blocks.last_mut().expect("never empty").push(line),
        }
    }
    blocks.pop();
    blocks
        .iter()
        .filter_map(|block| block_event(block))
        .collect()
}

fn block_event(lines: &[&str]) -> Option<SseEvent> {
    let values = |name: &str| -> Vec<String> {
        let fields = lines.iter().filter_map(|line| {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            (field == name).then(|| value.strip_prefix(' ').unwrap_or(value).to_owned())
        });
        fields.collect()
    };
    let is_number = |text: &String| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let event = SseEvent {
        event: values("event").pop().filter(|name| !name.is_empty()),
        data: values("data").join("\n"),
        had_data: !values("data").is_empty(),
        id: values("id").into_iter().rfind(|id| !id.contains('\0')),
        retry: values("retry")
            .into_iter()
            .rfind(is_number)
            .and_then(|text| text.parse().ok()),
    };
    (event.had_data || event.id.is_some() || event.retry.is_some()).then_some(event)
}

fn stream() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "data", "id", "event", "retry", ":", ":", " ", "\n", "\n", "\r", "\r\n", "\n\n", "1", "é",
        "\0", "\u{FEFF}", "x",
    ]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_decoder_agrees_with_the_standard(stream in stream()) {
        let (items, _) = decode(DEFAULT_LIMIT, &[stream.as_bytes()]);
        let events: Vec<SseEvent> = items
            .into_iter()
            .filter_map(|item| match item {
                SseItem::Event(event) => Some(event),
                _ => None,
            })
            .collect();
        prop_assert_eq!(events, whole_stream_events(&stream));
    }

    #[test]
    fn cutting_the_stream_changes_nothing(
        stream in stream(), garbage in any::<u8>(), size in 1_usize..7, limit in 0_usize..40,
    ) {
        let mut bytes = stream.into_bytes();
        let middle = bytes.len() / 2;
        bytes.insert(middle, garbage);
        let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
        prop_assert_eq!(decode(limit, &pieces), decode(limit, &[&bytes]));
    }

    #[test]
    fn encoded_events_read_back(text in "[a-z: é\r\n\u{FEFF}]{0,20}", name in "[a-z]{1,5}", id in "[^\0\r\n]{0,5}") {
        let mut stream = encode_event(Some(&name), Some(&id), &text);
        stream.extend(encode_event(None, None, &text));
        let plain = data(&text.replace("\r\n", "\n").replace('\r', "\n"));
        let named = SseEvent { event: Some(name), id: Some(id), ..plain.clone() };
        prop_assert_eq!(items(&stream), [SseItem::Event(named), SseItem::Event(plain)]);
    }
}
