//! Media types as they are written, and what the first bytes of a file say.

/// True for `type/subtype` with optional parameters (RFC 9110, section 8.3.1).
pub fn is_media_type(text: &str) -> bool {
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    let Some((kind, subtype)) = essence.split_once('/') else {
        return false;
    };
    super::header_params::is_token(kind) && super::header_params::is_token(subtype)
}

/// The media type that the first bytes show; `None` when they are of no kind that is known here.
pub fn sniff(bytes: &[u8]) -> Option<&'static str> {
    let is_riff = |kind: &[u8]| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(kind);
    let found = match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [b'I', b'D', b'3', ..] => "audio/mpeg",
        _ if is_riff(b"WEBP") => "image/webp",
        _ if is_riff(b"WAVE") => "audio/wav",
        _ => return None,
    };
    Some(found)
}

/// What the bytes are, when that is something else than declared. Only types that are known here
/// are compared.
pub fn contradiction(declared: &str, bytes: &[u8]) -> Option<&'static str> {
    let essence = declared.split(';').next().unwrap_or_default().trim();
    let declared = match essence.to_ascii_lowercase().as_str() {
        "image/png" => "image/png",
        "image/jpeg" | "image/jpg" => "image/jpeg",
        "image/gif" => "image/gif",
        "image/webp" => "image/webp",
        "audio/wav" | "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => "audio/wav",
        "audio/mpeg" | "audio/mp3" => "audio/mpeg",
        "audio/ogg" => "audio/ogg",
        _ => return None,
    };
    sniff(bytes).filter(|found| *found != declared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_have_two_parts() {
        for good in [
            "text/plain",
            "text/plain; charset=utf-8",
            "image/svg+xml",
            "application/vnd.x.y-z",
        ] {
            assert!(is_media_type(good), "{good}");
        }
        for bad in ["", "text", "text/", "/plain", "te xt/plain", "a/b/c"] {
            assert!(!is_media_type(bad), "{bad}");
        }
    }

    #[test]
    fn only_another_known_kind_contradicts() {
        let png = b"\x89PNG\r\n\x1a\n";
        assert_eq!(contradiction("image/png", png), None);
        assert_eq!(contradiction("image/JPEG", png), Some("image/png"));
        assert_eq!(contradiction("image/x-own", png), None);
        assert_eq!(contradiction("image/png", b"hello"), None);
        assert_eq!(
            contradiction("audio/wav", b"RIFF....WEBP"),
            Some("image/webp")
        );
    }
}
