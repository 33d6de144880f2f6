//! Document numbers in a payer's text, found as whole words.
//!
//! Text and numbers are cut into runs of letters and runs of digits. A number is found where a stretch of runs
//! spells it: separators may be other ones, missing or added ("F-2026/00123", "F2026 00123") but not moved
//! ("2026/1-15" is not 2026/11-5). Failing that, leading zeros may be missing ("F2026/123"). The stretch must begin and end at the edge of a word. A word is what `- / . _` or
//! nothing hold together; within one, another number found, or a label such as "FRA", also makes an edge, so
//! "FRA.123456/123457" names two documents, and "A-2026/15" does not name 2026/15. Where one find lies within
//! another ("2026/15" within "2026/15/2"), only the longer counts.

use std::collections::{BTreeMap, BTreeSet};

use kernel::id::ReceivableId;
use kernel::text::NOTE_BYTES_MAX;

use super::DebitItem;

/// Letters and digits, leading zeros aside, from which a number tells a document without help of the amount.
const TELLING_LEN_MIN: usize = 5;
/// Runs of the longest number sought.
const RUNS_MAX: usize = 12;
/// What payers write before a number.
const LABELS: &[&str] = &[
    "DOC", "FAC", "FACT", "FACTURA", "FACTURAS", "FAS", "FRA", "FRAS", "FTRA", "FTRAS", "INV", "INVOICE",
    "N", "NO", "NUM", "Nº", "NRO", "PAGO", "RE", "REF", "RF",
];

/// How a text names an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) as_written: String,
    /// Long enough not to be there by chance.
    pub(super) telling: bool,
}

/// The items whose number or payment reference the text names. Only the first 10,000 bytes are read.
pub(super) fn mentions<'a>(
    text: &str,
    items: impl Iterator<Item = &'a DebitItem>,
) -> BTreeMap<ReceivableId, Mention> {
    let runs = runs(text);
    if runs.is_empty() {
        return BTreeMap::new();
    }
    let numbers = Numbers::of(items);
    let finds = finds(text, &runs, &numbers);
    let mut whole = whole_words(&runs, &finds);
    // The longer first among those that begin together: then a find lies within another if one before it ends no
    // earlier.
    whole.sort_unstable_by_key(|find| (find.start, std::cmp::Reverse(find.end)));
    let mut named: BTreeMap<ReceivableId, Mention> = BTreeMap::new();
    let mut covered_to = 0;
    for find in whole {
        if find.end <= covered_to {
            continue;
        }
        covered_to = find.end;
        for receivable in &find.receivables {
            let telling_before = named.get(receivable).is_some_and(|mention| mention.telling);
            if !telling_before {
                named.insert(*receivable, find.mention.clone());
            }
        }
    }
    named
}

/// A run of letters or of digits.
struct Run {
    /// In capitals.
    spelled: String,
    digits: bool,
    /// Held together with the run before.
    glued: bool,
    /// Bytes of the text.
    start: usize,
    end: usize,
}

impl Run {
    fn without_zeros(&self) -> &str {
        let short = self.spelled.trim_start_matches('0');
        if self.digits && !short.is_empty() { short } else { &self.spelled }
    }
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut between = String::from(" ");
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < NOTE_BYTES_MAX) {
        if !c.is_alphanumeric() {
            between.push(c);
            continue;
        }
        let digits = c.is_numeric();
        let end = at + c.len_utf8();
        if let Some(run) = runs.last_mut().filter(|run| between.is_empty() && run.digits == digits) {
            run.spelled.extend(c.to_uppercase());
            run.end = end;
        } else {
            let glued = between.chars().all(|c| matches!(c, '-' | '/' | '.' | '_'));
            runs.push(Run { spelled: c.to_uppercase().collect(), digits, glued, start: at, end });
        }
        between.clear();
    }
    runs
}

/// Items by the two ways their numbers are spelled.
struct Numbers {
    /// All runs joined; with each, where its separators were.
    exact: BTreeMap<String, Vec<(Vec<usize>, ReceivableId)>>,
    /// Runs apart, each without leading zeros.
    loose: BTreeMap<String, Vec<ReceivableId>>,
}

