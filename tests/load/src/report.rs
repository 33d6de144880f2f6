//! The table.

use std::fmt;
use std::time::{Duration, Instant};

/// One line.
#[derive(Debug)]
struct Line {
    work: String,
    measured: String,
    baseline: String,
    ratio: String,
    budget: &'static str,
}

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Line>);

impl Report {
    /// Adds a line and tells the terminal.
    pub(crate) fn line(
        &mut self,
        work: impl Into<String>,
        (measured, baseline): (String, String),
        (ratio, budget): (String, &'static str),
    ) {
        let work = work.into();
        eprintln!("{work}: {measured}; {baseline}; {ratio} (budget {budget})");
        self.0.push(Line { work, measured, baseline, ratio, budget });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| Work | Measured | Baseline, same run | Ratio | Budget |\n|---|---|---|---|---|")?;
        self.0.iter().try_for_each(|line| {
            let Line { work, measured, baseline, ratio, budget } = line;
            writeln!(f, "| {work} | {measured} | {baseline} | {ratio} | {budget} |")
        })
    }
}

/// How long `work` took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

/// The median of several runs.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// `1.23 s` or `45 ms`.
pub(crate) fn show(time: Duration) -> String {
    if time >= Duration::from_secs(1) {
        format!("{:.2} s", time.as_secs_f64())
    } else {
        format!("{:.1} ms", time.as_secs_f64() * 1000.0)
    }
}

/// How many times as long.
pub(crate) fn ratio(of: Duration, to: Duration) -> f64 {
    of.as_secs_f64() / to.as_secs_f64().max(1e-9)
}

/// Rows per second.
pub(crate) fn rate(rows: usize, time: Duration) -> String {
    format!("{:.0}/s", rows as f64 / time.as_secs_f64())
}
