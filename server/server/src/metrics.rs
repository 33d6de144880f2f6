//! `/metrics` in the Prometheus text format: what the doors answered, how busy the executors are, how the work stands.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use bridge::Executor;
use store::Gauge;

/// Upper bounds of the latency buckets, in milliseconds.
const BOUNDS_MS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000];

/// What one route answered with one status.
#[derive(Debug, Clone, Default)]
struct Answers {
    /// Answers up to each bound; those above the last are in the count alone.
    buckets: [u64; BOUNDS_MS.len()],
    count: u64,
    total: Duration,
}

/// Counts answers by method, route and status.
#[derive(Debug, Default)]
pub struct Requests(Mutex<BTreeMap<(String, String, u16), Answers>>);

impl Requests {
    /// Counts one answer. `route` is the pattern, not the path: ids would make a series each.
    pub fn count(&self, method: &str, route: Option<String>, status: u16, took: Duration) {
        let key = (method.to_owned(), route.unwrap_or_else(|| "unknown".to_owned()), status);
        let Ok(mut all) = self.0.lock() else { return };
        let answers = all.entry(key).or_default();
        answers.count += 1;
        answers.total += took;
        for (bucket, bound) in answers.buckets.iter_mut().zip(BOUNDS_MS) {
            *bucket += u64::from(took <= Duration::from_millis(bound));
        }
    }

    fn write(&self, text: &mut String) {
        head(
            text,
            "recobra_http_request_duration_seconds",
            "histogram",
            "Time to answer, by route and status.",
        );
        let Ok(all) = self.0.lock() else { return };
        for ((method, route, status), answers) in all.iter() {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            let name = "recobra_http_request_duration_seconds";
            for (bucket, bound) in answers.buckets.iter().zip(BOUNDS_MS) {
                line(text, &format!("{name}_bucket{{{labels},le=\"{}\"}}", seconds(bound * 1000)), bucket);
            }
            line(text, &format!("{name}_bucket{{{labels},le=\"+Inf\"}}"), &answers.count);
            let total = u64::try_from(answers.total.as_micros()).unwrap_or(u64::MAX);
            line(text, &format!("{name}_sum{{{labels}}}"), &seconds(total));
            line(text, &format!("{name}_count{{{labels}}}"), &answers.count);
        }
    }
}

/// What is read off at the moment of asking.
pub struct Reading<'r> {
    pub executors: [(&'static str, &'r Executor); 3],
    /// Connections open, and of them idle.
    pub pool: (u32, u32),
    /// From the database; absent when it does not answer.
    pub gauges: Option<Vec<Gauge>>,
}

/// The whole page.
pub fn page(requests: &Requests, reading: &Reading<'_>) -> String {
    let mut text = String::new();
    requests.write(&mut text);
    executors(&mut text, &reading.executors);
    head(&mut text, "recobra_pool_connections", "gauge", "Database connections, by state.");
    let (open, idle) = reading.pool;
    line(&mut text, "recobra_pool_connections{state=\"idle\"}", &idle);
    line(&mut text, "recobra_pool_connections{state=\"used\"}", &open.saturating_sub(idle));
    head(&mut text, "recobra_database_up", "gauge", "Whether the database answered.");
    line(&mut text, "recobra_database_up", &u8::from(reading.gauges.is_some()));
    let mut last = "";
    for gauge in reading.gauges.iter().flatten() {
        let Some((name, kind, help)) = GAUGES.iter().find(|(name, _, _)| *name == gauge.name) else {
            continue;
        };
        if *name != last {
            head(&mut text, &format!("recobra_{name}"), kind, help);
            last = name;
        }
        let value = if name.ends_with("_seconds") {
            seconds(gauge.value.unsigned_abs())
        } else {
            gauge.value.to_string()
        };
        let labels = gauge.label.as_ref().map(|(key, value)| format!("{{{key}=\"{}\"}}", escaped(value)));
        line(&mut text, &format!("recobra_{name}{}", labels.unwrap_or_default()), &value);
    }
    text
}

/// What the store reads, in the order in which it gives it. Values of `_seconds` come in microseconds.
const GAUGES: &[(&str, &str, &str)] = &[
    ("alerts_open", "gauge", "Alerts that nobody has resolved."),
    ("events_unsequenced", "gauge", "Committed events that the sequencer has not numbered yet."),
    ("jobs", "gauge", "Background work, by state."),
    ("last_run_duration_seconds", "gauge", "How long the last finished dunning run took, by legal entity."),
    ("messages", "gauge", "Messages, by state."),
    ("push_rows_total", "counter", "Rows that pushes brought, by outcome."),
    ("sending_quarantined", "gauge", "Whether sending waits for a person's confirmation."),
];

fn executors(text: &mut String, executors: &[(&'static str, &Executor)]) {
    head(text, "recobra_executor_waiting", "gauge", "Calls waiting for a permit, by executor.");
    for (name, executor) in executors {
        line(text, &format!("recobra_executor_waiting{{executor=\"{name}\"}}"), &executor.waiting());
    }
    head(text, "recobra_executor_permits", "gauge", "Permits, by executor and state.");
    for (name, executor) in executors {
        let (free, all) = (executor.free(), executor.permits());
        line(text, &format!("recobra_executor_permits{{executor=\"{name}\",state=\"free\"}}"), &free);
        let used = all.saturating_sub(free);
        line(text, &format!("recobra_executor_permits{{executor=\"{name}\",state=\"used\"}}"), &used);
    }
    head(text, "recobra_executor_refused_total", "counter", "Calls turned away as too many, by executor.");
    for (name, executor) in executors {
        line(text, &format!("recobra_executor_refused_total{{executor=\"{name}\"}}"), &executor.refused());
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a String cannot fail.
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}").unwrap_or_default();
}

fn line(text: &mut String, series: &str, value: &impl std::fmt::Display) {
    writeln!(text, "{series} {value}").unwrap_or_default();
}

/// Microseconds as a decimal number of seconds, without a float on the way.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact() {
        for (micros, text) in [(0, "0"), (1, "0.000001"), (2_500_000, "2.5"), (10_000_000, "10")] {
            assert_eq!(seconds(micros), text);
        }
    }

    #[test]
    fn buckets_are_cumulative_and_end_with_all() {
        let requests = Requests::default();
        for ms in [1, 7, 20_000] {
            requests.count("GET", Some("/v1/me".to_owned()), 200, Duration::from_millis(ms));
        }
        let mut text = String::new();
        requests.write(&mut text);
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
