//! Why a message has not left, asked at any time.

use domain::access::Permission;
use domain::comms::arbiter::{Reason, Verdict};
use domain::comms::{Channel, MessageState};
use domain::dunning::reason::{Reason as Basis, ReasonCode};
use kernel::id::MessageId;
use kernel::text_enum::TextEnum as _;
use kernel::{Code, Error, ErrorKind, Instant, Outcome};

use super::codes;
use super::facts::MessageRow;
use super::judge::{Case, Ready, Ruling, contact_verdict, judge, outdated_by_hand, recipient};
use super::reach::message_in_scope;
use super::send::Means;
use super::spoken::facts_of;
use crate::App;
use crate::ctx::{Ctx, Locale};
use crate::store::WriteTx;

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    pub code: String,
    /// In the caller's language.
    pub text: String,
    /// The values behind it.
    pub detail: String,
    /// Code and version of the policy that says so.
    pub policy: Option<(String, i32)>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyNotNow {
    /// It would go now.
    pub now: bool,
    /// The earliest moment if nothing else happens before; `None` when it would go now, or not by itself.
    pub until: Option<Instant>,
    pub because: Vec<Because>,
}

/// Asks again, now, what the worker would ask; changes nothing.
///
/// # Errors
/// `auth.forbidden`, `not_found`; `message.transition_refused` for what is no longer planned.
pub fn why_not_now(app: &App, ctx: &Ctx, means: Means<'_>, id: MessageId) -> Outcome<WhyNotNow> {
    ctx.require(Permission::MessageRead)?;
    app.store.transact("message.why_not_now", |tx| {
        let row = message_in_scope(ctx, tx, id)?;
        if row.state != MessageState::Planned {
            let message = format!("the message is {}", row.state);
            return Err(Error::with(&domain::comms::codes::MESSAGE_TRANSITION_REFUSED, message));
        }
        let mut found = Found { spanish: ctx.locale == Locale::Spanish, until: None, because: Vec::new() };
        if let Some(reason) = tx.quarantine()? {
            found.add(&codes::QUARANTINED, reason);
        }
        let by_itself = match found.look(tx, (&row, means), ctx.now) {
            Err(error) if error.kind() == ErrorKind::Internal => {
                // The worker meets the same fault, sets the message aside, and logs the cause.
                found.add(&codes::FAULTY, String::new());
                found.until = Some(row.not_before);
                true
            }
            other => other?,
        };
        let until = by_itself.then_some(found.until).flatten();
        Ok(WhyNotNow { now: found.because.is_empty(), until, because: found.because })
    })
}

/// What was found so far.
struct Found {
    spanish: bool,
    until: Option<Instant>,
    because: Vec<Because>,
}

impl Found {
    /// Looks at the message as the worker does; whether what it waits for comes by itself.
    fn look(
        &mut self,
        tx: &mut dyn WriteTx,
        (row, means): (&MessageRow, Means<'_>),
        now: Instant,
    ) -> Outcome<bool> {
        let facts = facts_of(tx, row, now)?;
        let case = Case { means, row, facts: &facts, now };
        if row.channel == Channel::Email {
            let quarantined = !self.because.is_empty();
            let ruling = judge(tx, &case)?;
            return Ok(self.ruled(ruling, &case) && !quarantined);
        }
        self.by_hand(tx, &case).map(|()| false)
    }

    fn add(&mut self, code: &'static Code, detail: String) {
        let text = if self.spanish { code.es } else { code.en };
        self.because.push(Because {
            code: code.text.to_owned(),
            text: text.to_owned(),
            detail,
            policy: None,
        });
    }

    /// A code as it is stored: one of messages, or the reason of a decision.
    fn add_stored(&mut self, code: &str, detail: String) {
        let known = codes::ALL.iter().chain(domain::comms::codes::ALL).find(|known| known.text == code);
        if let Some(known) = known {
            return self.add(known, detail);
        }
        let sentence = ReasonCode::from_text(code).map(ReasonCode::sentences);
        let text = sentence.map(|(english, spanish)| if self.spanish { spanish } else { english });
        let text = text.unwrap_or(code).replace("{detail}", if detail.is_empty() { "–" } else { &detail });
        self.because.push(Because { code: code.to_owned(), text, detail, policy: None });
    }

    /// What the dunning rules say now.
    fn add_decision(&mut self, code: &str, basis: &[Basis]) {
        let Some(main) = basis.iter().find(|reason| reason.code.as_str() == code) else {
            return self.add_stored(code, String::new());
        };
        let text = main.sentence(self.spanish);
        self.because.push(Because { code: code.to_owned(), text, detail: String::new(), policy: None });
    }

    fn add_all(&mut self, reasons: Vec<Reason>) {
        for Reason { code, policy, detail } in reasons {
            let text = if self.spanish { code.es } else { code.en };
            self.because.push(Because { code: code.text.to_owned(), text: text.to_owned(), detail, policy });
        }
    }

    fn ruled(&mut self, ruling: Ruling, case: &Case<'_>) -> bool {
        match ruling {
            Ruling::Go(ready) => {
                self.hand_over(&ready, case);
                return true;
            }
            Ruling::NotNow { until, reasons } => {
                self.until = Some(until);
                self.add_all(reasons);
                return true;
            }
            Ruling::Withdraw(code, basis) => self.add_decision(&code, &basis),
            Ruling::Stale(why) => self.add_stored(ReasonCode::HoldStaleData.as_str(), why),
            Ruling::Never { reasons } => self.add_all(reasons),
            Ruling::Stuck(error) => self.add(error.code(), error.to_string()),
        }
        false
    }

    /// What may still stand between a mail that may go and its relay.
    fn hand_over(&mut self, ready: &Ready, case: &Case<'_>) {
        let courier = case.means.courier;
        let place = courier.next_place(&ready.relay, &ready.to, case.now);
        if case.row.not_before > case.now {
            let stored = case.row.waiting_for.as_deref().unwrap_or(codes::RELAY_DEFERRED.text);
            self.add_stored(stored, String::new());
            self.until = Some(case.row.not_before);
        } else if courier.busy().named.contains(&ready.relay) {
            self.add(&codes::RELAY_BUSY, ready.relay.clone());
        } else if place > case.now {
            self.add(&codes::THROTTLED, ready.to.clone());
            self.until = Some(place);
        }
    }

    /// What a person does, is done by nobody else; the arbiter says when it may be done.
    fn by_hand(&mut self, tx: &mut dyn WriteTx, case: &Case<'_>) -> Outcome<()> {
        self.add(&codes::BY_HAND, case.row.channel.to_string());
        if let Some((code, basis)) = outdated_by_hand(tx, case)? {
            self.add_decision(&code, &basis);
        }
        match recipient(case.row, case.facts) {
            Ok(recipient) => match contact_verdict(tx, case, &recipient)? {
                Verdict::Allow => {}
                Verdict::NotNow { reasons, .. } | Verdict::Never { reasons } => self.add_all(reasons),
            },
            Err(error) => self.add(error.code(), error.to_string()),
        }
        Ok(())
    }
}
