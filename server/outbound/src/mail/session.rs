//! A connection to a relay, from the TCP handshake to the answer after the final dot.

use std::io;

use kernel::secret::Secret;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::{Auth, Ehlo, Mail, Quit, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter, RcptParameter};
use lettre::transport::smtp::response::{Category, Code, Detail, Response, Severity};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::dialog::{Dialog, Fault, Limit, Reply};
use super::envelope::Envelope;
use super::offers::Offers;
use super::relay::{Login, SmtpRelay, Tls};
use super::result::{Cause, Phase, SendResult};
use super::stuffing::Stuffing;
use super::tls::Trust;
use super::verdict::{Step, answered, completed, explain, faulty, not_sent, refused, unexpected};

/// The message goes out in blocks of about this size, each with the limit of time of one step.
const BLOCK_BYTES: usize = 32 * 1024;

/// Any stream, encrypted or not.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// An open, encrypted as configured, logged-in connection.
pub(super) struct Session {
    dialog: Dialog<Box<dyn Duplex>>,
    offers: Offers,
}

impl Session {
    /// Connects, encrypts, greets and logs in.
    pub(super) async fn open(relay: &SmtpRelay, trust: Option<&Trust>, limit: Limit) -> Step<Self> {
        let tcp = connect(relay, limit).await?;
        let (dialog, offers) = match (relay.tls, trust) {
            (Tls::StartTls, Some(trust)) => {
                let (plain, offers) = greet(Dialog::new(tcp), relay, limit).await?;
                let tcp = start_tls(plain, offers, limit).await?;
                say_hello(Dialog::new(encrypt(tcp, relay, trust, limit).await?), relay, limit).await?
            }
            (Tls::Implicit, Some(trust)) => {
                greet(Dialog::new(encrypt(tcp, relay, trust, limit).await?), relay, limit).await?
            }
            (Tls::None, _) => {
                let stream: Box<dyn Duplex> = Box::new(tcp);
                greet(Dialog::new(stream), relay, limit).await?
            }
            (Tls::StartTls | Tls::Implicit, None) => {
                return Err(not_sent(Cause::Tls, "no authority is trusted for this relay"));
            }
        };
        let mut session = Self { dialog, offers };
        if let Some(login) = &relay.login {
            session.log_in(login, limit).await?;
        }
        Ok(session)
    }

    /// Hands one mail over, from `MAIL FROM` to the answer after the final dot.
    pub(super) async fn hand_over(&mut self, envelope: &Envelope, bytes: &[u8], limit: Limit) -> SendResult {
        match self.announce(envelope, bytes, limit).await {
            Ok(()) => self.transmit(bytes, limit).await,
            Err(result) => result,
        }
    }

    /// Makes a connection that was used before ready for the next mail.
    pub(super) async fn reset(&mut self, limit: Limit) -> Step<()> {
        let reply = self.dialog.command(&Rset.to_string(), limit.step()).await;
        completed(reply, Phase::Connect, "RSET").map(drop)
    }

    /// Says goodbye; whether the relay answers does not matter any more.
    pub(super) async fn quit(mut self, limit: Limit) {
        if let Err(fault) = self.dialog.command(&Quit.to_string(), limit.step()).await {
            tracing::trace!(?fault, "no answer to QUIT");
        }
    }

    async fn log_in(&mut self, login: &Login, limit: Limit) -> Step<()> {
        let mechanism = if self.offers.has(Offers::PLAIN) {
            Mechanism::Plain
        } else if self.offers.has(Offers::LOGIN) {
            Mechanism::Login
        } else {
            return Err(not_sent(Cause::Protocol, "the relay offers no login by PLAIN or LOGIN"));
        };
        let credentials = Credentials::new(login.user.clone(), Secret::expose(&login.password).to_owned());
        // The cause is left out on purpose: nothing about credentials may reach a log.
        let odd = |_: lettre::transport::smtp::Error| {
            not_sent(Cause::Protocol, "the relay asked for an unknown credential")
        };
        let mut line = Auth::new(mechanism, credentials.clone(), None).map_err(odd)?.to_string();
        // LOGIN asks twice, PLAIN never.
        for _ in 0..3 {
            let reply = answered(self.dialog.command(&line, limit.step()).await, Phase::Auth, "AUTH")?;
            match reply.code {
                235 => return Ok(()),
                334 => {
                    let challenge = challenge(&reply);
                    line = Auth::new_from_response(mechanism, credentials.clone(), &challenge)
                        .map_err(odd)?
                        .to_string();
                }
                _ => return Err(unexpected(&reply, "AUTH")),
            }
        }
        Err(not_sent(Cause::Protocol, "the relay kept asking for credentials"))
    }

