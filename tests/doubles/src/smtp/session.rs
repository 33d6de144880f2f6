//! One connection: the dialog, and where it departs from what it should be.

use std::io;
use std::sync::Arc;

use super::command::{Command, Path};
use super::record::{Received, Recipient};
use super::script::{Act, Behaviour, Stage};
use super::wire::{Duplex, Wire};
use super::{Encryption, Shared};

mod login;

/// RFC 5321, 4.5.3.1.8: at least 100 recipients must be taken; this double takes no more.
const RECIPIENTS_MAX: usize = 100;

/// What follows an answer.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// The command takes effect.
    Proceed,
    /// It does not, the connection stays.
    Refused,
    /// The connection ends.
    Close,
}

/// The mail transaction that is under way.
struct Draft {
    from: Path,
    recipients: Vec<Recipient>,
}

pub(super) struct Session {
    shared: Arc<Shared>,
    number: usize,
    behaviours: Vec<Behaviour>,
    wire: Wire,
    encrypted: bool,
    greeted: bool,
    user: Option<String>,
    draft: Option<Draft>,
}

impl Session {
    pub(super) fn new(
        shared: Arc<Shared>,
        number: usize,
        behaviours: Vec<Behaviour>,
        stream: Box<dyn Duplex>,
    ) -> Self {
        let wire = Wire::new(stream);
        Self { shared, number, behaviours, wire, encrypted: false, greeted: false, user: None, draft: None }
    }

    pub(super) fn encrypted(mut self) -> Self {
        self.encrypted = true;
        self
    }

    /// Runs until the client goes or the double closes.
    pub(super) async fn run(mut self) -> io::Result<()> {
        if self.answer(Stage::Connect, &[], "220 double.invalid ESMTP\r\n").await? != Next::Proceed {
            return Ok(());
        }
        loop {
            let Some(line) = self.wire.read_line().await? else {
                self.wire.write(b"500 5.5.2 Lines end with CRLF\r\n").await?;
                continue;
            };
            let command = Command::parse(&line);
            let shown =
                if let Command::Auth(mechanism, _) = &command { format!("AUTH {mechanism}") } else { line };
            self.shared.record.send_modify(|record| record.command(self.number, shown));
            if command == Command::StartTls {
                match self.start_tls().await? {
                    Some(session) => self = session,
                    None => return Ok(()),
                }
            } else if self.obey(command).await? == Next::Close {
                return Ok(());
            }
        }
    }

    async fn obey(&mut self, command: Command) -> io::Result<Next> {
        match command {
            Command::Ehlo => self.ehlo().await,
            Command::Helo => self.say("250 double.invalid\r\n").await,
            Command::Auth(mechanism, initial) => self.auth(&mechanism, initial).await,
            Command::Mail(path) => self.mail(path).await,
            Command::Rcpt(path) => self.rcpt(path).await,
            Command::Data => self.data().await,
            Command::Reset => {
                self.draft = None;
                self.answer(Stage::Reset, &[], "250 2.0.0 Ok\r\n").await
            }
            Command::Noop => self.say("250 2.0.0 Ok\r\n").await,
            Command::Quit => {
                self.wire.write(b"221 2.0.0 Bye\r\n").await?;
                Ok(Next::Close)
            }
            Command::Malformed | Command::StartTls => {
                self.say("501 5.5.4 Syntax error in arguments\r\n").await
            }
            Command::Unknown => self.say("500 5.5.1 Unknown command\r\n").await,
        }
    }

    async fn say(&mut self, text: &str) -> io::Result<Next> {
        self.wire.write(text.as_bytes()).await?;
        Ok(Next::Refused)
    }

    /// The act asked for at this place, if any.
    fn act(&self, at: Stage, recipients: &[String]) -> Option<Act> {
        let own = self.shared.script().for_recipients(at, recipients);
        own.or_else(|| self.behaviours.iter().find(|one| one.at == at).map(|one| one.act.clone()))
    }

