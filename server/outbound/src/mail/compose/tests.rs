use base64::Engine as _;
use proptest::prelude::*;

use super::compose;
use crate::mail::{Attachment, Mailbox, OutgoingMail};

fn mail() -> OutgoingMail {
    OutgoingMail {
        message_id: "0197-1@recobra.example".to_owned(),
        from: Mailbox::named("cobros@acme.es", "Acme, S.A."),
        reply_to: None,
        to: vec![Mailbox::named("pagos@cliente.es", "Muñoz e Hijos")],
        cc: Vec::new(),
        subject: "Factura 2026/17 vencida".to_owned(),
        text: "Estimados señores:\nles recordamos la factura 2026/17.\n".to_owned(),
        html: None,
        attachments: Vec::new(),
        headers: Vec::new(),
        envelope_from: None,
        date: "2026-11-03T07:04:05.678Z".parse().unwrap(),
    }
}

fn text(mail: &OutgoingMail) -> String {
    String::from_utf8(compose(mail).unwrap()).unwrap()
}

fn code(mail: &OutgoingMail) -> &'static str {
    compose(mail).unwrap_err().code().text
}

#[test]
fn a_plain_mail_has_exactly_these_bytes() {
    let expected = concat!(
        "From: =?utf-8?b?QWNtZSwgUy5BLg==?= <cobros@acme.es>\r\n",
        "To: =?utf-8?b?TXXDsW96IGUgSGlqb3M=?= <pagos@cliente.es>\r\n",
        "Subject: Factura 2026/17 vencida\r\n",
        "Date: Tue, 03 Nov 2026 07:04:05 +0000\r\n",
        "Message-ID: <0197-1@recobra.example>\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "MIME-Version: 1.0\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "\r\n",
        "Estimados se=C3=B1ores:\r\n",
        "les recordamos la factura 2026/17.\r\n",
        "\r\n",
    );
    assert_eq!(text(&mail()), expected);
}

