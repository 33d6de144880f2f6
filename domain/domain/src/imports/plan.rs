//! A profile bound to the columns of one file.

mod template;

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::FieldError;

use super::codes;
use super::columns::Columns;
use super::date::{DateFormat, DateOrder};
use super::dialect::{Dialect, Format};
use super::error_file::is_error_column;
use super::number::{NumberFormat, NumberStyle};
use super::profile::fields::{Condition, FieldMap, FieldSource};
use super::profile::{ObjectMap, Profile};
use super::targets::Shape;

/// A profile whose columns have been found.
#[derive(Debug)]
pub(super) struct Plan {
    /// The names it was made for.
    pub(super) names: Arc<[String]>,
    pub(super) required: Vec<(String, Option<usize>)>,
    pub(super) skip: Vec<TestPlan>,
    pub(super) objects: Vec<ObjectPlan>,
    /// Columns that something other than the name of a field accounts for; `None` when no object works by name.
    pub(super) accounted: Option<Vec<bool>>,
}

/// One object that rows may yield.
#[derive(Debug)]
pub(super) struct ObjectPlan {
    pub(super) map: ObjectMap,
    pub(super) when: Vec<TestPlan>,
    pub(super) fields: Vec<FieldPlan>,
    /// Which columns fill a field of this object by their name.
    pub(super) known: Vec<bool>,
}

/// Where one field comes from.
#[derive(Debug)]
pub(super) struct FieldPlan {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) map: FieldMap,
    pub(super) source: Source,
    /// The column, or the template, as errors and decisions name it.
    pub(super) label: Option<String>,
    pub(super) sign_column: Option<usize>,
    /// `None` while it must still be found out.
    pub(super) dates: Option<DateOrder>,
    /// `None` while it must still be found out.
    pub(super) numbers: Option<NumberStyle>,
}

/// What a field is read from, with columns found.
#[derive(Debug)]
pub(super) enum Source {
    /// Always empty: the column is absent and may be.
    Absent,
    Column(usize),
    Constant(String),
    Template(Vec<Part>),
}

/// A piece of a template.
#[derive(Debug)]
pub(super) enum Part {
    Text(String),
    Column { index: Option<usize>, may_be_empty: bool },
}

/// A condition whose column has been found.
#[derive(Debug)]
pub(super) struct TestPlan {
    pub(super) condition: Condition,
    pub(super) index: Option<usize>,
    /// `None` while it must still be found out.
    pub(super) numbers: Option<NumberStyle>,
}

impl Plan {
    /// Finds every column that the profile names. What the dialect does not decide stays open.
    ///
    /// # Errors
    /// All problems at once: `import.column_missing`, `import.column_repeated`, `import.column_unknown`,
    /// `import.profile_field`.
    pub(super) fn bind(
        profile: &Profile,
        dialect: &Dialect,
        names: &Arc<[String]>,
    ) -> Result<Self, Vec<FieldError>> {
        let loose = dialect.format == Format::Ndjson;
        let columns = Columns::new(names, loose);
        let mut binding = Binding { profile, dialect, columns, named: BTreeSet::new(), problems: Vec::new() };
        let required = profile.required_columns.iter();
        let required = required.map(|name| (name.clone(), binding.column(name, false))).collect();
        let skip = profile.skip.iter().map(|condition| binding.test(condition)).collect();
        let objects: Vec<ObjectPlan> = profile.rows.iter().map(|map| binding.object(map)).collect();
        let by_name = profile.rows.iter().any(|map| map.by_name);
        let accounted = by_name.then(|| binding.accounted());
        if let Some(accounted) = accounted.as_ref().filter(|_| !loose) {
            binding.refuse_unknown(accounted, &objects);
        }
        if !binding.problems.is_empty() {
            return Err(binding.problems);
        }
        Ok(Self { names: Arc::clone(names), required, skip, objects, accounted })
    }
}

impl Plan {
    /// Every condition of the profile.
    pub(super) fn tests(&self) -> impl Iterator<Item = &TestPlan> {
        self.skip.iter().chain(self.objects.iter().flat_map(|object| &object.when))
    }

    /// Whether nothing is left to be found out for these columns.
    pub(super) fn is_decided(&self) -> bool {
        let mut fields = self.objects.iter().flat_map(|object| &object.fields);
        let tests_decided = self.tests().all(|test| test.condition.sign.is_none() || test.numbers.is_some());
        tests_decided
            && fields.all(|field| match field.shape {
                Shape::Number => field.numbers.is_some() || field.label.is_none(),
                Shape::Date => field.dates.is_some() || field.label.is_none(),
                Shape::Text | Shape::Integer | Shape::Flag => true,
            })
    }
}

impl ObjectPlan {
    pub(super) fn field(&self, name: &str) -> Option<&FieldPlan> {
        self.fields.iter().find(|field| field.name == name)
    }
}

struct Binding<'a> {
    profile: &'a Profile,
    dialect: &'a Dialect,
    columns: Columns<'a>,
    /// Columns that the profile names.
    named: BTreeSet<usize>,
    problems: Vec<FieldError>,
}

