//! From a mail to its bytes.

use kernel::{Error, Outcome};
use lettre::message::header::{
    Cc, ContentDisposition, ContentTransferEncoding, ContentType, From, HeaderName, HeaderValue, Headers,
    MIME_VERSION_1_0, ReplyTo, Subject, To,
};
use lettre::message::{Mailboxes, MultiPart, MultiPartKind, SinglePart};

use super::address::parse_address;
use super::codes;
use super::fingerprint::fingerprint;
use super::outgoing::{Attachment, Mailbox, OutgoingMail};

/// RFC 5322, 2.1.1: the longest line, in bytes without its end.
const LINE_BYTES_MAX: usize = 998;

/// Keeps `Message-ID` on one line: some readers lose threads when it is folded.
const MESSAGE_ID_BYTES_MAX: usize = 250;

const FILE_NAME_BYTES_MAX: usize = 255;

/// Headers set here or on the way, which a caller cannot add; besides these everything that starts with `Content-`.
const RESERVED: [&str; 15] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Return-Path",
    "Received",
    "DKIM-Signature",
    "Delivered-To",
];

/// The bytes of the mail after RFC 5322 and MIME: ASCII only, lines end with CRLF, so that every relay carries them unchanged.
///
/// The same mail always gives the same bytes; the part boundaries are derived from the message id. `Auto-Submitted: auto-generated`
/// (RFC 3834) keeps answering machines quiet.
///
/// # Errors
/// `mail.header_control_character` for CR, LF or another control character in whatever becomes a header; `mail.message_id_invalid`,
/// `mail.address_invalid`, `mail.recipients_invalid`, `mail.header_invalid`, `mail.attachment_invalid`, `mail.line_too_long`.
pub fn compose(mail: &OutgoingMail) -> Outcome<Vec<u8>> {
    check_message_id(&mail.message_id)?;
    // The envelope is not part of the bytes, but a mail that cannot be sent must not be stored as composed.
    mail.envelope()?;
    let mut bytes = headers(mail)?.to_string().into_bytes();
    bytes.extend_from_slice(&content(mail)?);
    check_lines(&bytes)?;
    Ok(bytes)
}

fn headers(mail: &OutgoingMail) -> Outcome<Headers> {
    let mut headers = Headers::new();
    headers.set(From::from(mailboxes("from", std::slice::from_ref(&mail.from))?));
    if let Some(reply_to) = &mail.reply_to {
        headers.set(ReplyTo::from(mailboxes("reply_to", std::slice::from_ref(reply_to))?));
    }
    if !mail.to.is_empty() {
        headers.set(To::from(mailboxes("to", &mail.to)?));
    }
    if !mail.cc.is_empty() {
        headers.set(Cc::from(mailboxes("cc", &mail.cc)?));
    }
    headers.set(Subject::from(one_line("subject", &mail.subject)?.to_owned()));
    // RFC 5322, 3.3.
    headers.insert_raw(verbatim("Date", mail.date.format("%a, %d %b %Y %H:%M:%S +0000").to_string()));
    headers.insert_raw(verbatim("Message-ID", format!("<{}>", mail.message_id)));
    headers.insert_raw(verbatim("Auto-Submitted", "auto-generated".to_owned()));
    for (index, (name, value)) in mail.headers.iter().enumerate() {
        add(&mut headers, &format!("headers[{index}]"), name, value)?;
    }
    headers.set(MIME_VERSION_1_0);
    Ok(headers)
}

/// A header whose value is written as it is.
fn verbatim(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

fn add(headers: &mut Headers, field: &str, name: &str, value: &str) -> Outcome<()> {
    let reserved = RESERVED.iter().any(|one| one.eq_ignore_ascii_case(name))
        || name
            .split_at_checked("Content-".len())
            .is_some_and(|(head, _)| head.eq_ignore_ascii_case("Content-"));
    let graphic = name.bytes().all(|byte| byte.is_ascii_graphic());
    if reserved || !graphic || headers.get_raw(name).is_some() {
        return Err(Error::field(field, &codes::HEADER_INVALID, format!("{name:?} cannot be added")));
    }
    let value = one_line(field, value)?.to_owned();
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|e| {
        Error::field(field, &codes::HEADER_INVALID, format!("{name:?} is not a header name")).caused_by(e)
    })?;
    headers.insert_raw(HeaderValue::new(name, value));
    Ok(())
}

