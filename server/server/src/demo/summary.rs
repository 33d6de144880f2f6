//! What the demo came to, for a terminal.

use app::App;
use app::dunning::lists::{ACTIONS, DUNNING_RUNS};
use app::ledger::ageing::{AgeingRequest, Buckets, GroupBy, ageing};
use app::ledger::as_of::AsOfRequest;
use app::ledger::convert::ConvertRequest;
use app::ledger::store::Selection;
use app::lists::{ListRequest, ListSpec, list};
use app::messages::lists::MESSAGES;
use app::push::lists::PUSH_SESSIONS;
use domain::receivables::ageing::CreditTreatment;
use kernel::page::PageSize;
use kernel::{Decimal, Outcome};
use serde_json::Value;

use super::drive::{SOURCE, ctx};

/// Characters of the longest bar.
const BAR: i64 = 40;

/// Writes the summary; `doors` are the addresses of the REST and the gRPC door and an administrator's key, `mails` is the
/// folder they went into.
///
/// # Errors
/// Those of the reads.
pub fn summary(app: &App, doors: (&str, &str, &str), mails: &str) -> Outcome<String> {
    let mut lines = vec![String::new(), lived_through(app)?, String::new()];
    lines.extend(ageing_picture(app)?);
    lines.extend(reminders(app)?);
    lines.extend(addresses(app, doors, mails)?);
    Ok(lines.join("\n"))
}

/// One session a working day, as they stand in the book.
fn lived_through(app: &App) -> Outcome<String> {
    let (mut days, mut rows, mut rejected) = (0, 0, 0);
    each(app, &PUSH_SESSIONS, [("source", SOURCE)], |session| {
        let count =
            |name| session.pointer(&format!("/counts/{name}")).and_then(Value::as_i64).unwrap_or_default();
        days += 1;
        rows += ["created", "updated", "unchanged", "parked"].map(count).iter().sum::<i64>();
        rejected += count("rejected");
    })?;
    let runs = count(app, &DUNNING_RUNS, [("state", "finished")])?;
    let sent = count(app, &MESSAGES, [("state", "sent")])?;
    Ok(format!(
        "{days} working days lived through: {rows} rows pushed over gRPC ({rejected} rejected), {runs} dunning runs, \
         {sent} mails sent."
    ))
}

fn ageing_picture(app: &App) -> Outcome<Vec<String>> {
    let request = AgeingRequest {
        selection: Selection::default(),
        group_by: GroupBy::Nothing,
        buckets: Buckets::Standard,
        credits: CreditTreatment::OwnColumn,
        at: AsOfRequest::default(),
        convert: ConvertRequest::default(),
        after: None,
        limit: 10,
    };
    let report = ageing(app, &ctx(app), &request)?;
    let mut lines = Vec::new();
    for (row, _) in &report.rows {
        let ageing = &row.ageing;
        lines.push(format!("Open on {}: {} {}", report.on, amount(ageing.total), row.currency));
        let largest = ageing.buckets.iter().copied().max().unwrap_or_default();
        for (label, open) in report.set.labels().iter().zip(&ageing.buckets) {
            lines.push(format!("  {label:>10}  {:>16}  {}", amount(*open), bar(*open, largest)));
        }
        lines.push(format!("  {:>10}  {:>16}", "credits", amount(ageing.credits)));
    }
    Ok(lines)
}

fn bar(part: Decimal, whole: Decimal) -> String {
    if whole <= Decimal::ZERO {
        return String::new();
    }
    let length = (part * Decimal::from(BAR) / whole).round();
    "█".repeat(length.to_string().parse().unwrap_or_default())
}

/// With thousands apart, as people read sums.
fn amount(value: Decimal) -> String {
    let text = format!("{:.2}", value.round_dp(2));
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect::<Vec<_>>();
    format!("{sign}{}.{cents}", groups.join(","))
}

fn count<const N: usize>(app: &App, spec: &'static ListSpec, filters: [(&str, &str); N]) -> Outcome<usize> {
    let mut found = 0;
    each(app, spec, filters, |_| found += 1)?;
    Ok(found)
}

/// Looks at every row of a list.
fn each<const N: usize>(
    app: &App,
    spec: &'static ListSpec,
    filters: [(&str, &str); N],
    mut look: impl FnMut(&Value),
) -> Outcome<()> {
    let mut request = ListRequest {
        filters: filters.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        size: PageSize::try_new(500)?,
        ..ListRequest::default()
    };
    loop {
        let page = list(app, &ctx(app), spec, &request)?;
        page.items.iter().for_each(&mut look);
        request.cursor = page.next_cursor;
        if request.cursor.is_none() {
            return Ok(());
        }
    }
}

fn reminders(app: &App) -> Outcome<Vec<String>> {
    let mut lines = vec![
        String::new(),
        "Reminders                sent   planned   to approve   withdrawn (paid meanwhile)".to_owned(),
    ];
    for template in domain::comms::template::DEFAULT_CODES {
        let messages = |state| count(app, &MESSAGES, [("template", template), ("state", state)]);
        let [sent, planned, withdrawn] = ["sent", "planned", "cancelled"].map(messages);
        // A step of the standard scenario has the name of its template.
        let proposed = count(app, &ACTIONS, [("step", template), ("state", "proposed")])?;
        lines
            .push(format!("  {template:<18} {:>8} {:>9} {proposed:>12} {:>11}", sent?, planned?, withdrawn?));
    }
    Ok(lines)
}

fn addresses(app: &App, (base, grpc, key): (&str, &str, &str), mails: &str) -> Outcome<Vec<String>> {
    let mut lines = vec![
        String::new(),
        format!("Explorer    {base}/docs"),
        format!("Push to     {grpc}"),
        format!("Your key    {key}"),
        format!("The mails   {mails}"),
        format!("Ageing      curl -sH 'Authorization: Bearer {key}' '{base}/v1/ageing'"),
    ];
    let request = ListRequest {
        filters: vec![("state".to_owned(), "sent".to_owned())],
        size: PageSize::try_new(1)?,
        ..ListRequest::default()
    };
    let page = list(app, &ctx(app), &app::messages::lists::MESSAGES, &request)?;
    if let Some(message) = page.items.first() {
        let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, account) = (text("id"), text("account_id"));
        lines.push(format!(
            "A letter    curl -sH 'Authorization: Bearer {key}' '{base}/v1/messages/{id}/pdf' > letter.pdf"
        ));
        lines.push(format!(
            "Its account curl -sH 'Authorization: Bearer {key}' '{base}/v1/accounts/{account}/overview'"
        ));
        lines.push(format!(
            "What next   curl -sH 'Authorization: Bearer {key}' '{base}/v1/accounts/{account}/dunning'"
        ));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_written_with_thousands_apart() {
        let text = |value: &str| amount(value.parse().unwrap());
        assert_eq!(text("1234567.5"), "1,234,567.50");
        assert_eq!(text("-999"), "-999.00");
        assert_eq!(text("-1000"), "-1,000.00");
    }
}
