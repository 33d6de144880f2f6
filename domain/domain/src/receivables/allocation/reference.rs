//! Document numbers in a payer's text, found as whole words.
//!
//! Text and numbers are cut into runs of letters and runs of digits. A number is found where a stretch of runs
//! spells it, whatever separators either side uses ("F-2026/00123", "F2026 00123") and, failing that, without its
//! leading zeros ("F2026/123"). The stretch must begin and end at the edge of a word. A word is what `- / . _` or
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
        for receivable in find.receivables {
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
    /// All runs joined.
    exact: BTreeMap<String, Vec<ReceivableId>>,
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
            self.exact.entry(spelling.exact).or_default().push(receivable);
            self.loose.entry(spelling.loose).or_default().push(receivable);
        }
    }

    fn spelled(&self, spelling: &Spelling) -> Option<&[ReceivableId]> {
        self.exact.get(&spelling.exact).or_else(|| self.loose.get(&spelling.loose)).map(Vec::as_slice)
    }
}

#[derive(Default)]
struct Spelling {
    exact: String,
    loose: String,
    /// Characters of the loose form.
    len: usize,
}

impl Spelling {
    fn add(&mut self, run: &Run) {
        self.exact.push_str(&run.spelled);
        self.loose.push('|');
        self.loose.push_str(run.without_zeros());
        self.len += run.without_zeros().chars().count();
    }
}

/// A stretch of runs, `start..end`, that spells the number of some items.
struct Find<'n> {
    start: usize,
    end: usize,
    receivables: &'n [ReceivableId],
    mention: Mention,
}

fn finds<'n>(text: &str, runs: &[Run], numbers: &'n Numbers) -> Vec<Find<'n>> {
    let mut finds = Vec::new();
    for (start, first) in runs.iter().enumerate() {
        let mut spelling = Spelling::default();
        for (end, run) in (start + 1..).zip(runs.iter().skip(start).take(RUNS_MAX)) {
            spelling.add(run);
            if let Some(receivables) = numbers.spelled(&spelling) {
                let as_written = text.get(first.start..run.end).unwrap_or_default().to_owned();
                let mention = Mention { as_written, telling: spelling.len >= TELLING_LEN_MIN };
                finds.push(Find { start, end, receivables, mention });
            }
        }
    }
    finds
}

/// The finds that begin and end at an edge of a word, or where another find or a label leads to one.
fn whole_words<'f, 'n>(runs: &[Run], finds: &'f [Find<'n>]) -> Vec<&'f Find<'n>> {
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
        |find: &&Find<'_>| reached_from_left.contains(&find.start) && reached_from_right.contains(&find.end);
    finds.iter().filter(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Currency;
    use proptest::prelude::*;

    /// The numbers of `documents` that `text` names, with a question mark where the number alone tells too little.
    fn named(text: &str, documents: &[&str]) -> Vec<String> {
        let items: Vec<DebitItem> = (1..).zip(documents).map(|(id, number)| item(id, number)).collect();
        let mentions = mentions(text, items.iter());
        let items =
            items.iter().filter_map(|item| mentions.get(&item.receivable).map(|mention| (item, mention)));
        items.map(|(item, m)| format!("{}{}", item.document_no, if m.telling { "" } else { "?" })).collect()
    }

    fn item(id: u128, number: &str) -> DebitItem {
        let day = "2026-01-01".parse().unwrap();
        DebitItem {
            receivable: ReceivableId(uuid::Uuid::from_u128(id)),
            currency: Currency::EUR,
            document_no: number.to_owned(),
            payment_reference: None,
            issue_on: day,
            due_on: day,
            open: kernel::Decimal::ONE,
        }
    }

    #[test]
    fn a_number_is_found_with_other_separators_and_without_leading_zeros() {
        for text in [
            "pago F-2026/00123",
            "F2026 00123",
            "f202600123.",
            "FRA. F-2026/00123;",
            "F2026/123",
            "F.2026.0123",
        ] {
            assert_eq!(named(text, &["F-2026/00123", "F-2026/00124"]), ["F-2026/00123"], "{text}");
        }
    }

    #[test]
    fn a_part_of_another_number_is_no_number() {
        assert_eq!(named("F-2026/00123", &["26/00123", "2026", "00123", "2026/00123"]), Vec::<String>::new());
        assert_eq!(named("A-2026/15", &["2026/15"]), Vec::<String>::new());
        assert_eq!(named("1234567", &["123456", "34567"]), Vec::<String>::new());
        assert_eq!(named("2026/15-17", &["2026/15"]), Vec::<String>::new());
        assert_eq!(named("15/03/2026", &["2026", "15"]), Vec::<String>::new());
    }

    #[test]
    fn of_nested_numbers_the_longer_counts() {
        assert_eq!(named("2026/001/2", &["2026/001", "2026/001/2"]), ["2026/001/2"]);
        assert_eq!(named("2026 001 2", &["2026/001", "2026/001/2"]), ["2026/001/2"]);
    }

    #[test]
    fn a_list_names_each_of_its_numbers() {
        let documents = ["123456", "123457", "123458"];
        for text in
            ["123456/123457", "FRAS.123456-123457", "123456, 123457", "FRA123456 Y 123457", "123456+123457"]
        {
            assert_eq!(named(text, &documents), ["123456", "123457"], "{text}");
        }
    }

    #[test]
    fn a_short_number_tells_too_little_by_itself() {
        assert_eq!(named("factura 12", &["12", "2026"]), ["12?"]);
        assert_eq!(named("FACTURA 00012", &["00012"]), ["00012?"]);
    }

    #[test]
    fn the_exact_spelling_wins_over_the_one_without_zeros() {
        assert_eq!(named("0123456", &["0123456", "123456"]), ["0123456"]);
    }

    #[test]
    fn items_with_the_same_number_are_all_named() {
        assert_eq!(named("F-2026/7", &["F-2026/7", "F-2026/7", "F-2026/8"]), ["F-2026/7", "F-2026/7"]);
    }

    #[test]
    fn a_payment_reference_names_its_item() {
        let item = DebitItem { payment_reference: Some("RF18 5390 0754 7034".to_owned()), ..item(1, "") };
        let found = mentions("pago rf18539007547034 gracias", std::iter::once(&item));
        assert_eq!(found[&item.receivable].as_written, "rf18539007547034");
    }

    #[test]
    fn a_hostile_text_is_read_to_its_limit() {
        let text = "1/".repeat(1_000_000);
        let numbers: Vec<String> = (1..=RUNS_MAX).map(|n| vec!["1"; n].join("/")).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        assert_eq!(named(&text, &numbers), [numbers[RUNS_MAX - 1]]);
    }

    proptest! {
        #[test]
        fn a_number_quoted_alone_is_always_found(number in "[A-Z]{0,3}[-/]?[0-9]{4}[-/. ]?[0-9]{1,6}", around in "[ ,;:()+&]{1,3}") {
            let text = format!("PAGO{around}{number}{around}GRACIAS");
            prop_assert_eq!(named(&text, &[&number]).len(), 1, "{}", text);
        }

        #[test]
        fn no_text_makes_it_fail(text in any::<String>(), number in any::<String>()) {
            let found = named(&text, &[&number]);
            prop_assert!(found.len() <= 1);
        }

        #[test]
        fn digits_within_longer_digits_are_never_found(number in "[1-9][0-9]{4,8}", more in "[1-9]{1,3}", before in any::<bool>()) {
            let text = if before { format!("{more}{number}") } else { format!("{number}{more}") };
            prop_assert_eq!(named(&text, &[&number]), Vec::<String>::new());
        }
    }
}
