//! The first pass over a file: everything that its profile leaves open is found out, or asked.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::sync::Arc;

use kernel::{Error, FieldError, Outcome};

use super::codes;
use super::dialect::{Dialect, Format};
use super::encoding::{Charset, byte_order_mark, first_invalid_utf8};
use super::evidence::{DateEvidence, NumberEvidence};
use super::lines::Lines;
use super::plan::{FieldPlan, Plan};
use super::profile::{FormatChoice, Profile};
#[cfg(doc)]
use super::reader::Reader;
use super::record::{CellKind, Record};
use super::records::{Records, separator_line};
use super::targets::Shape;
use super::values::{Basis, Values};

/// How much of a file is looked at for its form and delimiter.
const SAMPLE_BYTES: u64 = 64 * 1024;
/// Delimiters that `auto` knows.
const DELIMITERS: [u8; 4] = [b';', b',', b'\t', b'|'];

/// Finds out encoding, delimiter, date and number formats where the profile says `auto`. Reads the whole file for
/// the last two and for the encoding, in constant memory, and leaves it rewound for the [`Reader`].
///
/// # Errors
/// `import.read_failed`, `import.encoding_unknown`, `import.delimiter_unknown`; those of [`Reader::open`], unless
/// the profile states every format; and where the file does not decide, `import.date_ambiguous`, `import.date_mixed`, `import.number_ambiguous`, `import.number_mixed`, each
/// column named as a field of the error, with an example, its readings, and the line to add to the profile.
pub fn inspect<R: Read + Seek>(profile: &Profile, input: &mut R) -> Outcome<Dialect> {
    let failed =
        |e: std::io::Error| Error::with(&codes::READ_FAILED, format!("the file cannot be read: {e}"));
    let mut sample = Vec::new();
    input.rewind().map_err(failed)?;
    input.by_ref().take(SAMPLE_BYTES).read_to_end(&mut sample).map_err(failed)?;
    if sample.len() >= usize::try_from(SAMPLE_BYTES).unwrap_or(usize::MAX) {
        let end = sample.iter().rposition(|b| matches!(b, b'\n' | b'\r')).unwrap_or(sample.len());
        sample.truncate(end);
    }
    input.rewind().map_err(failed)?;
    let charset = charset(profile, &sample, input)?;
    let mut dialect = Dialect {
        format: Format::Csv,
        charset,
        delimiter: b';',
        dates: BTreeMap::new(),
        numbers: BTreeMap::new(),
    };
    dialect.format = format(profile, &dialect, &sample);
    if dialect.format == Format::Csv {
        dialect.delimiter = delimiter(profile, &dialect, &sample)?;
    }
    input.rewind().map_err(failed)?;
    if profile.leaves_formats_open() {
        weigh(profile, &mut dialect, &mut *input)?;
    }
    input.rewind().map_err(failed)?;
    Ok(dialect)
}

fn charset(profile: &Profile, sample: &[u8], input: &mut impl Read) -> Outcome<Charset> {
    if let Some((charset, _)) = byte_order_mark(sample) {
        return Ok(charset);
    }
    if let Some(charset) = profile.encoding.stated() {
        return Ok(charset);
    }
    let invalid = first_invalid_utf8(input)
        .map_err(|e| Error::with(&codes::READ_FAILED, format!("the file cannot be read: {e}")))?;
    match (invalid, profile.encoding_fallback.and_then(super::encoding::Encoding::single_byte)) {
        (None, _) => Ok(Charset::Utf8),
        (Some(_), Some(fallback)) => Ok(fallback),
        (Some(at), None) => Err(Error::field(
            "encoding",
            &codes::ENCODING_UNKNOWN,
            format!(
                "the byte at offset {at} is not UTF-8 and there is no byte order mark; add e.g. `encoding = \
                 \"windows-1252\"` to the profile, or `encoding = \"utf-8\"` if only single rows are damaged"
            ),
        )),
    }
}

fn format(profile: &Profile, dialect: &Dialect, sample: &[u8]) -> Format {
    match profile.format {
        FormatChoice::Csv => Format::Csv,
        FormatChoice::Ndjson => Format::Ndjson,
        FormatChoice::Auto => {
            let json = sample_lines(dialect, sample).iter().any(|line| line.trim_start().starts_with('{'));
            if json { Format::Ndjson } else { Format::Csv }
        }
    }
}

/// The first line that is not empty, decoded, with those before it.
fn sample_lines(dialect: &Dialect, sample: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(mut lines) = Lines::open(sample, dialect.charset) else { return found };
    while let Ok(Some(line)) = lines.next() {
        let filled = !line.text.trim().is_empty();
        found.push(line.text);
        if filled {
            break;
        }
    }
    found
}