    /// Gives the usual answer, or does what was asked for instead.
    async fn answer(&mut self, at: Stage, recipients: &[String], usual: &str) -> io::Result<Next> {
        match self.act(at, recipients) {
            None => self.wire.write(usual.as_bytes()).await?,
            Some(Act::Answer(code, text)) => {
                self.wire.write(format!("{code} {text}\r\n").as_bytes()).await?;
                let closes = code == 421 || (code >= 400 && at == Stage::Connect);
                return Ok(if closes {
                    Next::Close
                } else if code >= 400 {
                    Next::Refused
                } else {
                    Next::Proceed
                });
            }
            Some(Act::Hang) => {
                self.wire.ignore().await?;
                return Ok(Next::Close);
            }
            Some(Act::Drop) => return Ok(Next::Close),
            Some(Act::Drip(pause)) => self.wire.drip(usual.as_bytes(), pause).await?,
            Some(Act::Append(more)) => self.wire.write(format!("{usual}{more}").as_bytes()).await?,
            Some(Act::Raw(bytes)) => self.wire.write(bytes).await?,
        }
        Ok(Next::Proceed)
    }

    fn announces(&self, keyword: &str) -> bool {
        let options = &self.shared.options;
        let offered = match keyword {
            "STARTTLS" => options.encryption == Encryption::StartTls && !self.encrypted,
            "AUTH" => options.login.is_some() && (self.encrypted || options.encryption == Encryption::None),
            _ => true,
        };
        offered && !options.withheld.contains(&keyword)
    }

    async fn ehlo(&mut self) -> io::Result<Next> {
        let options = &self.shared.options;
        let size = format!("SIZE {}", options.message_bytes_max);
        let auth = format!("AUTH {}", options.mechanisms);
        let keywords = [
            ("PIPELINING", "PIPELINING"),
            ("SIZE", size.as_str()),
            ("8BITMIME", "8BITMIME"),
            ("DSN", "DSN"),
            ("STARTTLS", "STARTTLS"),
            ("AUTH", auth.as_str()),
        ];
        let announced = keywords.iter().filter(|(keyword, _)| self.announces(keyword)).map(|(_, line)| *line);
        let lines: Vec<&str> = std::iter::once("double.invalid greets you").chain(announced).collect();
        let text = format!("250-{}\r\n250 ENHANCEDSTATUSCODES\r\n", lines.join("\r\n250-"));
        let next = self.answer(Stage::Ehlo, &[], &text).await?;
        self.greeted = next == Next::Proceed;
        self.draft = None;
        Ok(next)
    }

    /// The session over the encrypted stream; `None` when the connection ends.
    async fn start_tls(mut self) -> io::Result<Option<Self>> {
        if !self.announces("STARTTLS") {
            self.say("502 5.5.1 STARTTLS is not offered\r\n").await?;
            return Ok(Some(self));
        }
        match self.answer(Stage::StartTls, &[], "220 2.0.0 Ready to start TLS\r\n").await? {
            Next::Refused => return Ok(Some(self)),
            Next::Close => return Ok(None),
            Next::Proceed => {}
        }
        let Self { shared, number, behaviours, wire, .. } = self;
        let stream = shared.identity.acceptor.accept(wire.into_stream()).await?;
        Ok(Some(Self::new(shared, number, behaviours, Box::new(stream)).encrypted()))
    }

    async fn mail(&mut self, path: Path) -> io::Result<Next> {
        let options = &self.shared.options;
        if !self.greeted || self.draft.is_some() {
            return self.say("503 5.5.1 MAIL out of order\r\n").await;
        }
        if options.encryption == Encryption::StartTls && !self.encrypted {
            return self.say("530 5.7.0 Must issue a STARTTLS command first\r\n").await;
        }
        if options.login.is_some() && self.user.is_none() {
            return self.say("530 5.7.0 Authentication required\r\n").await;
        }
        let known: Vec<&str> = [("SIZE", "SIZE"), ("8BITMIME", "BODY"), ("DSN", "RET"), ("DSN", "ENVID")]
            .into_iter()
            .filter(|(keyword, _)| self.announces(keyword))
            .map(|(_, param)| param)
            .collect();
        if !path.knows_only(&known) {
            return self.say("555 5.5.4 Parameter not recognised\r\n").await;
        }
        if path
            .param("SIZE")
            .and_then(|size| size.parse::<usize>().ok())
            .is_some_and(|n| n > options.message_bytes_max)
        {
            return self.say("552 5.3.4 Message too big\r\n").await;
        }
        let next = self.answer(Stage::MailFrom, &[], "250 2.1.0 Ok\r\n").await?;
        if next == Next::Proceed {
            self.draft = Some(Draft { from: path, recipients: Vec::new() });
        }
        Ok(next)
    }

