//! What is known about one attempt to hand a mail over.

/// The outcome of one attempt.
///
/// The border between [`SendResult::NotSent`] and [`SendResult::Unknown`] is the final dot: a relay must forget a message whose dot
/// it never saw (RFC 5321, 4.1.1.4), and may deliver one whose dot it saw.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum SendResult {
    /// The relay took responsibility for the mail, for all of its recipients.
    Accepted {
        /// Its answer, code included; it often holds the relay's queue id.
        response: String,
    },
    /// The relay answered that it does not take the mail; no recipient gets it.
    Refused {
        /// 5xx: the same attempt will be refused again; 4xx: a later one may succeed.
        permanent: bool,
        code: u16,
        /// The relay's text without the code; at [`Phase::Rcpt`] with the refused address in front.
        text: String,
        at: Phase,
    },
    /// Surely no recipient gets the mail: the relay never saw the end of it.
    NotSent { cause: Cause, reason: String },
    /// The final dot was, or may have been, sent, and no answer came that settles it. Never to be tried again by itself.
    Unknown { reason: String },
}

impl SendResult {
    /// Whether a later attempt could end differently, without anybody changing mail or configuration, and without the risk of a
    /// second delivery.
    pub fn may_be_tried_again(&self) -> bool {
        match self {
            Self::Accepted { .. } | Self::Unknown { .. } => false,
            // A permanent refusal before MAIL FROM speaks of us, not of this mail, and ends when somebody mends the relay.
            Self::Refused { permanent, at, .. } => !permanent || !at.concerns_the_mail(),
            Self::NotSent { cause, .. } => *cause != Cause::Unsendable,
        }
    }

    /// Whether the relay says that there is no such recipient, so that every mail to this address will end the same way.
    ///
    /// RFC 5321, 4.2.3: 550, 551 and 553 at `RCPT` speak of the mailbox - unless the enhanced code is one of policy (`5.7`,
    /// RFC 3463) or the text speaks of relaying, for then it is about us.
    pub fn refuses_the_address(&self) -> bool {
        let Self::Refused { permanent: true, code: 550 | 551 | 553, text, at: Phase::Rcpt } = self else {
            return false;
        };
        // The refused address stands in front, and may contain anything.
        let said = text.split_once(">: ").map_or(text.as_str(), |(_, said)| said);
        !said.contains("5.7.") && !said.to_ascii_lowercase().contains("relay")
    }
}

/// Where in the dialog a relay refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The greeting, `EHLO`, or `RSET` on a connection that is used again.
    Connect,
    /// `STARTTLS`.
    Tls,
    /// The login.
    Auth,
    /// The return path or the size.
    MailFrom,
    /// A recipient.
    Rcpt,
    /// The `DATA` command or the message itself.
    Data,
}

impl Phase {
    /// Whether a refusal here is about this mail, and not about the relay and our right to use it.
    pub fn concerns_the_mail(self) -> bool {
        matches!(self, Self::MailFrom | Self::Rcpt | Self::Data)
    }
}

/// Why a mail was surely not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No connection: name not found, refused, no route.
    Unreachable,
    /// No trustworthy encryption: handshake failed, certificate not trusted, `STARTTLS` not offered.
    Tls,
    /// A wait ran out before the final dot.
    Timeout,
    /// The relay went away before the final dot.
    Closed,
    /// The relay said what SMTP does not allow, or offers no login that we can use.
    Protocol,
    /// The mail cannot be handed to this relay as it is, now or later.
    Unsendable,
    /// The folder cannot be written.
    Folder,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_about_the_mailbox_refuses_the_address() {
        let refused = |code, text: &str, at| SendResult::Refused {
            permanent: code >= 500,
            code,
            text: format!("<relay@x.es>: {text}"),
            at,
        };
        assert!(refused(550, "5.1.1 User unknown", Phase::Rcpt).refuses_the_address());
        assert!(refused(553, "no such user", Phase::Rcpt).refuses_the_address());
        for (code, text, at) in [
            (450, "4.2.1 busy", Phase::Rcpt),
            (552, "5.2.2 mailbox full", Phase::Rcpt),
            (550, "5.7.1 blocked by policy", Phase::Rcpt),
            (550, "relay not permitted", Phase::Rcpt),
            (550, "5.6.0 content rejected", Phase::Data),
            (550, "5.1.8 bad sender", Phase::MailFrom),
        ] {
            assert!(!refused(code, text, at).refuses_the_address(), "{code} {text}");
        }
    }
}
