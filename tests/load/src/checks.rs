//! Credit checks with a reservation each: how long the callers wait at 500 a second, with nothing else going on and during a push, and
//! how many come through at most beside pgbench doing the same statements.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proto::v1::credit_service_client::CreditServiceClient;
use proto::v1::push_chunks_request::Rows;
use proto::v1::{CheckOutcome, CheckRequest, Checkpoint, PartyRow, PartyRows};
use tokio::task::JoinSet;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use crate::book::Book;
use crate::report::Report;

/// Asked per second.
const RATE: u32 = 500;
/// Accounts of the one group that takes a twentieth of all checks.
const GROUP: usize = 200;
/// Seconds that are not measured.
const WARM_UP: u32 = 3;
/// Callers at once where as many as possible are asked.
const CALLERS: usize = 8;

/// Measures; the book is pushed before.
pub(crate) fn measure(book: &mut Book, seconds: u32, report: &mut Report) {
    prepare(book);
    let load = Arc::new(Load::new(book));
    // Every connection made its plans when the tables were empty, and makes them anew.
    book.runtime().block_on(steadily(&load, WARM_UP));
    let idle = book.runtime().block_on(steadily(&load, seconds));
    lines(report, "Credit checks with reservation, 500/s", &idle);
    let pushing = Arc::clone(&load);
    let invoices = book.more_invoices(RATE as usize * seconds as usize * 40);
    let asking = book.runtime().spawn(async move { steadily(&pushing, seconds).await });
    book.push(invoices);
    let during = book.runtime().block_on(asking).expect("asked");
    lines(report, "The same during a push", &during);
    let most = book.runtime().block_on(at_most(&load, seconds));
    let baseline = Pgbench::new(book, seconds);
    let (most_of_baseline, waits) = (baseline.at_most(), baseline.steadily());
    line(report, "pgbench, the same statements, 500/s", &waits);
    report.line(
        format!("Credit checks with reservation, {CALLERS} callers at once"),
        (format!("{most:.0}/s"), format!("pgbench, the same statements {most_of_baseline:.0}/s")),
        (format!("{:.2} of the rate", most / most_of_baseline), "≥ 0.5"),
    );
}

fn lines(report: &mut Report, work: &str, waits: &Waits) {
    let unseen = if waits.degraded == 0 { String::new() } else { format!(" ({} unseen)", waits.degraded) };
    line(report, &format!("{work}{unseen}"), &waits.all);
    line(report, "Of these, the one group that takes 5 %", &waits.of_group);
}

fn line(report: &mut Report, work: &str, waits: &[Duration]) {
    let at = |percent: usize| waits.get(waits.len() * percent / 100).copied().unwrap_or_default();
    let milliseconds = |wait: Duration| format!("{:.1} ms", wait.as_secs_f64() * 1000.0);
    let measured = format!("p50 {}, p95 {}", milliseconds(at(50)), milliseconds(at(95)));
    let most = format!("longest {}", milliseconds(waits.last().copied().unwrap_or_default()));
    report.line(work, (measured, most), (format!("p99 {}", milliseconds(at(99))), "p99 ≤ 5 ms"));
}

/// A group, and a limit for everybody.
fn prepare(book: &mut Book) {
    let rows = (1..GROUP).map(|n| PartyRow {
        external_id: format!("P{n}"),
        name: format!("Cliente número {n}, S.L."),
        country: "ES".to_owned(),
        parent_external_id: "P0".to_owned(),
        ..PartyRow::default()
    });
    let parties = Rows::Parties(PartyRows { rows: rows.collect() });
    book.push(std::iter::once(parties));
    // Everybody has room: what is measured is the look, not the answer.
    book.psql(
        "INSERT INTO credit_limit (id, holder_kind, holder_id, limit_type, currency, amount, valid, origin, set_by, recorded_at, \
             event_id) \
         SELECT gen_random_uuid(), h.kind, h.id, CASE h.kind WHEN 'group' THEN 'group' ELSE 'own' END, 'EUR', 1000000000, \
             daterange('2020-01-01', NULL), 'application', 'bench', now(), gen_random_uuid() \
         FROM (SELECT 'account' AS kind, account_id AS id FROM risk_member \
             UNION ALL SELECT DISTINCT 'group', group_id FROM risk_group) h",
    );
    // The rules of the standard policy, with the one on what is overdue out of reach: whom it holds reserves nothing.
    book.psql(
        "UPDATE rule_set SET document = replace(document::text, 'days_overdue_max > 30', 'days_overdue_max > 30000')::jsonb \
         WHERE kind = 'credit_policy'",
    );
    book.psql("CREATE TABLE bench_account AS SELECT row_number() OVER (ORDER BY m.account_id) - 1 AS n, m.account_id, \
        m.risk_party_id, m.legal_entity_id, array(SELECT g.group_id FROM risk_group g WHERE g.risk_party_id = m.risk_party_id) AS groups \
        FROM risk_member m");
    book.psql("CREATE UNIQUE INDEX ON bench_account (n)");
    book.quiet();
    book.psql("VACUUM ANALYZE");
}

