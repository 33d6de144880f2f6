//! `/metrics` in the Prometheus text format: what the doors answered, how busy the executors are, how the work stands.

use std::time::Duration;

use app::push::RowCounts;
use bridge::Executor;
use prometheus::{CounterVec, GaugeVec, HistogramOpts, HistogramVec, Opts, Registry, TextEncoder};
use store::Gauge;

/// Upper bounds of the latency buckets, in seconds.
const BOUNDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// What stands before every name.
const PREFIX: &str = "recobra";

/// What the doors answered and took since the start, and how long it took.
#[derive(Debug, Clone)]
pub struct Answers {
    registry: Registry,
    http: HistogramVec,
    grpc: HistogramVec,
    push_rows: CounterVec,
}

impl Answers {
    /// Nothing answered yet.
    ///
    /// # Errors
    /// When a name is no metric's name.
    pub fn new() -> prometheus::Result<Self> {
        let histogram = |name: &str, help: &str, labels: &[&str]| {
            let options = HistogramOpts::new(name, help).namespace(PREFIX).buckets(BOUNDS.to_vec());
            HistogramVec::new(options, labels)
        };
        let answers = Self {
            registry: Registry::new(),
            http: histogram(
                "http_request_duration_seconds",
                "Time to answer over REST, by route and status.",
                &["method", "route", "status"],
            )?,
            grpc: histogram(
                "grpc_call_duration_seconds",
                "Time to the end of a gRPC call, by method and status code.",
                &["method", "code"],
            )?,
            push_rows: CounterVec::new(
                Opts::new("push_rows_total", "Rows that pushes brought, by outcome.").namespace(PREFIX),
                &["outcome"],
            )?,
        };
        answers.registry.register(Box::new(answers.http.clone()))?;
        answers.registry.register(Box::new(answers.grpc.clone()))?;
        answers.registry.register(Box::new(answers.push_rows.clone()))?;
        Ok(answers)
    }

    /// Counts one answer over REST. `route` is the pattern, not the path: ids would make a series each.
    pub fn http(&self, method: &str, route: Option<&str>, status: u16, took: Duration) {
        let labels = [method, route.unwrap_or("unknown"), &status.to_string()];
        self.http.with_label_values(&labels).observe(took.as_secs_f64());
    }

    /// Counts one gRPC call that ended.
    pub fn grpc(&self, call: &grpc::Ended<'_>) {
        self.grpc.with_label_values(&[call.method, &call.code.to_string()]).observe(call.took.as_secs_f64());
    }

    /// Counts the rows of one chunk that was kept.
    pub fn push_rows(&self, counts: &RowCounts) {
        let RowCounts { created, updated, unchanged, parked, rejected } = *counts;
        let outcomes = [
            ("created", created),
            ("updated", updated),
            ("unchanged", unchanged),
            ("parked", parked),
            ("rejected", rejected),
        ];
        for (outcome, count) in outcomes {
            self.push_rows.with_label_values(&[outcome]).inc_by(number(count));
        }
    }

    /// The whole page.
    ///
    /// # Errors
    /// When a figure cannot be written in the format.
    pub fn page(&self, reading: &Reading<'_>) -> prometheus::Result<String> {
        let now = Registry::new();
        executors(&now, &reading.executors)?;
        let (open, idle) = reading.pool;
        put(
            &now,
            ("pool_connections", &["state"], "Database connections, by state."),
            &[(&["idle"], idle.into()), (&["used"], open.saturating_sub(idle).into())],
        )?;
        let up = f64::from(u8::from(reading.gauges.is_some()));
        put(&now, ("database_up", &[], "Whether the database answered."), &[(&[], up)])?;
        for figure in GAUGES {
            let found = reading.gauges.iter().flatten().filter(|gauge| gauge.name == figure.0);
            let found = found.map(|gauge| (gauge.label.iter().map(String::as_str).collect(), gauge.value));
            let values = found.collect::<Vec<(Vec<&str>, f64)>>();
            put(
                &now,
                *figure,
                &values.iter().map(|(labels, value)| (labels.as_slice(), *value)).collect::<Vec<_>>(),
            )?;
        }
        let mut families = self.registry.gather();
        families.extend(now.gather());
        TextEncoder::new().encode_to_string(&families)
    }
}