fn delimiter(profile: &Profile, dialect: &Dialect, sample: &[u8]) -> Outcome<u8> {
    if let Some(stated) = profile.stated_delimiter() {
        return Ok(stated);
    }
    if let Some(announced) = sample_lines(dialect, sample).last().and_then(|line| separator_line(line)) {
        return Ok(announced);
    }
    let tries: Vec<Trial> =
        DELIMITERS.iter().map(|sign| Trial::of(profile, dialect, sample, *sign)).collect();
    let only =
        |accept: &dyn Fn(&&Trial) -> bool| match tries.iter().filter(accept).collect::<Vec<_>>().as_slice() {
            [one] => Some(one.sign),
            _ => None,
        };
    let found = only(&|t| t.bound && t.columns > 1)
        .or_else(|| only(&|t| t.bound && t.columns > 1 && t.even))
        .or_else(|| only(&|t| t.columns > 1 && t.even));
    match found {
        Some(sign) => Ok(sign),
        // A file of one column has no delimiter: any will do.
        None if tries.iter().all(|t| t.columns == 1) && tries.iter().any(|t| t.bound) => Ok(b';'),
        None => Err(Error::field(
            "delimiter",
            &codes::DELIMITER_UNKNOWN,
            "the rows can be split by several delimiters, or by none; add e.g. `delimiter = \";\"` to the profile",
        )),
    }
}

/// A sample read with one delimiter.
struct Trial {
    sign: u8,
    columns: usize,
    /// Every column of the profile was found.
    bound: bool,
    /// At least nine rows of ten have the same columns.
    even: bool,
}

impl Trial {
    fn of(profile: &Profile, dialect: &Dialect, sample: &[u8], sign: u8) -> Self {
        let nothing = Self { sign, columns: 0, bound: false, even: false };
        let dialect = Dialect { delimiter: sign, ..dialect.clone() };
        let Ok(mut records) = Records::open(profile, &dialect, sample) else { return nothing };
        let (mut good, mut wrong) = (0usize, 0usize);
        while let Some(record) = records.next() {
            if record.is_ok() { good += 1 } else { wrong += 1 }
        }
        let names = records.names();
        let bound = Plan::bind(profile, &dialect, names).is_ok();
        Self { sign, columns: names.len(), bound, even: wrong * 9 <= good }
    }
}

/// Evidence by column.
#[derive(Default)]
struct Scales {
    dates: BTreeMap<String, DateEvidence>,
    numbers: BTreeMap<String, NumberEvidence>,
}

/// Reads the file and lets every column decide its formats.
fn weigh(profile: &Profile, dialect: &mut Dialect, input: impl Read) -> Outcome<()> {
    let mut records = Records::open(profile, dialect, input)?;
    let mut scales = Scales::default();
    let mut plan = None;
    if !records.names().is_empty() {
        let bound = Plan::bind(profile, dialect, records.names()).map_err(refusal)?;
        if bound.is_decided() {
            return Ok(());
        }
        plan = Some(bound);
    }
    while let Some(record) = records.next() {
        let record = match record {
            Ok(record) => record,
            Err(e) if e.ends_the_file() => return Err(Error::with(&codes::READ_FAILED, e.message)),
            Err(_) => continue,
        };
        let current = match plan.take().filter(|plan: &Plan| Arc::ptr_eq(&plan.names, &record.names)) {
            Some(plan) => plan,
            None => match Plan::bind(profile, dialect, &record.names) {
                Ok(plan) => plan,
                // A row of JSON whose keys do not fit is an error of that row.
                Err(_) if dialect.format == Format::Ndjson => continue,
                Err(problems) => return Err(refusal(problems)),
            },
        };
        scales.add(profile, &current, &record);
        plan = Some(current);
    }
    let mut questions = Vec::new();
    for (column, evidence) in &scales.dates {
        evidence.decide(column).map_or_else(
            |e| questions.push(e),
            |order| {
                dialect.dates.insert(column.clone(), order);
            },
        );
    }
    for (column, evidence) in &scales.numbers {
        evidence.decide(column).map_or_else(
            |e| questions.push(e),
            |style| {
                dialect.numbers.insert(column.clone(), style);
            },
        );
    }
    if questions.is_empty() { Ok(()) } else { Err(refusal(questions)) }
}

impl Scales {
    fn add(&mut self, profile: &Profile, plan: &Plan, record: &Record) {
        let values = Values { profile, record };
        if plan.skip.iter().any(|test| values.holds(test).unwrap_or(false)) {
            return;
        }
        for test in plan.tests().filter(|test| test.condition.sign.is_some() && test.numbers.is_none()) {
            let (text, kind) = values.cell(test.index);
            if kind == CellKind::Text && !text.is_empty() {
                self.numbers.entry(test.condition.column.clone()).or_default().add(text);
            }
        }
        for field in plan.objects.iter().flat_map(|object| &object.fields) {
            self.add_field(values, field);
        }
    }

    fn add_field(&mut self, values: Values<'_>, field: &FieldPlan) {
        let open = match field.shape {
            Shape::Number => field.numbers.is_none(),
            Shape::Date => field.dates.is_none(),
            Shape::Text | Shape::Integer | Shape::Flag => false,
        };
        let (true, Some(label), Ok(raw)) = (open, &field.label, values.raw(field)) else { return };
        if raw.text.is_empty() || matches!(raw.basis, Basis::Profile | Basis::JsonFlag) {
            return;
        }
        if field.shape == Shape::Date {
            self.dates.entry(label.clone()).or_default().add(&raw.text);
        } else if raw.basis == Basis::File {
            self.numbers.entry(label.clone()).or_default().add(&raw.text);
        }
    }
}

/// One error that names every problem.
pub(super) fn refusal(problems: Vec<FieldError>) -> Error {
    let code = problems.first().map_or(&codes::PROFILE_FIELD, |problem| problem.code);
    Error::fields(code, problems)
}
