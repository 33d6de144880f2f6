//! Mail by the relays that the configuration names.

use std::collections::HashMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::messages::codes::RELAY_UNKNOWN;
use app::messages::outcome::HandedOver;
use app::messages::ports::{Busy, Courier, Mail};
use app::messages::send::HandOver;
use kernel::secret::Secret;
use kernel::{Error, Instant, Outcome};
use outbound::mail::{
    Attachment, Envelope, FolderRelay, Login, Mailbox, Mailer, OutgoingMail, Relay, SendResult, SmtpRelay,
    Throttle, Timeouts, Tls, compose, domain_of,
};

use tokio::sync::Notify;

use crate::settings::{self, Settings};

/// Hand-overs of one relay under way at the same time, each over a connection. What comes beyond stays planned: there it can
/// still be withdrawn, and a relay that hangs holds up nobody else's mail.
const HANDS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);

/// Every relay with its connections and its share per domain.
pub struct Relays {
    default: String,
    mailers: HashMap<String, Mailer>,
    throttles: Mutex<HashMap<String, Throttle>>,
    under_way: Mutex<HashMap<String, usize>>,
    freed: Notify,
}

/// A hand-over under way, for as long as it lives.
pub struct Hand {
    relays: Arc<Relays>,
    relay: String,
}

impl Drop for Hand {
    fn drop(&mut self) {
        if let Some(count) = locked(&self.relays.under_way).get_mut(&self.relay) {
            *count = count.saturating_sub(1);
        }
        self.relays.freed.notify_one();
    }
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
        Ok(Self {
            default: settings.mail.default_relay.clone(),
            mailers,
            throttles: Mutex::new(throttles),
            under_way: Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// Counts a hand-over as under way.
    pub fn begin(self: &Arc<Self>, relay: &str) -> Hand {
        *locked(&self.under_way).entry(relay.to_owned()).or_default() += 1;
        Hand { relays: Arc::clone(self), relay: relay.to_owned() }
    }

    /// Until a hand-over ends; at once when one has ended since this was last asked.
    pub async fn freed(&self) {
        self.freed.notified().await;
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
}

/// What would keep a server from handing mail to this relay of the settings.
///
/// # Errors
/// Those of [`Relays::try_new`].
pub fn try_relay(name: &str, relay: &settings::Relay) -> Outcome<()> {
    Mailer::try_new(relay_of(name, relay)?).map(drop)
}

/// A panic elsewhere leaves counts that are still right.
fn locked<T>(counts: &Mutex<T>) -> MutexGuard<'_, T> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn busy(&self) -> Busy {
        let under_way = locked(&self.under_way);
        let busy = under_way.iter().filter(|(_, count)| **count >= HANDS.get());
        let named = busy.map(|(relay, _)| relay.clone()).collect::<Vec<_>>();
        Busy { default: named.contains(&self.default), named }
    }

    fn next_place(&self, relay: &str, recipient: &str, now: Instant) -> Instant {
        let throttles = locked(&self.throttles);
        throttles.get(relay).map_or(now, |throttle| throttle.ready_at(&domain_of(recipient), now))
    }

    fn take_place(&self, relay: &str, recipient: &str, now: Instant) -> Result<(), Instant> {
        match locked(&self.throttles).get_mut(relay) {
            Some(throttle) => throttle.take(&domain_of(recipient), now),
            None => Ok(()),
        }
    }
}

fn outcome(result: SendResult) -> HandedOver {
    let again = result.may_be_tried_again();
    let no_such_recipient = result.refuses_the_address();
    match result {
        SendResult::Accepted { response } => HandedOver::Accepted { response },
        SendResult::Refused { code, text, .. } => {
            let reason = format!("{code} {text}");
            if no_such_recipient {
                HandedOver::AddressRefused { reason }
            } else {
                HandedOver::NotSent { again, reason }
            }
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
        settings::Relay::Smtp {
            host,
            port,
            tls,
            user,
            password,
            ca_file,
            helo_name,
            per_domain_per_minute,
            connect_seconds_max,
            command_seconds_max,
            total_seconds_max,
            password_file: _,
        } => {
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
                timeouts: Timeouts {
                    connect: Duration::from_secs(*connect_seconds_max),
                    command: Duration::from_secs(*command_seconds_max),
                    total: Duration::from_secs(*total_seconds_max),
                },
                helo_name: helo_name.clone(),
                per_domain_per_minute: NonZeroU32::new(*per_domain_per_minute).unwrap_or(NonZeroU32::MIN),
                max_connections: HANDS,
            }))
        }
    }
}