/// What came of a check.
#[derive(Clone, Copy)]
struct Asked {
    of_group: bool,
    /// Answered without a look: the server had no worker free.
    degraded: bool,
}

/// Waits, sorted: of all checks and of those of the group; and how many were answered without a look.
#[derive(Default)]
struct Waits {
    all: Vec<Duration>,
    of_group: Vec<Duration>,
    degraded: usize,
}

/// What the callers share.
struct Load {
    channels: Vec<Channel>,
    bearer: MetadataValue<Ascii>,
    accounts: usize,
}

impl Load {
    fn new(book: &Book) -> Self {
        let connect = |_| {
            let endpoint = Endpoint::from_shared(book.server.grpc_url.clone()).expect("an address");
            book.runtime().block_on(endpoint.connect()).expect("a door")
        };
        let bearer = MetadataValue::try_from(format!("Bearer {}", book.server.admin)).expect("a header");
        Self { channels: (0..4).map(connect).collect(), bearer, accounts: book.accounts }
    }

    /// The check of number `n`; every twentieth is of the one group.
    async fn ask(&self, n: usize) -> Asked {
        // Spread over the accounts in no order that an index would like.
        let account =
            if n.is_multiple_of(20) { n / 20 % GROUP } else { n.wrapping_mul(7919) % self.accounts };
        let mut request = Request::new(CheckRequest {
            source: "ERP".to_owned(),
            account_external_id: format!("A{account}"),
            amount: "10.00".to_owned(),
            currency: "EUR".to_owned(),
            checkpoint: Checkpoint::Order.into(),
            reference: format!("PO-{n}"),
            reserve: true,
            ..CheckRequest::default()
        });
        request.metadata_mut().insert("authorization", self.bearer.clone());
        let mut client = CreditServiceClient::new(self.channels[n % self.channels.len()].clone());
        let answer = client.check(request).await.expect("an answer").into_inner();
        let looked = answer.outcome() == CheckOutcome::Allow && !answer.reservation_id.is_empty();
        assert!(looked || answer.degraded, "{answer:?}");
        Asked { of_group: n.is_multiple_of(20), degraded: answer.degraded }
    }
}

/// Asks at a steady rate, whether the answers come or not; how long each waited since it was its turn, sorted, of all and of the group.
async fn steadily(load: &Arc<Load>, seconds: u32) -> Waits {
    let mut asked = JoinSet::new();
    let began = Instant::now();
    let first = usize::try_from(began.elapsed().as_nanos() % 1_000).unwrap_or_default() * 1_000_000;
    for n in 0..(RATE * seconds) {
        let turn = began + Duration::from_secs(1) * n / RATE;
        tokio::time::sleep_until(turn.into()).await;
        let load = Arc::clone(load);
        asked.spawn(async move {
            let asked = load.ask(first + n as usize).await;
            (turn.elapsed(), asked)
        });
    }
    let mut waits = Waits::default();
    while let Some(answered) = asked.join_next().await {
        let (wait, Asked { of_group, degraded }) = answered.expect("an answer");
        waits.all.push(wait);
        waits.degraded += usize::from(degraded);
        if of_group {
            waits.of_group.push(wait);
        }
    }
    waits.all.sort_unstable();
    waits.of_group.sort_unstable();
    waits
}

/// Checks a second that come through with several callers who ask as fast as they are answered.
async fn at_most(load: &Arc<Load>, seconds: u32) -> f64 {
    let mut callers = JoinSet::new();
    let end = Instant::now() + Duration::from_secs(seconds.into());
    for caller in 0..CALLERS {
        let load = Arc::clone(load);
        callers.spawn(async move {
            let mut asked = 0_usize;
            while Instant::now() < end {
                load.ask(50_000_000 * (caller + 1) + asked).await;
                asked += 1;
            }
            asked
        });
    }
    let mut all = 0;
    while let Some(asked) = callers.join_next().await {
        all += asked.expect("asked");
    }
    all as f64 / f64::from(seconds)
}

