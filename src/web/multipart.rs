//! Forms with files, as browsers send them (RFC 7578).
//!
//! Invariant: total, whatever the bytes are; a body that is cut off anywhere is no form.

/// A file of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The field that it was chosen in.
    pub field: String,
    /// As it is called where it comes from; for showing only.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Names and values of the other fields, and the files.
pub type Parts = (Vec<(String, String)>, Vec<File>);

/// What stands between the parts, as the header Content-Type says.
pub fn boundary(media_type: &str) -> Option<String> {
    let mut parts = media_type.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut pairs = parts.filter_map(|part| part.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"');
    (1..=70).contains(&value.len()).then(|| value.to_owned())
}

/// The parts of a body. A field in which no file was chosen has none.
pub fn parse(body: &[u8], boundary: &str) -> Option<Parts> {
    let between = format!("\r\n--{boundary}").into_bytes();
    let mut rest = body.strip_prefix(&between[2..])?;
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let (head, content) = split(rest, b"\r\n\r\n")?;
        let (content, behind) = split(content, &between)?;
        rest = behind;
        let head = std::str::from_utf8(head).ok()?;
        let field = parameter(head, "name")?;
        match parameter(head, "filename") {
            None => fields.push((field, String::from_utf8(content.to_vec()).ok()?)),
            Some(name) if name.is_empty() && content.is_empty() => {}
            Some(name) => files.push(File { field, name, bytes: content.to_vec() }),
        }
    }
    Some((fields, files))
}

/// A parameter of the part's disposition. Browsers write a quote in it as `%22`.
fn parameter(head: &str, name: &str) -> Option<String> {
    let is_it = |line: &&str| line.to_ascii_lowercase().starts_with("content-disposition:");
    let line = head.split("\r\n").find(is_it)?;
    let (_, rest) = line.split_once(&format!("; {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"))
}

/// What stands before and behind the first place of some bytes.
fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let first = *at.first()?;
    let mut from = 0;
    loop {
        let place = from + bytes.get(from..)?.iter().position(|byte| *byte == first)?;
        if bytes[place..].starts_with(at) {
            return Some((&bytes[..place], &bytes[place + at.len()..]));
        }
        from = place + 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const FORM: &[u8] = b"--XyZ\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nabc\r\n\
        --XyZ\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a%22.csv\"\r\n\
        Content-Type: text/csv\r\n\r\n1,2\r\n\r\n--XyY\0\xff\r\n--XyZ\r\n\
        Content-Disposition: form-data; name=\"mapping\"; filename=\"\"\r\n\r\n\r\n--XyZ--\r\n";

    #[test]
    fn fields_and_files_come_apart_byte_for_byte() {
        let named = "multipart/form-data; charset=utf-8; boundary=\"XyZ\"";
        assert_eq!(boundary(named).as_deref(), Some("XyZ"));
        for other in ["text/csv", "multipart/form-data", "multipart/form-data; boundary="] {
            assert_eq!(boundary(other), None, "{other}");
        }
        let (fields, files) = parse(FORM, "XyZ").unwrap();
        assert_eq!(fields, [("token".to_owned(), "abc".to_owned())]);
        let bytes = b"1,2\r\n\r\n--XyY\0\xff".to_vec();
        assert_eq!(files, [File { field: "file".into(), name: "a\".csv".into(), bytes }]);
    }

    #[test]
    fn what_is_cut_off_is_no_form() {
        let whole = FORM.len() - "--\r\n".len();
        for length in 0..whole {
            assert_eq!(parse(&FORM[..length], "XyZ"), None, "{length}");
        }
        assert_eq!(parse(FORM, "other"), None);
    }
}
