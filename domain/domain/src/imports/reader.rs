//! Reading the rows of a file.

use std::io::Read;
use std::sync::Arc;

use kernel::Outcome;

use super::build::build;
use super::codes;
use super::dialect::Dialect;
use super::error_file::Layout;
use super::inspect::refusal;
use super::plan::{ObjectPlan, Plan};
use super::profile::Profile;
use super::record::Record;
use super::records::Records;
use super::row_error::{RowError, Wrong};
use super::rows::{Origin, RawRow};
use super::values::Values;

/// Reads a file row by row, in constant memory. Each row yields the objects that the profile makes of it, or one
/// error; a wrong row does not spoil its neighbours.
///
/// The end of the iteration is the end of the file unless an error [`ends_the_file`](RowError::ends_the_file).
pub struct Reader<R> {
    profile: Profile,
    dialect: Dialect,
    records: Records<R>,
    plan: Option<Plan>,
    skipped: u64,
}

impl<R: Read> Reader<R> {
    /// Opens a file from its beginning, with what [`inspect`](super::inspect::inspect) found out about it.
    ///
    /// # Errors
    /// `import.read_failed`, `import.header_missing`, `import.column_missing`, `import.column_repeated`,
    /// `import.column_unknown`, `import.profile_field`.
    pub fn open(profile: &Profile, dialect: &Dialect, input: R) -> Outcome<Self> {
        let records = Records::open(profile, dialect, input)?;
        let plan = if records.names().is_empty() {
            None
        } else {
            Some(Plan::bind(profile, dialect, records.names()).map_err(refusal)?)
        };
        Ok(Self { profile: profile.clone(), dialect: dialect.clone(), records, plan, skipped: 0 })
    }

    /// What an [`ErrorFile`](super::ErrorFile) needs to look like this file. Ask after the first row or error.
    pub fn layout(&self) -> Layout {
        self.records.layout()
    }

    /// Rows passed over so far by the skip rules of the profile.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    fn rows(&mut self, record: &Record) -> Result<Option<Vec<RawRow>>, Wrong> {
        if !self.plan.as_ref().is_some_and(|plan| Arc::ptr_eq(&plan.names, &record.names)) {
            let bound = Plan::bind(&self.profile, &self.dialect, &record.names);
            self.plan = Some(bound.map_err(|problems| first_problem(&problems))?);
        }
        let Some(plan) = &self.plan else { return Ok(None) };
        let values = Values { profile: &self.profile, record };
        for test in &plan.skip {
            if values.holds(test)? {
                return Ok(None);
            }
        }
        for (name, index) in &plan.required {
            if values.cell(*index).0.is_empty() {
                let wrong =
                    Wrong::new(&codes::VALUE_REQUIRED, format!("column {name:?} is required and empty"));
                return Err(wrong.in_column(Some(name)));
            }
        }
        let matching = matching(values, plan)?;
        if let Some(accounted) = &plan.accounted {
            check_known(record, accounted, &matching)?;
        }
        let origin = Origin { line: record.line, record: Arc::clone(&record.text) };
        let rows = matching.into_iter().map(|object| build(values, object, origin.clone()));
        rows.collect::<Result<Vec<_>, _>>().map(Some)
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Vec<RawRow>, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = match self.records.next()? {
                Ok(record) => record,
                Err(e) => return Some(Err(e)),
            };
            match self.rows(&record) {
                Ok(Some(rows)) => return Some(Ok(rows)),
                Ok(None) => self.skipped += 1,
                Err(wrong) => return Some(Err(RowError::new(record.line, &record.text, wrong))),
            }
        }
    }
}

/// The objects whose conditions the row meets. That it meets none is an error, so that nothing is lost silently.
fn matching<'a>(values: Values<'_>, plan: &'a Plan) -> Result<Vec<&'a ObjectPlan>, Wrong> {
    let mut matching = Vec::with_capacity(plan.objects.len());
    for object in &plan.objects {
        let mut holds = true;
        for test in &object.when {
            holds = holds && values.holds(test)?;
        }
        if holds {
            matching.push(object);
        }
    }
    if matching.is_empty() {
        let message = "the row meets the conditions of no object of the profile";
        return Err(Wrong::new(&codes::ROW_UNMATCHED, message));
    }
    Ok(matching)
}

/// By name: a value whose column none of the row's objects knows would be lost.
fn check_known(record: &Record, accounted: &[bool], objects: &[&ObjectPlan]) -> Result<(), Wrong> {
    let filled = record.cells.iter().enumerate().filter(|(_, cell)| !cell.text.trim().is_empty());
    for (at, _) in filled {
        let is_set = |flags: &[bool]| flags.get(at) == Some(&true);
        if !is_set(accounted) && !objects.iter().any(|object| is_set(&object.known)) {
            let name = record.names.get(at).map(String::as_str);
            let message = format!("{:?} is no field of this row's kind", name.unwrap_or_default());
            return Err(Wrong::new(&codes::COLUMN_UNKNOWN, message).in_column(name));
        }
    }
    Ok(())
}

fn first_problem(problems: &[kernel::FieldError]) -> Wrong {
    match problems.first() {
        Some(problem) => Wrong::new(problem.code, problem.message.clone()).in_column(Some(&problem.field)),
        None => Wrong::new(&codes::PROFILE_FIELD, "the profile does not fit the row"),
    }
}
