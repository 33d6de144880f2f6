//! Mail by the relays that the configuration names.

use std::collections::HashMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Mutex, MutexGuard, PoisonError};

use app::messages::codes::RELAY_UNKNOWN;
use app::messages::outcome::HandedOver;
use app::messages::ports::{Courier, Mail};
use app::messages::send::HandOver;
use kernel::secret::Secret;
use kernel::{Error, Instant, Outcome};
use outbound::mail::{
    Attachment, Envelope, FolderRelay, Login, Mailbox, Mailer, OutgoingMail, Relay, SendResult, SmtpRelay,
    Throttle, Timeouts, Tls, compose, domain_of,
};

use crate::settings::{self, Settings};

/// Every relay with its connections and its share per domain.
pub struct Relays {
    default: String,
    mailers: HashMap<String, Mailer>,
    throttles: Mutex<HashMap<String, Throttle>>,
}

impl Relays {
    /// Reads the relays of the settings.
    ///
    /// # Errors
    /// `mail.relay_invalid`; a file of certificates that cannot be read.
    pub fn try_new(settings: &Settings) -> Outcome<Self> {
        let (mut mailers, mut throttles) = (HashMap::new(), HashMap::new());
        for (name, relay) in &settings.mail.relays {
            if let settings::Relay::Smtp { per_domain_per_minute, .. } = relay {
                let share = NonZeroU32::new(*per_domain_per_minute).unwrap_or(NonZeroU32::MIN);
                throttles.insert(name.clone(), Throttle::new(share));
            }
            mailers.insert(name.clone(), Mailer::try_new(relay_of(name, relay)?)?);
        }
        Ok(Self { default: settings.mail.default_relay.clone(), mailers, throttles: Mutex::new(throttles) })
    }

    /// Hands a frozen mail over.
    pub async fn hand_over(&self, mail: &HandOver) -> HandedOver {
        let Some(mailer) = self.mailers.get(&mail.relay) else {
            return HandedOver::NotSent { again: true, reason: format!("no relay {:?} here", mail.relay) };
        };
        let to = [mail.recipient.as_str()];
        match Envelope::try_new(Some(&mail.sender), &to, Some(&mail.header_id)) {
            Ok(envelope) => outcome(mailer.send(&envelope, &mail.mime).await),
            Err(error) => HandedOver::NotSent { again: false, reason: error.to_string() },
        }
    }

    /// Ends idle connections politely.
    pub async fn close(&self) {
        for mailer in self.mailers.values() {
            mailer.close().await;
        }
    }

    fn throttles(&self) -> MutexGuard<'_, HashMap<String, Throttle>> {
        // A panic elsewhere leaves counts that are still right.
        self.throttles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Courier for Relays {
    fn relay(&self, wanted: Option<&str>) -> Outcome<String> {
        let name = wanted.unwrap_or(&self.default);
        if self.mailers.contains_key(name) {
            return Ok(name.to_owned());
        }
        Err(Error::with(&RELAY_UNKNOWN, format!("this server has no mail relay {name:?}")))
    }

    fn compose(&self, mail: &Mail) -> Outcome<Vec<u8>> {
        let mailbox = |(address, name): &(String, Option<String>)| match name {
            Some(name) => Mailbox::named(address, name),
            None => Mailbox::bare(address),
        };
        let attachments = mail.letter.iter().map(|(file_name, bytes)| Attachment {
            file_name: file_name.clone(),
            content_type: "application/pdf".to_owned(),
            bytes: bytes.clone(),
        });
        compose(&OutgoingMail {
            message_id: mail.message_id.clone(),
            from: mailbox(&mail.from),
            reply_to: mail.reply_to.as_ref().map(Mailbox::bare),
            to: vec![mailbox(&mail.to)],
            cc: Vec::new(),
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            html: mail.html.clone(),
            attachments: attachments.collect(),
            headers: Vec::new(),
            envelope_from: None,
            date: mail.date,
        })
    }

    fn take_place(&self, relay: &str, recipient: &str, now: Instant) -> Result<(), Instant> {
        match self.throttles().get_mut(relay) {
            Some(throttle) => throttle.take(&domain_of(recipient), now),
            None => Ok(()),
        }
    }
}

fn outcome(result: SendResult) -> HandedOver {
    let again = result.may_be_tried_again();
    match result {
        SendResult::Accepted { response } => HandedOver::Accepted { response },
        SendResult::Refused { code, text, .. } => {
            HandedOver::NotSent { again, reason: format!("{code} {text}") }
        }
        SendResult::NotSent { reason, .. } => HandedOver::NotSent { again, reason },
        SendResult::Unknown { reason } => HandedOver::Unknown { reason },
    }
}

fn relay_of(name: &str, relay: &settings::Relay) -> Outcome<Relay> {
    match relay {
        settings::Relay::Folder { path } => {
            Ok(Relay::Folder(FolderRelay { name: name.to_owned(), path: path.clone() }))
        }
        settings::Relay::Smtp { host, port, tls, user, password, ca_file, per_domain_per_minute, .. } => {
            let tls = match tls.as_str() {
                "implicit" => Tls::Implicit,
                "none" => Tls::None,
                _ => Tls::StartTls,
            };
            let ca_pem = ca_file.as_ref().map(std::fs::read_to_string).transpose().map_err(|e| {
                Error::with(&outbound::mail::codes::RELAY_INVALID, format!("mail.relays.{name}.ca_file: {e}"))
            })?;
            let login = (!user.is_empty())
                .then(|| Login { user: user.clone(), password: Secret::new(password.clone()) });
            Ok(Relay::Smtp(SmtpRelay {
                name: name.to_owned(),
                host: host.clone(),
                port: *port,
                tls,
                ca_pem,
                login,
                timeouts: Timeouts::default(),
                helo_name: "localhost".to_owned(),
                per_domain_per_minute: NonZeroU32::new(*per_domain_per_minute).unwrap_or(NonZeroU32::MIN),
                max_connections: NonZeroUsize::MIN.saturating_add(3),
            }))
        }
    }
}
