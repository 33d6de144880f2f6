//! What the tests share: a double, a relay that points to it, a mail.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use doubles::smtp::{Act, Behaviour, Options, SmtpDouble, Stage};
use kernel::secret::Secret;
use outbound::mail::{
    Attachment, Login, Mailbox, Mailer, OutgoingMail, Relay, SendResult, SmtpRelay, Timeouts, Tls, compose,
    send,
};

/// Long enough for a loaded machine; reached only when something is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn double(options: Options) -> SmtpDouble {
    SmtpDouble::start(options).unwrap()
}

pub(crate) fn plain_double() -> SmtpDouble {
    double(Options::default())
}

/// A double whose every connection does this.
pub(crate) fn acting(at: Stage, act: Act) -> SmtpDouble {
    let double = plain_double();
    double.every_connection(vec![Behaviour::new(at, act)]);
    double
}

pub(crate) fn login() -> Login {
    Login { user: "recobra".to_owned(), password: Secret::new("correct horse") }
}

pub(crate) fn with_login() -> Options {
    Options { login: Some(("recobra".to_owned(), "correct horse".to_owned())), ..Options::default() }
}

pub(crate) fn relay(double: &SmtpDouble) -> SmtpRelay {
    SmtpRelay {
        name: "test".to_owned(),
        host: double.host(),
        port: double.port(),
        tls: Tls::None,
        ca_pem: Some(double.authority_pem().to_owned()),
        login: None,
        timeouts: Timeouts { connect: PATIENCE, command: PATIENCE, total: PATIENCE * 3 },
        helo_name: "recobra.example".to_owned(),
        per_domain_per_minute: NonZeroU32::new(60).unwrap(),
        max_connections: NonZeroUsize::new(2).unwrap(),
    }
}

/// The same with so little patience that a test can wait for its end.
pub(crate) fn impatient(relay: SmtpRelay) -> SmtpRelay {
    let timeouts = Timeouts {
        connect: Duration::from_millis(1500),
        command: Duration::from_millis(1500),
        total: Duration::from_secs(4),
    };
    SmtpRelay { timeouts, ..relay }
}

pub(crate) fn mailer(relay: SmtpRelay) -> Mailer {
    Mailer::try_new(Relay::Smtp(relay)).unwrap()
}

pub(crate) fn mail() -> OutgoingMail {
    OutgoingMail {
        message_id: "0197-1@recobra.example".to_owned(),
        from: Mailbox::named("cobros@acme.es", "Cobros Añó"),
        reply_to: Some(Mailbox::bare("ana@acme.es")),
        to: vec![Mailbox::named("pagos@cliente.es", "Muñoz e Hijos, S.L.")],
        cc: Vec::new(),
        subject: "Recordatorio de pago: año 2026".to_owned(),
        text: "Estimados señores:\n.\n..\n.com\nUn saludo\n".to_owned(),
        html: Some("<p>Estimados señores:</p>\n.\n".to_owned()),
        attachments: Vec::new(),
        headers: Vec::new(),
        envelope_from: Some("bounce+0197-1@acme.es".to_owned()),
        date: "2026-11-03T07:04:05Z".parse().unwrap(),
    }
}

/// A mail far larger than what fits between two sockets.
pub(crate) fn large_mail() -> OutgoingMail {
    let bytes =
        (0..5 * 1024 * 1024_u32).map(|number| number.to_le_bytes()[usize::from(number % 3 == 0)]).collect();
    let attachment =
        Attachment { file_name: "anexo.pdf".to_owned(), content_type: "application/pdf".to_owned(), bytes };
    OutgoingMail { attachments: vec![attachment], ..mail() }
}

/// Hands a mail over on a connection of its own.
pub(crate) async fn send_mail(relay: SmtpRelay, mail: &OutgoingMail) -> SendResult {
    send(Relay::Smtp(relay), &mail.envelope().unwrap(), &compose(mail).unwrap()).await.unwrap()
}

/// Hands a mail to this recipient over.
pub(crate) async fn send_to(mailer: &Mailer, recipient: &str) -> SendResult {
    let mail = OutgoingMail { to: vec![Mailbox::bare(recipient)], ..mail() };
    mailer.send(&mail.envelope().unwrap(), &compose(&mail).unwrap()).await
}

pub(crate) fn is_accepted(result: &SendResult) -> bool {
    matches!(result, SendResult::Accepted { .. })
}