impl Numbers {
    fn of<'a>(items: impl Iterator<Item = &'a DebitItem>) -> Self {
        let mut numbers = Self { exact: BTreeMap::new(), loose: BTreeMap::new() };
        for item in items {
            numbers.add(&item.document_no, item.receivable);
            if let Some(reference) = &item.payment_reference {
                numbers.add(reference, item.receivable);
            }
        }
        numbers
    }

    fn add(&mut self, number: &str, receivable: ReceivableId) {
        let mut spelling = Spelling::default();
        for run in runs(number) {
            spelling.add(&run);
        }
        if !spelling.exact.is_empty() {
            self.exact.entry(spelling.exact).or_default().push((spelling.cuts, receivable));
            self.loose.entry(spelling.loose).or_default().push(receivable);
        }
    }

    fn spelled(&self, spelling: &Spelling) -> Vec<ReceivableId> {
        let agrees = |cuts: &[usize]| is_subset(cuts, &spelling.cuts) || is_subset(&spelling.cuts, cuts);
        let same_letters = self.exact.get(&spelling.exact).into_iter().flatten();
        let exact: Vec<_> = same_letters.filter(|(cuts, _)| agrees(cuts)).map(|(_, id)| *id).collect();
        if exact.is_empty() { self.loose.get(&spelling.loose).cloned().unwrap_or_default() } else { exact }
    }
}

fn is_subset(few: &[usize], many: &[usize]) -> bool {
    few.iter().all(|cut| many.contains(cut))
}

#[derive(Default)]
struct Spelling {
    exact: String,
    /// Where in `exact` two runs of the same class meet, hence a separator was.
    cuts: Vec<usize>,
    loose: String,
    /// Characters of the loose form.
    len: usize,
    last_digits: Option<bool>,
}

impl Spelling {
    fn add(&mut self, run: &Run) {
        if self.last_digits == Some(run.digits) {
            self.cuts.push(self.exact.len());
        }
        self.last_digits = Some(run.digits);
        self.exact.push_str(&run.spelled);
        self.loose.push('|');
        self.loose.push_str(run.without_zeros());
        self.len += run.without_zeros().chars().count();
    }
}

/// A stretch of runs, `start..end`, that spells the number of some items.
struct Find {
    start: usize,
    end: usize,
    receivables: Vec<ReceivableId>,
    mention: Mention,
}

fn finds(text: &str, runs: &[Run], numbers: &Numbers) -> Vec<Find> {
    let mut finds = Vec::new();
    for (start, first) in runs.iter().enumerate() {
        let mut spelling = Spelling::default();
        for (end, run) in (start + 1..).zip(runs.iter().skip(start).take(RUNS_MAX)) {
            spelling.add(run);
            let receivables = numbers.spelled(&spelling);
            if !receivables.is_empty() {
                let as_written = text.get(first.start..run.end).unwrap_or_default().to_owned();
                let mention = Mention { as_written, telling: spelling.len >= TELLING_LEN_MIN };
                finds.push(Find { start, end, receivables, mention });
            }
        }
    }
    finds
}

/// The finds that begin and end at an edge of a word, or where another find or a label leads to one.
fn whole_words<'f>(runs: &[Run], finds: &'f [Find]) -> Vec<&'f Find> {
    let apart = runs.iter().enumerate().filter(|(_, run)| !run.glued).map(|(at, _)| at);
    let edges: BTreeSet<usize> = apart.chain([runs.len()]).collect();
    let labels = runs.iter().enumerate().filter(|(_, run)| LABELS.contains(&run.spelled.as_str()));
    let mut steps: Vec<(usize, usize)> = labels.map(|(at, _)| (at, at + 1)).collect();
    steps.extend(finds.iter().map(|find| (find.start, find.end)));
    let (mut reached_from_left, mut reached_from_right) = (edges.clone(), edges);
    steps.sort_unstable();
    for (start, end) in &steps {
        if reached_from_left.contains(start) {
            reached_from_left.insert(*end);
        }
    }
    steps.sort_unstable_by_key(|(_, end)| std::cmp::Reverse(*end));
    for (start, end) in &steps {
        if reached_from_right.contains(end) {
            reached_from_right.insert(*start);
        }
    }
    let whole =
        |find: &&Find| reached_from_left.contains(&find.start) && reached_from_right.contains(&find.end);
    finds.iter().filter(whole).collect()
}

#[cfg(test)]
mod tests;