/// Name, names of its labels, meaning.
type Figure = (&'static str, &'static [&'static str], &'static str);

/// A figure read off now; one whose name ends in `_total` only ever grows and is a counter.
fn put(
    registry: &Registry,
    (name, labels, help): Figure,
    values: &[(&[&str], f64)],
) -> prometheus::Result<()> {
    let options = Opts::new(name, help).namespace(PREFIX);
    if name.ends_with("_total") {
        let counter = CounterVec::new(options, labels)?;
        for (labels, value) in values {
            counter.with_label_values(labels).inc_by(*value);
        }
        registry.register(Box::new(counter))
    } else {
        let gauge = GaugeVec::new(options, labels)?;
        for (labels, value) in values {
            gauge.with_label_values(labels).set(*value);
        }
        registry.register(Box::new(gauge))
    }
}

/// What is read off at the moment of asking.
pub struct Reading<'r> {
    pub executors: [(&'static str, &'r Executor); 4],
    /// Connections open, and of them idle.
    pub pool: (u32, u32),
    /// From the database; absent when it does not answer.
    pub gauges: Option<Vec<Gauge>>,
}

/// What the store reads.
const GAUGES: &[Figure] = &[
    ("alerts_open", &[], "Alerts that nobody has resolved."),
    ("events_unsequenced", &[], "Committed events that the sequencer has not numbered yet."),
    (
        "events_unsequenced_age_seconds",
        &[],
        "Age of the oldest event that the sequencer has not numbered yet.",
    ),
    ("jobs", &["state"], "Background work that waits, runs or has failed, by state."),
    (
        "last_run_duration_seconds",
        &["legal_entity"],
        "How long the last finished dunning run took, by legal entity.",
    ),
    ("messages", &["state"], "Messages that are not at their end or may have been sent, by state."),
    ("sending_quarantined", &[], "Whether sending waits for a person's confirmation."),
];

fn executors(registry: &Registry, executors: &[(&'static str, &Executor)]) -> prometheus::Result<()> {
    let names = executors.iter().map(|(name, _)| [*name]).collect::<Vec<_>>();
    let each = |read: fn(&Executor) -> f64| {
        names
            .iter()
            .zip(executors)
            .map(|(name, (_, executor))| (name.as_slice(), read(executor)))
            .collect::<Vec<_>>()
    };
    let labels = &["executor"];
    let waiting = each(|executor| number(executor.waiting()));
    put(registry, ("executor_waiting", labels, "Calls waiting for a permit, by executor."), &waiting)?;
    let refused = each(|executor| number(executor.refused()));
    put(
        registry,
        ("executor_refused_total", labels, "Calls turned away as too many, by executor."),
        &refused,
    )?;
    let permits = each(|executor| number(executor.permits()));
    put(
        registry,
        ("executor_permits", labels, "Calls that may run at the same time, by executor."),
        &permits,
    )?;
    let used = each(|executor| number(executor.permits().saturating_sub(executor.free())));
    put(registry, ("executor_permits_used", labels, "Calls running, by executor."), &used)
}

/// Counts are small; one that is not is shown as the largest.
fn number(count: impl TryInto<u32>) -> f64 {
    count.try_into().unwrap_or(u32::MAX).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_end_with_all() {
        let answers = Answers::new().expect("its metrics");
        for ms in [1, 7, 20_000] {
            answers.http("GET", Some("/v1/me"), 200, Duration::from_millis(ms));
        }
        let text = TextEncoder::new().encode_to_string(&answers.registry.gather()).expect("a page");
        let of = |le: &str| {
            let series = format!(
                "recobra_http_request_duration_seconds_bucket{{method=\"GET\",route=\"/v1/me\",status=\"200\",le=\"{le}\"}} "
            );
            text.lines().find_map(|l| l.strip_prefix(&series).map(str::to_owned))
        };
        assert_eq!(of("0.001").as_deref(), Some("1"));
        assert_eq!(of("0.01").as_deref(), Some("2"));
        assert_eq!(of("10").as_deref(), Some("2"));
        assert_eq!(of("+Inf").as_deref(), Some("3"));
    }
}