    async fn rcpt(&mut self, path: Path) -> io::Result<Next> {
        let Some(draft) = &self.draft else {
            return self.say("503 5.5.1 RCPT without MAIL\r\n").await;
        };
        if draft.recipients.len() >= RECIPIENTS_MAX {
            return self.say("452 4.5.3 Too many recipients\r\n").await;
        }
        let known: &[&str] = if self.announces("DSN") { &["NOTIFY", "ORCPT"] } else { &[] };
        if !path.knows_only(known) {
            return self.say("555 5.5.4 Parameter not recognised\r\n").await;
        }
        let address = path.address.clone();
        let next = self.answer(Stage::Rcpt, std::slice::from_ref(&address), "250 2.1.5 Ok\r\n").await?;
        if let (Next::Proceed, Some(draft)) = (&next, &mut self.draft) {
            draft.recipients.push(Recipient { address, params: path.params });
        }
        Ok(next)
    }

    async fn data(&mut self) -> io::Result<Next> {
        let Some(draft) = self.draft.take_if(|draft| !draft.recipients.is_empty()) else {
            return self.say("503 5.5.1 DATA without recipients\r\n").await;
        };
        match self.answer(Stage::Data, &[], "354 End data with <CR><LF>.<CR><LF>\r\n").await? {
            Next::Proceed => self.message(draft).await,
            next @ (Next::Refused | Next::Close) => Ok(next),
        }
    }

    async fn message(&mut self, draft: Draft) -> io::Result<Next> {
        match self.act(Stage::Body, &[]) {
            Some(Act::Hang) => std::future::pending::<()>().await,
            Some(Act::Drop) => {
                self.wire.read_some().await?;
                return Ok(Next::Close);
            }
            Some(Act::Answer(code, text)) => {
                self.wire.read_some().await?;
                self.wire.write(format!("{code} {text}\r\n").as_bytes()).await?;
                return Ok(Next::Close);
            }
            Some(Act::Drip(_) | Act::Append(_) | Act::Raw(_)) | None => {}
        }
        let eight_bit = draft.from.param("BODY").is_some_and(|body| body.eq_ignore_ascii_case("8BITMIME"));
        let message = self.wire.read_message(self.shared.options.message_bytes_max, eight_bit).await?;
        if let Some(fault) = message.fault {
            return self.say(fault).await;
        }
        if !self.shared.record.borrow().has_room_for(message.bytes.len()) {
            return self.say("452 4.3.1 Insufficient system storage\r\n").await;
        }
        self.keep(draft, message.bytes).await
    }

    /// Takes responsibility for the message, unless told to refuse it, and answers.
    async fn keep(&mut self, draft: Draft, bytes: Vec<u8>) -> io::Result<Next> {
        let addresses: Vec<String> = draft.recipients.iter().map(|one| one.address.clone()).collect();
        let act = self.act(Stage::Dot, &addresses);
        if !matches!(act, Some(Act::Answer(400.., _))) {
            let received = Received {
                connection: self.number,
                mail_from: draft.from.address,
                mail_params: draft.from.params,
                recipients: draft.recipients,
                bytes,
                encrypted: self.encrypted,
                user: self.user.clone(),
                answered: !matches!(act, Some(Act::Hang | Act::Drop)),
            };
            self.shared.record.send_modify(|record| record.message(received));
        }
        self.answer(Stage::Dot, &addresses, "250 2.0.0 Ok: queued\r\n").await
    }
}