/// What a check reads and writes, as one transaction of pgbench; who calls is known there.
const SCRIPT: &str = "\\set n random(0, :accounts - 1)
\\set s random(0, 19)
\\set g random(0, 199)
BEGIN;
SELECT coalesce(max(account_id::text), '') AS account, coalesce(max(legal_entity_id::text), '') AS entity, coalesce(max(risk_party_id::text), '') AS party, coalesce(max(groups::text), '{}') AS groups FROM bench_account WHERE n = CASE WHEN :s::int = 0 THEN :g::bigint ELSE :n::bigint END \\gset
SELECT r.risk_account(:account::uuid, NULL, NULL, now());
SELECT code, version FROM rule_set WHERE kind = 'credit_policy' AND state = 'active' AND code IN ('e', 'standard');
SELECT r.credit_facts_alone(ARRAY(SELECT DISTINCT hashtextextended(h, 0) FROM unnest(ARRAY[:account::text, :party::text] || :groups::text[]) h ORDER BY 1), :account::uuid, :entity::uuid, :party::uuid, :groups::uuid[], NULL, NULL, 'PO-' || :n::text, 'party', false, now(), current_date);
SELECT r.record_event(gen_random_uuid(), now(), 'credit.checked', 'credit_check', gen_random_uuid(), :account::uuid, :entity::uuid, 'api_key', gen_random_uuid(), 'bench', NULL, 'x', sha256('x'), 'x', repeat('x', 300));
INSERT INTO credit_reservation (account_id, id, check_id, currency, amount, reference, expires_at, recorded_at, event_id) VALUES (:account::uuid, gen_random_uuid(), gen_random_uuid(), 'EUR', 10, 'PO-' || :n::text, now() + interval '3 days', now(), gen_random_uuid());
INSERT INTO credit_check (id, checked_at, account_id, asked, checkpoint, currency, amount, outcome, reason_code, degraded, policy_code, policy_version, document, actor_id, event_id) VALUES (gen_random_uuid(), now(), :account::uuid, 'x', 'order', 'EUR', 10, 'allow', 'limit.within', false, 'standard', 1, jsonb_build_object('x', repeat('x', 1000)), gen_random_uuid(), gen_random_uuid());
INSERT INTO exposure_movement VALUES (:account::uuid, 'EUR', gen_random_uuid(), 0, 0, 0, 0, 0, 0, 10, 0);
COMMIT;
";

/// pgbench over the socket of the book's own cluster.
struct Pgbench<'b> {
    book: &'b Book,
    seconds: u32,
}

impl<'b> Pgbench<'b> {
    fn new(book: &'b Book, seconds: u32) -> Self {
        // The months that the real clock writes into, beside those of the book.
        book.psql("SELECT r.ensure_partitions(current_date, current_date + 31)");
        std::fs::write(book.data.path().join("check.sql"), SCRIPT).expect("a script");
        Self { book, seconds }
    }

    fn run(&self, seconds: u32, more: &[&str]) -> String {
        let folder = self.book.data.path();
        let output = Command::new("pgbench")
            .current_dir(folder)
            .arg("-h")
            .arg(folder.join("socket"))
            .args(["-U", "recobra", "-n", "-M", "prepared", "-f", "check.sql", "-j", "2"])
            .args(["-c", &CALLERS.to_string(), "-T", &seconds.to_string()])
            .args(["-D", &format!("accounts={}", self.book.accounts)])
            .args(more)
            .arg("recobra")
            .output()
            .expect("run pgbench");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said.into_owned()
    }

    /// Transactions a second.
    fn at_most(&self) -> f64 {
        let said = self.run(self.seconds, &[]);
        let tps = said.lines().find_map(|line| line.strip_prefix("tps = ")).expect("pgbench tells its rate");
        tps.split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number")
    }

    /// How long transactions waited since it was their turn, as [`steadily`], sorted.
    fn steadily(&self) -> Vec<Duration> {
        self.run(WARM_UP + self.seconds, &["-R", &RATE.to_string(), "-l", "--log-prefix=waits"]);
        let logs =
            std::fs::read_dir(self.book.data.path()).expect("a folder").map(|f| f.expect("a file").path());
        let logs = logs
            .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("waits.")));
        let mut waits = Vec::new();
        for log in logs {
            waits.extend(std::fs::read_to_string(log).expect("a log").lines().map(logged));
        }
        let began = waits.iter().map(|(at, _)| *at).min().unwrap_or_default();
        let warm = waits.into_iter().filter(|(at, _)| *at >= began + u64::from(WARM_UP));
        let mut waits = warm.map(|(_, wait)| wait).collect::<Vec<_>>();
        waits.sort_unstable();
        waits
    }
}

/// A line of pgbench's log, `client transaction microseconds script second microsecond lag`: the second, and the wait.
fn logged(line: &str) -> (u64, Duration) {
    let field = |n| line.split(' ').nth(n).and_then(|text| text.parse::<u64>().ok()).expect("a number");
    (field(4), Duration::from_micros(field(2)))
}