impl Binding<'_> {
    fn column(&mut self, name: &str, optional: bool) -> Option<usize> {
        match self.columns.find(name, optional) {
            Ok(index) => {
                self.named.extend(index);
                index
            }
            Err(problem) => {
                if !self.problems.contains(&problem) {
                    self.problems.push(problem);
                }
                None
            }
        }
    }

    fn test(&mut self, condition: &Condition) -> TestPlan {
        let index = self.column(&condition.column, false);
        let numbers = self.numbers(self.profile.numbers, Some(&condition.column));
        TestPlan { condition: condition.clone(), index, numbers }
    }

    fn object(&mut self, map: &ObjectMap) -> ObjectPlan {
        let when = map.when.iter().map(|condition| self.test(condition)).collect();
        let mut fields: Vec<FieldPlan> = Vec::new();
        for (name, field) in &map.fields {
            if let Some(spec) = map.entity.field(name) {
                fields.push(self.field(name, field, spec.shape));
            }
        }
        if map.by_name {
            // A column that is read by its name is accounted for by the objects that know it, not by the profile.
            let named = self.named.clone();
            let open = |name: &&String| map.map(name).is_none() && !is_error_column(name);
            let by_name = self.columns.names().iter().filter(open);
            for (name, spec) in by_name.filter_map(|name| Some((name, map.entity.field(name)?))) {
                fields.push(self.field(name, &FieldMap::column(name.as_str()), spec.shape));
            }
            self.named = named;
            self.require(map, &fields);
        }
        let known = |name: &String| map.by_name && map.entity.field(name).is_some();
        let known = self.columns.names().iter().map(known).collect();
        ObjectPlan { map: map.clone(), when, fields, known }
    }

    /// By name, a required field needs its column; in NDJSON each row answers for itself. An object with
    /// conditions may not occur in the file at all.
    fn require(&mut self, map: &ObjectMap, fields: &[FieldPlan]) {
        if self.columns.loose() || !map.when.is_empty() {
            return;
        }
        for spec in map.entity.fields().iter().filter(|spec| spec.required) {
            let by_default = spec.name == "currency" && self.profile.currency.is_some();
            if !by_default && !fields.iter().any(|field| field.name == spec.name) {
                let message = format!("column {:?} is missing; {}", spec.name, self.columns.described());
                let problem =
                    FieldError { field: spec.name.to_owned(), code: &codes::COLUMN_MISSING, message };
                self.problems.push(problem);
            }
        }
    }

    fn field(&mut self, name: &str, map: &FieldMap, shape: Shape) -> FieldPlan {
        let (source, label) = match &map.source {
            FieldSource::Nothing => (Source::Absent, None),
            FieldSource::Constant(text) => (Source::Constant(text.clone()), None),
            FieldSource::Column(column) => {
                let found = self.column(column, map.optional);
                (found.map_or(Source::Absent, Source::Column), Some(column.clone()))
            }
            FieldSource::Template(text) => (self.template(name, text, map.optional), Some(text.clone())),
        };
        let sign_column = map.sign.as_ref().and_then(|rule| self.column(&rule.column, false));
        let dates = self.dates(map.dates.unwrap_or(self.profile.dates), label.as_deref());
        let numbers = self.numbers(map.numbers.unwrap_or(self.profile.numbers), label.as_deref());
        let shape = map.shape_or(shape);
        FieldPlan {
            name: name.to_owned(),
            shape,
            map: map.clone(),
            source,
            label,
            sign_column,
            dates,
            numbers,
        }
    }

    fn dates(&self, format: DateFormat, label: Option<&str>) -> Option<DateOrder> {
        format.stated().or_else(|| label.and_then(|label| self.dialect.dates.get(label)).copied())
    }

    fn numbers(&self, format: NumberFormat, label: Option<&str>) -> Option<NumberStyle> {
        format.stated().or_else(|| label.and_then(|label| self.dialect.numbers.get(label)).copied())
    }

    fn template(&mut self, field: &str, text: &str, optional: bool) -> Source {
        let Some(pieces) = template::pieces(text) else {
            let message = format!("the template {text:?} has an open brace; write {{{{ for a brace itself");
            let problem = FieldError { field: field.to_owned(), code: &codes::PROFILE_FIELD, message };
            self.problems.push(problem);
            return Source::Absent;
        };
        let parts = pieces.into_iter().map(|piece| match piece {
            template::Piece::Text(text) => Part::Text(text),
            template::Piece::Column(name) => {
                let (name, may_be_empty) =
                    name.strip_suffix('?').map_or((name.as_str(), false), |name| (name, true));
                Part::Column { index: self.column(name, optional), may_be_empty }
            }
        });
        Source::Template(parts.collect())
    }

    /// Which columns the profile reads by other means than their name, or says to ignore.
    fn accounted(&self) -> Vec<bool> {
        let ignored = |name: &String| self.profile.ignore_columns.iter().any(|ignored| ignored == name);
        let names = self.columns.names().iter().enumerate();
        names.map(|(at, name)| self.named.contains(&at) || ignored(name) || is_error_column(name)).collect()
    }

    fn refuse_unknown(&mut self, accounted: &[bool], objects: &[ObjectPlan]) {
        for (at, name) in self.columns.names().iter().enumerate() {
            let known = accounted.get(at) == Some(&true)
                || objects.iter().any(|object| object.known.get(at) == Some(&true));
            if !known {
                let message = format!(
                    "column {} {name:?} is no field; correct it or list it in ignore_columns",
                    at + 1
                );
                let problem = FieldError { field: name.clone(), code: &codes::COLUMN_UNKNOWN, message };
                self.problems.push(problem);
            }
        }
    }
}