#[test]
fn the_same_mail_composes_to_the_same_bytes_and_another_id_to_other_boundaries() {
    let pdf = Attachment {
        file_name: "carta.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        bytes: vec![0, 255, 10, 13],
    };
    let first = OutgoingMail { html: Some("<p>Hola</p>".to_owned()), attachments: vec![pdf], ..mail() };
    let other = OutgoingMail { message_id: "0197-2@recobra.example".to_owned(), ..first.clone() };
    assert_eq!(compose(&first).unwrap(), compose(&first).unwrap());
    let boundary = |mail: &OutgoingMail| {
        text(mail).split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_eq!(boundary(&first), boundary(&first));
    assert_ne!(boundary(&first), boundary(&other));
}

#[test]
fn text_html_and_attachments_nest_as_mixed_around_alternative() {
    let pdf = Attachment {
        file_name: "reclamación.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        bytes: b"%PDF-".to_vec(),
    };
    let mail = OutgoingMail { html: Some("<p>Hola</p>".to_owned()), attachments: vec![pdf], ..mail() };
    let stem = "=_0a31b77e2fd9789f28aa782aa08e47c7";
    let expected = format!(
        concat!(
            "MIME-Version: 1.0\r\n",
            "Content-Type: multipart/mixed;\r\n boundary=\"{stem}_m\"\r\n",
            "\r\n",
            "--{stem}_m\r\n",
            "Content-Type: multipart/alternative;\r\n boundary=\"{stem}_a\"\r\n",
            "\r\n",
            "--{stem}_a\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n",
            "\r\n",
            "Estimados se=C3=B1ores:\r\n",
            "les recordamos la factura 2026/17.\r\n",
            "\r\n",
            "--{stem}_a\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n",
            "\r\n",
            "<p>Hola</p>\r\n",
            "--{stem}_a--\r\n",
            "--{stem}_m\r\n",
            "Content-Type: application/pdf\r\n",
            "Content-Disposition: attachment;\r\n",
            " filename*0*=utf-8''reclamaci%C3%B3n.pdf\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "\r\n",
            "JVBERi0=\r\n",
            "--{stem}_m--\r\n",
        ),
        stem = stem
    );
    assert_eq!(
        text(&mail).split_once("MIME-Version").map(|(_, rest)| format!("MIME-Version{rest}")).unwrap(),
        expected
    );
}

#[test]
fn a_line_break_in_any_header_is_an_error() {
    let evil = "x\r\nBcc: victim@example.com";
    let attachment = |file_name: &str, content_type: &str| Attachment {
        file_name: file_name.to_owned(),
        content_type: content_type.to_owned(),
        bytes: Vec::new(),
    };
    let mails = [
        OutgoingMail { subject: evil.to_owned(), ..mail() },
        OutgoingMail { from: Mailbox::named("a@b.es", evil), ..mail() },
        OutgoingMail { reply_to: Some(Mailbox::named("a@b.es", evil)), ..mail() },
        OutgoingMail { to: vec![Mailbox::named("a@b.es", evil)], ..mail() },
        OutgoingMail { cc: vec![Mailbox::named("a@b.es", evil)], ..mail() },
        OutgoingMail { headers: vec![("X-Case".to_owned(), evil.to_owned())], ..mail() },
        OutgoingMail { attachments: vec![attachment(evil, "application/pdf")], ..mail() },
        OutgoingMail { attachments: vec![attachment("a.pdf", "application/pdf\r\nBcc: v@e.com")], ..mail() },
    ];
    for mail in mails {
        assert_eq!(code(&mail), "mail.header_control_character");
    }
    for end in ["\n", "\r", "\0", "\u{85}", "\u{2028}"] {
        assert_eq!(
            code(&OutgoingMail { subject: format!("a{end}b"), ..mail() }),
            "mail.header_control_character",
            "{end:?}"
        );
    }
    assert_eq!(
        code(&OutgoingMail { headers: vec![("X-A\r\nBcc".to_owned(), "v".to_owned())], ..mail() }),
        "mail.header_invalid"
    );
    assert_eq!(
        code(&OutgoingMail { message_id: "a@b\r\nBcc: v".to_owned(), ..mail() }),
        "mail.message_id_invalid"
    );
    assert_eq!(
        code(&OutgoingMail { from: Mailbox::bare("a@b.es\r\nBcc: v@e.com"), ..mail() }),
        "mail.address_invalid"
    );
}

#[test]
fn a_header_the_server_sets_itself_cannot_be_added() {
    for name in [
        "bcc",
        "From",
        "CONTENT-TYPE",
        "content-language",
        "Message-Id",
        "auto-submitted",
        "",
        "X:",
        "X Y",
        "Año",
    ] {
        let mail = OutgoingMail { headers: vec![(name.to_owned(), "v".to_owned())], ..mail() };
        assert_eq!(code(&mail), "mail.header_invalid", "{name:?}");
    }
    let twice =
        vec![("In-Reply-To".to_owned(), "<a@b>".to_owned()), ("in-reply-to".to_owned(), "<c@d>".to_owned())];
    assert_eq!(code(&OutgoingMail { headers: twice, ..mail() }), "mail.header_invalid");
    let once = vec![("In-Reply-To".to_owned(), "<a@b>".to_owned())];
    assert!(text(&OutgoingMail { headers: once, ..mail() }).contains("\r\nIn-Reply-To: <a@b>\r\n"));
}

#[test]
fn a_message_id_is_left_at_right() {
    for id in ["", "a", "@b", "a@", "<a@b>", "a b@c", "a@b@c", "ñ@b"] {
        assert_eq!(
            code(&OutgoingMail { message_id: id.to_owned(), ..mail() }),
            "mail.message_id_invalid",
            "{id:?}"
        );
    }
}

#[test]
fn a_mail_without_recipient_is_an_error_and_one_with_only_copies_is_not() {
    assert_eq!(code(&OutgoingMail { to: Vec::new(), ..mail() }), "mail.recipients_invalid");
    let copies =
        OutgoingMail { to: Vec::new(), cc: vec![Mailbox::bare("a@b.es"), Mailbox::bare("a@b.es")], ..mail() };
    assert_eq!(copies.envelope().unwrap().recipients().collect::<Vec<_>>(), ["a@b.es"]);
    let many = (0..101).map(|number| Mailbox::bare(format!("a{number}@b.es"))).collect();
    assert_eq!(code(&OutgoingMail { to: many, ..mail() }), "mail.recipients_invalid");
}

#[test]
fn an_attachment_needs_a_file_name_and_a_type_of_its_own() {
    for (name, kind) in [
        ("", "application/pdf"),
        ("../a.pdf", "application/pdf"),
        ("a\\b.pdf", "application/pdf"),
        ("a.pdf", "pdf"),
        ("a.eml", "message/rfc822"),
        ("a.bin", "Multipart/mixed"),
        ("a.bin", "text/plaín"),
    ] {
        let attachment =
            Attachment { file_name: name.to_owned(), content_type: kind.to_owned(), bytes: Vec::new() };
        assert_eq!(
            code(&OutgoingMail { attachments: vec![attachment], ..mail() }),
            "mail.attachment_invalid",
            "{name} {kind}"
        );
    }
}

#[test]
fn a_word_too_long_for_any_line_is_an_error() {
    assert_eq!(code(&OutgoingMail { subject: "x".repeat(1200), ..mail() }), "mail.line_too_long");
    assert!(compose(&OutgoingMail { subject: "palabra ".repeat(150), ..mail() }).is_ok());
    assert!(compose(&OutgoingMail { subject: "ñ".repeat(1200), ..mail() }).is_ok());
}

#[test]
fn an_attachment_arrives_byte_for_byte() {
    let bytes: Vec<u8> = (0..100_000_u32).map(|number| u8::try_from(number * 7 % 256).unwrap()).collect();
    let attachment = Attachment {
        file_name: "datos \"1\".bin".to_owned(),
        content_type: "application/octet-stream".to_owned(),
        bytes: bytes.clone(),
    };
    let text = text(&OutgoingMail { attachments: vec![attachment], ..mail() });
    assert!(text.contains(r#"filename="datos \"1\".bin""#));
    let encoded =
        text.split_once("base64\r\n\r\n").unwrap().1.split_once("\r\n--=_").unwrap().0.replace("\r\n", "");
    assert!(base64::engine::general_purpose::STANDARD.decode(encoded).unwrap() == bytes);
}

proptest! {
    /// RFC 5322, 2.1: whatever is written into a mail, it travels as short ASCII lines, and brings no header of its own.
    #[test]
    fn every_mail_is_ascii_lines_with_the_headers_asked_for(
        subject in "\\PC{0,300}",
        name in "\\PC{0,200}",
        text in "(?s).{0,2000}",
        html in prop::option::of("(?s).{0,500}"),
        file_name in "[^/\\\\\\pC]{1,60}",
        extra in "\\PC{0,300}",
    ) {
        let attachment = Attachment { file_name, content_type: "text/csv".to_owned(), bytes: text.clone().into_bytes() };
        let mail = OutgoingMail {
            subject,
            from: Mailbox::named("a@b.es", name.clone()),
            to: vec![Mailbox::named("c@d.es", name); 3],
            text,
            html,
            attachments: vec![attachment],
            headers: vec![("X-Case".to_owned(), extra)],
            ..mail()
        };
        match compose(&mail) {
            Ok(bytes) => {
                prop_assert!(bytes.is_ascii() && bytes.ends_with(b"\r\n"));
                let text = String::from_utf8(bytes).unwrap();
                prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
                prop_assert!(text.split("\r\n").all(|line| line.len() <= 998));
                let names: Vec<&str> = text.split_once("\r\n\r\n").unwrap().0.split("\r\n")
                    .filter(|line| !line.starts_with([' ', '\t']))
                    .map(|line| line.split_once(':').unwrap().0)
                    .collect();
                let expected = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Case", "MIME-Version", "Content-Type"];
                prop_assert_eq!(names, expected);
            }
            Err(error) => {
                let code = error.code().text;
                prop_assert!(["mail.line_too_long", "mail.attachment_invalid", "mail.header_control_character"].contains(&code), "{}", code);
            }
        }
    }
}
