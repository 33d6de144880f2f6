//! Refused rows: counted, shown, written to a file that can be corrected and pushed again.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::PathBuf;

use domain::imports::{ErrorFile, Layout, RowError};

/// Refusals that are shown at the end; the file has them all.
const SHOWN: usize = 10;

/// What was refused so far. The file is made with the first refusal.
pub(super) struct Refusals {
    path: PathBuf,
    layout: Option<Layout>,
    file: Option<ErrorFile<BufWriter<File>>>,
    /// Lines of the file with at least one refusal: a line is written once, with its first reason.
    lines: HashSet<u64>,
    shown: Vec<String>,
    failed: Option<io::Error>,
}

impl Refusals {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, layout: None, file: None, lines: HashSet::new(), shown: Vec::new(), failed: None }
    }

    /// Says what the file that is read looks like.
    pub(super) fn look_like(&mut self, layout: Layout) {
        self.layout.get_or_insert(layout);
    }

    /// Notes one refusal; several of one line make one.
    pub(super) fn note(&mut self, error: &RowError) {
        if !self.lines.insert(error.line) {
            return;
        }
        if self.shown.len() < SHOWN {
            self.shown.push(error.to_string());
        }
        if let Err(failed) = self.write(error) {
            self.failed.get_or_insert(failed);
        }
    }

    fn write(&mut self, error: &RowError) -> io::Result<()> {
        if self.file.is_none() {
            let Some(layout) = self.layout.clone() else {
                return Err(io::Error::other("the file's columns are not known"));
            };
            let out = BufWriter::new(File::create(&self.path)?);
            self.file = Some(ErrorFile::create(layout, out)?);
        }
        self.file.as_mut().map_or(Ok(()), |file| file.write(error))
    }

    /// Lines with a refusal.
    pub(super) fn count(&self) -> usize {
        self.lines.len()
    }

    /// Closes the file and tells of the refusals; empty when there are none.
    pub(super) fn told(&mut self) -> Vec<String> {
        let closed = self.file.take().map_or(Ok(()), |file| file.finish().map(drop));
        if let Err(failed) = closed {
            self.failed.get_or_insert(failed);
        }
        let count = self.count();
        if count == 0 {
            return Vec::new();
        }
        let path = self.path.display();
        let refused =
            if count == 1 { "1 line was refused".to_owned() } else { format!("{count} lines were refused") };
        let head = match &self.failed {
            None => format!("{refused}. Correct what is wrong in {path} and push that file:"),
            Some(failed) => format!("{refused}, and {path} could not be written ({failed}):"),
        };
        let more = count.saturating_sub(self.shown.len());
        let more = (more > 0).then(|| format!("  … and {more} more"));
        std::iter::once(head).chain(self.shown.iter().map(|line| format!("  {line}"))).chain(more).collect()
    }
}