    /// `MAIL`, `RCPT` for everybody, `DATA`. The first recipient that is refused ends the attempt.
    async fn announce(&mut self, envelope: &Envelope, bytes: &[u8], limit: Limit) -> Step<()> {
        let params = self.mail_parameters(envelope, bytes)?;
        let line = Mail::new(envelope.from.clone(), params).to_string();
        completed(self.dialog.command(&line, limit.step()).await, Phase::MailFrom, "MAIL")?;
        for address in &envelope.to {
            let line =
                Rcpt::new(address.clone(), self.rcpt_parameters(envelope, address.as_ref())).to_string();
            let reply = self.dialog.command(&line, limit.step()).await;
            completed(reply, Phase::Rcpt, "RCPT")
                .map_err(|result| name_recipient(result, address.as_ref()))?;
        }
        let reply = answered(self.dialog.command("DATA\r\n", limit.step()).await, Phase::Data, "DATA")?;
        if reply.code == 354 { Ok(()) } else { Err(unexpected(&reply, "DATA")) }
    }

    fn mail_parameters(&self, envelope: &Envelope, bytes: &[u8]) -> Step<Vec<MailParameter>> {
        let other = |keyword: &str, value: &str| MailParameter::Other {
            keyword: keyword.to_owned(),
            value: Some(value.to_owned()),
        };
        let mut params = Vec::new();
        if self.offers.has(Offers::SIZE) {
            params.push(MailParameter::Size(bytes.len()));
        }
        if !bytes.is_ascii() {
            if !self.offers.has(Offers::EIGHT_BIT) {
                return Err(not_sent(Cause::Unsendable, "the relay takes no 8-bit message"));
            }
            params.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        if let Some(id) = envelope.id.as_deref().filter(|_| self.offers.has(Offers::DSN)) {
            params.push(other("RET", "HDRS"));
            params.push(other("ENVID", id));
        }
        Ok(params)
    }

    fn rcpt_parameters(&self, envelope: &Envelope, address: &str) -> Vec<RcptParameter> {
        if envelope.id.is_none() || !self.offers.has(Offers::DSN) {
            return Vec::new();
        }
        let other = |keyword: &str, value: String| RcptParameter::Other {
            keyword: keyword.to_owned(),
            value: Some(value),
        };
        vec![other("NOTIFY", "SUCCESS,FAILURE,DELAY".to_owned()), other("ORCPT", format!("rfc822;{address}"))]
    }

    /// Sends the message and its final dot. Up to the dot every failure is "not sent"; from the first byte of the dot's line on,
    /// only a proper answer settles the outcome.
    async fn transmit(&mut self, bytes: &[u8], limit: Limit) -> SendResult {
        if let Err(result) = self.transmit_lines(bytes, limit).await {
            return result;
        }
        let written = self.dialog.write(b".\r\n", limit.end).await;
        let reply = match written {
            Ok(()) => self.dialog.reply(limit.end).await,
            Err(fault) => Err(fault),
        };
        match reply {
            Ok(reply) if (250..=259).contains(&reply.code) => SendResult::Accepted {
                response: format!("{} {}", reply.code, reply.text()).trim_end().to_owned(),
            },
            Ok(reply) if reply.is_refusal() => refused(&reply, Phase::Data),
            Ok(reply) => {
                let reason =
                    format!("the relay answered {} {:?} after the final dot", reply.code, reply.text());
                SendResult::Unknown { reason }
            }
            Err(fault) => SendResult::Unknown { reason: format!("after the final dot: {}", explain(&fault)) },
        }
    }

    /// Everything before the dot's line.
    async fn transmit_lines(&mut self, bytes: &[u8], limit: Limit) -> Step<()> {
        let mut stuffing = Stuffing::new();
        for block in bytes.chunks(BLOCK_BYTES) {
            if let Err(fault) = self.dialog.write(&stuffing.apply(block), limit.step()).await {
                return Err(self.cut_short(&fault, limit).await);
            }
        }
        match self.dialog.interruption(limit.step()).await {
            Ok(None) => Ok(()),
            Ok(Some(reply)) => Err(refused(&reply, Phase::Data)),
            Err(fault) => Err(faulty(&fault, "the message")),
        }
    }

    /// A relay that has had enough may answer before the end, and break the connection so that the answer is heard.
    async fn cut_short(&mut self, fault: &Fault, limit: Limit) -> SendResult {
        if matches!(fault, Fault::Timeout) {
            return faulty(fault, "the message");
        }
        match self.dialog.interruption(limit.step()).await {
            Ok(Some(reply)) => refused(&reply, Phase::Data),
            Ok(None) | Err(_) => faulty(fault, "the message"),
        }
    }
}

async fn connect(relay: &SmtpRelay, limit: Limit) -> Step<TcpStream> {
    let open = TcpStream::connect((relay.host.as_str(), relay.port));
    let stream = in_time(open, relay, limit, "connecting").await?;
    let stream =
        stream.map_err(|e| not_sent(Cause::Unreachable, format!("connecting to {}: {e}", relay.host)))?;
    // The dot's line must not wait in our own kernel for the acknowledgement of the block before it.
    stream.set_nodelay(true).map_err(|e| not_sent(Cause::Unreachable, e.to_string()))?;
    Ok(stream)
}

async fn encrypt(tcp: TcpStream, relay: &SmtpRelay, trust: &Trust, limit: Limit) -> Step<Box<dyn Duplex>> {
    let handshake = trust.connector.connect(trust.host.clone(), tcp);
    let stream = in_time(handshake, relay, limit, "the TLS handshake").await?;
    let stream =
        stream.map_err(|e| not_sent(Cause::Tls, format!("TLS handshake with {}: {e}", relay.host)))?;
    Ok(Box::new(stream))
}

async fn in_time<T>(
    future: impl Future<Output = io::Result<T>>,
    relay: &SmtpRelay,
    limit: Limit,
    what: &str,
) -> Step<io::Result<T>> {
    let by = limit.at_most(relay.timeouts.connect);
    tokio::time::timeout_at(by, future)
        .await
        .map_err(|elapsed| not_sent(Cause::Timeout, format!("{what}: {elapsed}")))
}

/// The relay's greeting, then ours.
async fn greet<S: Duplex>(
    mut dialog: Dialog<S>,
    relay: &SmtpRelay,
    limit: Limit,
) -> Step<(Dialog<S>, Offers)> {
    completed(dialog.reply(limit.step()).await, Phase::Connect, "the greeting")?;
    say_hello(dialog, relay, limit).await
}

async fn say_hello<S: Duplex>(
    mut dialog: Dialog<S>,
    relay: &SmtpRelay,
    limit: Limit,
) -> Step<(Dialog<S>, Offers)> {
    let line = Ehlo::new(ClientId::Domain(relay.helo_name.clone())).to_string();
    let reply = completed(dialog.command(&line, limit.step()).await, Phase::Connect, "EHLO")?;
    let offers = Offers::of(&reply);
    Ok((dialog, offers))
}

/// The bare stream, ready for the handshake. Without the offer there is no mail: what is configured is demanded.
async fn start_tls(mut plain: Dialog<TcpStream>, offers: Offers, limit: Limit) -> Step<TcpStream> {
    if !offers.has(Offers::STARTTLS) {
        return Err(not_sent(Cause::Tls, "the relay does not offer STARTTLS"));
    }
    completed(plain.command(&Starttls.to_string(), limit.step()).await, Phase::Tls, "STARTTLS")?;
    plain.into_stream().map_err(|fault| faulty(&fault, "STARTTLS"))
}

fn name_recipient(result: SendResult, address: &str) -> SendResult {
    match result {
        SendResult::Refused { permanent, code, text, at } => {
            SendResult::Refused { permanent, code, text: format!("<{address}>: {text}"), at }
        }
        other @ (SendResult::Accepted { .. } | SendResult::NotSent { .. } | SendResult::Unknown { .. }) => {
            other
        }
    }
}

/// The form in which lettre reads a challenge.
fn challenge(reply: &Reply) -> Response {
    let code = Code::new(Severity::PositiveIntermediate, Category::Unspecified3, Detail::Four);
    Response::new(code, reply.lines.clone())
}
