//! A server over HTTP on this machine: just enough of HTTP/1.1 to play scripts and recordings.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Act, HttpBody, HttpReply, Input, Played, SseOut};
use crate::transcript::HttpRequest;
use crate::transcript::event::header;

/// Longest head or body of a request.
const MOST_BYTES: u64 = 64 << 20;
/// How long a client may take over the rest of a request that it has begun.
const REQUEST_DEADLINE: Duration = Duration::from_secs(30);

/// Serves until the process ends, each connection on a thread of its own.
///
/// # Errors
/// The listener broke.
pub fn serve(listener: &TcpListener, server: impl Played + 'static) -> io::Result<()> {
    let address = listener.local_addr()?;
    let server: Arc<Mutex<dyn Played>> = Arc::new(Mutex::new(server));
    for stream in listener.incoming() {
        let (stream, server) = (stream?, Arc::clone(&server));
        std::thread::spawn(move || {
            // A client that goes away ends its own connection only.
            let _ = connection(stream, &server, &format!("http://{address}"));
        });
    }
    Ok(())
}

fn connection(stream: TcpStream, server: &Mutex<dyn Played>, origin: &str) -> io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    while !reader.fill_buf()?.is_empty() {
        reader.get_ref().set_read_timeout(Some(REQUEST_DEADLINE))?;
        let Some((request, body)) = request(&mut reader, &mut writer, origin)? else {
            writer.write_all(
                b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            )?;
            return Ok(());
        };
        reader.get_ref().set_read_timeout(None)?;
        let acts = {
            let mut server = server.lock().unwrap_or_else(PoisonError::into_inner);
            server.receive(Input::Http {
                request: &request,
                body: &body,
            })
        };
        match acts.into_iter().next() {
            Some(Act::Http(reply)) => {
                let is_stream = matches!(reply.body, HttpBody::Sse(_));
                let ends = reply.ends;
                writer.write_all(&rendered(reply))?;
                writer.flush()?;
                if !ends {
                    return until_closed(&mut reader);
                }
                if is_stream {
                    return Ok(());
                }
            }
            // Silence: the client waits as long as it likes.
            None => return until_closed(&mut reader),
            Some(_) => return Ok(()),
        }
    }
    Ok(())
}

fn until_closed(reader: &mut impl Read) -> io::Result<()> {
    io::copy(reader, &mut io::sink()).map(|_| ())
}

/// One request with its body. `None` when it is no HTTP.
fn request(
    reader: &mut impl BufRead,
    writer: &mut impl Write,
    origin: &str,
) -> io::Result<Option<(HttpRequest, Vec<u8>)>> {
    let Some(first) = line(reader)? else {
        return Ok(None);
    };
    let mut words = first.split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut request = HttpRequest {
        method: method.to_owned(),
        url: format!("{origin}{path}"),
        headers: Vec::new(),
    };
    loop {
        match line(reader)?.as_deref() {
            Some("") => break,
            Some(text) => match text.split_once(':') {
                Some((name, value)) => {
                    let value = value.trim().to_owned();
                    request.headers.push((name.to_ascii_lowercase(), value));
                }
                None => return Ok(None),
            },
            None => return Ok(None),
        }
    }
    if header(&request.headers, "expect").is_some() {
        writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let is_chunked = header(&request.headers, "transfer-encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"));
    let length = header(&request.headers, "content-length").map(str::parse::<u64>);
    let body = match (is_chunked, length) {
        (true, _) => chunks(reader)?,
        (false, Some(Ok(length))) if length <= MOST_BYTES => Some(exactly(reader, length)?),
        (false, None) => Some(Vec::new()),
        (false, Some(_)) => None,
    };
    Ok(body.map(|body| (request, body)))
}

/// A line without its end; `None` at the end of the input.
fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if reader.take(MOST_BYTES).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn exactly(reader: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn chunks(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let Some(size) = line(reader)? else {
            return Ok(None);
        };
        let digits = size.split(';').next().unwrap_or_default().trim();
        match u64::from_str_radix(digits, 16) {
            Ok(0) => break,
            Ok(length) if length <= MOST_BYTES => body.extend(exactly(reader, length)?),
            _ => return Ok(None),
        }
        line(reader)?;
    }
    while line(reader)?.is_some_and(|trailer| !trailer.is_empty()) {}
    Ok(Some(body))
}

fn rendered(reply: HttpReply) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let body = match reply.body {
        HttpBody::Sse(events) => {
            // The end of the stream is the end of the connection.
            head.push_str("connection: close\r\n");
            events.iter().flat_map(event).collect()
        }
        HttpBody::Whole(bytes) => bytes,
        HttpBody::Empty => Vec::new(),
    };
    let has_length = ["204", "304"].contains(&reply.status.to_string().as_str());
    if !head.contains("connection: close\r\n") && !has_length {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    [head.into_bytes(), body].concat()
}

fn event(event: &SseOut) -> Vec<u8> {
    let mut text = Vec::new();
    let mut field = |name: &str, value: &[u8]| {
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(value);
        text.push(b'\n');
    };
    if let Some(comment) = &event.comment {
        field(": ", comment.as_bytes());
    }
    if let Some(name) = &event.event {
        field("event: ", name.as_bytes());
    }
    if let Some(id) = &event.id {
        field("id: ", id.as_bytes());
    }
    if let Some(retry) = event.retry {
        field("retry: ", retry.to_string().as_bytes());
    }
    for line in event
        .data
        .iter()
        .flat_map(|data| data.split(|byte| *byte == b'\n'))
    {
        field("data: ", line);
    }
    text.push(b'\n');
    text
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_by_length_and_in_chunks() {
        for (text, want) in [
            (
                "POST /mcp HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}rest",
                Some("{}"),
            ),
            (
                "POST /mcp HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n",
                Some("{}"),
            ),
            ("GET /mcp HTTP/1.1\r\nAccept: */*\r\n\r\n", Some("")),
            ("POST /mcp HTTP/1.1\r\nContent-Length: x\r\n\r\n", None),
            ("nonsense\r\n\r\n", None),
        ] {
            let read = request(&mut text.as_bytes(), &mut Vec::new(), "http://h").unwrap();
            let body = read.map(|(request, body)| {
                assert_eq!(request.url, "http://h/mcp");
                String::from_utf8(body).unwrap()
            });
            assert_eq!(body.as_deref(), want, "{text}");
        }
    }

    #[test]
    fn events_are_written_field_by_field() {
        let out = SseOut {
            id: Some("1".into()),
            data: Some(b"a\nb".to_vec()),
            ..SseOut::default()
        };
        assert_eq!(event(&out), b"id: 1\ndata: a\ndata: b\n\n");
        assert_eq!(event(&SseOut::default()), b"\n");
    }
}