fn mailboxes(field: &str, given: &[Mailbox]) -> Outcome<Mailboxes> {
    let mut all = Mailboxes::new();
    for mailbox in given {
        let address = parse_address(field, &mailbox.address)?;
        let name = mailbox.name.as_deref().map(|name| one_line(field, name)).transpose()?;
        let name = name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        all.push(lettre::message::Mailbox::new(name, address));
    }
    Ok(all)
}

/// Header injection ends here: whatever becomes a header passes this.
fn one_line<'a>(field: &str, text: &'a str) -> Outcome<&'a str> {
    if text.chars().any(|char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}')) {
        let message = format!("{text:?} holds a line break or another control character");
        return Err(Error::field(field, &codes::HEADER_CONTROL_CHARACTER, message));
    }
    Ok(text)
}

fn check_message_id(id: &str) -> Outcome<()> {
    let part = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>@\\\"".contains(&byte))
    };
    let valid = id.len() <= MESSAGE_ID_BYTES_MAX
        && id.split_once('@').is_some_and(|(left, right)| part(left) && part(right));
    if valid {
        return Ok(());
    }
    Err(Error::field(
        "message_id",
        &codes::MESSAGE_ID_INVALID,
        format!("{id:?} is not of the form left@right"),
    ))
}

/// The MIME headers and the body.
fn content(mail: &OutgoingMail) -> Outcome<Vec<u8>> {
    // Neither quoted-printable nor base64 can produce "=_", so no content can look like a boundary; the end letters keep one
    // boundary from being the beginning of the other.
    let stem = boundary_stem(&mail.message_id);
    let text = text_part(ContentType::TEXT_PLAIN, &mail.text);
    let alternative = mail.html.as_ref().map(|html| {
        MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(format!("{stem}_a"))
            .singlepart(text.clone())
            .singlepart(text_part(ContentType::TEXT_HTML, html))
    });
    if mail.attachments.is_empty() {
        return Ok(alternative.map_or_else(|| text.formatted(), |parts| parts.formatted()));
    }
    let mixed = MultiPart::builder().kind(MultiPartKind::Mixed).boundary(format!("{stem}_m")).build();
    let mut mixed = match alternative {
        Some(parts) => mixed.multipart(parts),
        None => mixed.singlepart(text),
    };
    for (index, attachment) in mail.attachments.iter().enumerate() {
        mixed = mixed.singlepart(attachment_part(&format!("attachments[{index}]"), attachment)?);
    }
    Ok(mixed.formatted())
}

fn boundary_stem(message_id: &str) -> String {
    format!("=_{}", fingerprint(message_id.as_bytes()))
}

/// Always quoted-printable: it survives relays that trim blanks, wrap lines or know only seven bits.
fn text_part(kind: ContentType, text: &str) -> SinglePart {
    let lines = text.replace("\r\n", "\n").replace('\n', "\r\n");
    SinglePart::builder().content_type(kind).header(ContentTransferEncoding::QuotedPrintable).body(lines)
}

/// Always base64: a text file with other line ends would not arrive byte for byte.
fn attachment_part(field: &str, attachment: &Attachment) -> Outcome<SinglePart> {
    let wrong = |message: String| Error::field(field, &codes::ATTACHMENT_INVALID, message);
    let name = one_line(field, &attachment.file_name)?;
    if name.trim().is_empty() || name.len() > FILE_NAME_BYTES_MAX || name.contains(['/', '\\']) {
        return Err(wrong(format!("{name:?} is not a file name")));
    }
    let kind = one_line(field, &attachment.content_type)?;
    let lower = kind.to_ascii_lowercase();
    if !kind.is_ascii() || lower.starts_with("multipart/") || lower.starts_with("message/") {
        return Err(wrong(format!("an attachment cannot be of the type {kind:?}")));
    }
    let kind =
        ContentType::parse(kind).map_err(|e| wrong(format!("{kind:?} is not a MIME type")).caused_by(e))?;
    Ok(SinglePart::builder()
        .content_type(kind)
        .header(ContentDisposition::attachment(name))
        .header(ContentTransferEncoding::Base64)
        .body(attachment.bytes.clone()))
}

fn check_lines(bytes: &[u8]) -> Outcome<()> {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    match lines.find(|line| line.len() > LINE_BYTES_MAX || !line.is_ascii()) {
        None => Ok(()),
        Some(line) => {
            let start: String = String::from_utf8_lossy(line).chars().take(40).collect();
            Err(Error::with(
                &codes::LINE_TOO_LONG,
                format!("the header that starts with {start:?} cannot be folded"),
            ))
        }
    }
}

#[cfg(test)]
mod tests;
