//! Lines of the stdio transport: a line feed ends a message (basic/transports/stdio).

/// One line of a byte stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The bytes before the line end, without the carriage return told apart below.
    pub bytes: Vec<u8>,
    /// A carriage return stood last before the line feed or the end of the stream.
    pub carriage_return: bool,
    /// A line feed ended the line; false at the end of the stream and on truncated lines.
    pub terminated: bool,
    /// The line was longer than the decoder's cap; `bytes` holds as many bytes as the cap allows and
    /// the rest of the line is lost.
    pub truncated: bool,
}

/// Cuts a byte stream into lines. The lines do not depend on how the stream was cut into pieces.
#[derive(Debug)]
pub struct LineDecoder {
    cap: usize,
    pending: Vec<u8>,
    /// The current line was delivered as truncated; the rest of it is dropped.
    is_skipping: bool,
}

impl LineDecoder {
    /// A decoder that delivers a line as truncated as soon as it is longer than `cap` bytes, so that
    /// a stream without line ends cannot fill the memory.
    pub fn new(cap: usize) -> LineDecoder {
        LineDecoder {
            cap,
            pending: Vec::new(),
            is_skipping: false,
        }
    }

    /// Takes the next piece of the stream and returns the lines it completes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        for segment in bytes.split_inclusive(|byte| *byte == b'\n') {
            match segment.split_last() {
                Some((b'\n', content)) => {
                    lines.extend(self.extend(content));
                    lines.extend(self.end_line());
                }
                _ => lines.extend(self.extend(segment)),
            }
        }
        lines
    }

    /// The tail behind the last line feed, when there is one. The decoder is then at the start of a
    /// new stream.
    pub fn finish(&mut self) -> Option<Line> {
        let has_tail = !self.pending.is_empty();
        let line = self.end_line()?;
        has_tail.then_some(Line {
            terminated: false,
            ..line
        })
    }

    /// Adds bytes of the current line. Returns the line when it grows over the cap.
    fn extend(&mut self, content: &[u8]) -> Option<Line> {
        if self.is_skipping {
            return None;
        }
        // One byte more than the cap is kept, because it may turn out to be the carriage return.
        let room = self
            .cap
            .saturating_add(1)
            .saturating_sub(self.pending.len());
        self.pending
            .extend_from_slice(&content[..content.len().min(room)]);
        let is_over = self.pending.len() > self.cap && self.pending.last() != Some(&b'\r');
        if content.len() <= room && !is_over {
            return None;
        }
        self.is_skipping = true;
        let mut bytes = std::mem::take(&mut self.pending);
        bytes.truncate(self.cap);
        Some(Line {
            bytes,
            carriage_return: false,
            terminated: false,
            truncated: true,
        })
    }

    /// `None` when the line was delivered already.
    fn end_line(&mut self) -> Option<Line> {
        if std::mem::take(&mut self.is_skipping) {
            return None;
        }
        let mut bytes = std::mem::take(&mut self.pending);
        let carriage_return = bytes.last() == Some(&b'\r');
        if carriage_return {
            bytes.pop();
        }
        Some(Line {
            bytes,
            carriage_return,
            terminated: true,
            truncated: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(cap: usize, pieces: &[&[u8]]) -> Vec<Line> {
        let mut decoder = LineDecoder::new(cap);
        let mut lines = Vec::new();
        for piece in pieces {
            lines.extend(decoder.push(piece));
        }
        lines.extend(decoder.finish());
        lines
    }

    fn line(bytes: &str, ending: &str) -> Line {
        Line {
            bytes: bytes.into(),
            carriage_return: ending.starts_with('\r'),
            terminated: ending.ends_with('\n'),
            truncated: false,
        }
    }

    fn truncated(bytes: &str) -> Line {
        Line {
            truncated: true,
            ..line(bytes, "")
        }
    }

    #[test]
    fn pieces_are_joined_and_cut_at_line_feeds() {
        assert_eq!(
            decode(99, &[b"{\"a", b"\":1}\n{}", b"\n", b"\r\n\nx"]),
            [
                line("{\"a\":1}", "\n"),
                line("{}", "\n"),
                line("", "\r\n"),
                line("", "\n"),
                line("x", "")
            ]
        );
    }

    #[test]
    fn a_carriage_return_counts_only_before_the_end() {
        assert_eq!(
            decode(99, &[b"a\rb\r\r\nc\r"]),
            [line("a\rb\r", "\r\n"), line("c", "\r")]
        );
    }

    #[test]
    fn a_lone_carriage_return_at_the_end_is_a_tail() {
        assert_eq!(decode(99, &[b"a\n\r"]), [line("a", "\n"), line("", "\r")]);
        assert_eq!(decode(99, &[b"a\n"]), [line("a", "\n")]);
        assert_eq!(decode(99, &[]), []);
    }

    #[test]
    fn a_line_of_exactly_the_cap_is_whole() {
        assert_eq!(
            decode(3, &[b"abc\nabc\r", b"\nabc"]),
            [line("abc", "\n"), line("abc", "\r\n"), line("abc", "")]
        );
    }

    #[test]
    fn a_longer_line_is_delivered_at_once_and_its_rest_dropped() {
        let mut decoder = LineDecoder::new(3);
        assert_eq!(decoder.push(b"abcd"), [truncated("abc")]);
        assert_eq!(decoder.push(b"efgh"), []);
        assert_eq!(decoder.push(b"i\nok\n"), [line("ok", "\n")]);
        assert_eq!(decoder.push(b"abc\rd"), [truncated("abc")]);
        assert_eq!(decoder.finish(), None);
        assert_eq!(decoder.push(b"ab\n"), [line("ab", "\n")]);
    }

    #[test]
    fn the_largest_cap_never_truncates() {
        assert_eq!(decode(usize::MAX, &[b"abc\n"]), [line("abc", "\n")]);
    }

    proptest! {
        #[test]
        fn lines_hold_the_whole_stream(stream in "[ab\r\n]{0,40}") {
            let mut joined = Vec::new();
            for line in decode(usize::MAX, &[stream.as_bytes()]) {
                joined.extend(line.bytes);
                if line.carriage_return { joined.push(b'\r'); }
                if line.terminated { joined.push(b'\n'); }
            }
            prop_assert_eq!(joined, stream.into_bytes());
        }

        #[test]
        fn cutting_the_stream_changes_nothing(
            stream in "[ab\r\n]{0,40}", cap in 0_usize..6, size in 1_usize..7,
        ) {
            let pieces: Vec<&[u8]> = stream.as_bytes().chunks(size).collect();
            let whole = decode(cap, &[stream.as_bytes()]);
            prop_assert_eq!(decode(cap, &pieces), whole.clone());
            for line in whole {
                prop_assert!(line.bytes.len() <= cap);
            }
        }
    }
}
