//! Splitting one record of a CSV file into its fields.

/// Columns of one row.
pub const COLUMNS_MAX: usize = 512;
/// Bytes of one field.
pub const FIELD_BYTES_MAX: usize = 64 * 1024;

/// The signs of a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signs {
    pub(super) delimiter: char,
    /// `None` when the file does not quote.
    pub(super) quote: Option<char>,
}

/// Why a record cannot be split. Columns are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SplitFault {
    /// The text ends within quotes: the record may go on in the next line.
    OpenQuote {
        column: usize,
    },
    /// Something else than a delimiter follows a closing quote.
    AfterQuote {
        column: usize,
    },
    FieldTooLong {
        column: usize,
    },
    TooManyColumns,
}

/// Splits a record. A field is quoted when its first sign other than a space is the quote; within quotes a doubled
/// quote is one. Quotes elsewhere are ordinary signs, as in `Bar "La Perla"`.
pub(super) fn split(text: &str, signs: Signs) -> Result<Vec<String>, SplitFault> {
    let mut cells = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let column = cells.len() + 1;
        if column > COLUMNS_MAX {
            return Err(SplitFault::TooManyColumns);
        }
        let (cell, after) = match opened(text, signs.quote) {
            Some((inner, quote)) => quoted(inner, quote, signs.delimiter, column)?,
            None => match text.split_once(signs.delimiter) {
                Some((cell, after)) => (cell.to_owned(), Some(after)),
                None => (text.to_owned(), None),
            },
        };
        if cell.len() > FIELD_BYTES_MAX {
            return Err(SplitFault::FieldTooLong { column });
        }
        cells.push(cell);
        rest = after;
    }
    Ok(cells)
}

fn opened(text: &str, quote: Option<char>) -> Option<(&str, char)> {
    let quote = quote?;
    text.trim_start_matches(' ').strip_prefix(quote).map(|inner| (inner, quote))
}

/// Reads up to the closing quote; returns the field and what follows its delimiter.
fn quoted(
    inner: &str,
    quote: char,
    delimiter: char,
    column: usize,
) -> Result<(String, Option<&str>), SplitFault> {
    let mut cell = String::new();
    let mut rest = inner;
    loop {
        let Some((before, after)) = rest.split_once(quote) else {
            return Err(SplitFault::OpenQuote { column });
        };
        cell.push_str(before);
        if let Some(next) = after.strip_prefix(quote) {
            cell.push(quote);
            rest = next;
            continue;
        }
        let tail = after.trim_start_matches(' ');
        return match tail.strip_prefix(delimiter) {
            Some(next) => Ok((cell, Some(next))),
            None if tail.is_empty() => Ok((cell, None)),
            None => Err(SplitFault::AfterQuote { column }),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIGNS: Signs = Signs { delimiter: ';', quote: Some('"') };

    #[test]
    fn fields_are_split_at_delimiters_outside_quotes() {
        assert_eq!(split("a;b", SIGNS).unwrap(), ["a", "b"]);
        assert_eq!(split("a;b;", SIGNS).unwrap(), ["a", "b", ""]);
        assert_eq!(split("", SIGNS).unwrap(), [""]);
        assert_eq!(split(r#""a;b";"c""d"; "e" ;f"#, SIGNS).unwrap(), ["a;b", "c\"d", "e", "f"]);
        assert_eq!(split("\"a\nb\";c", SIGNS).unwrap(), ["a\nb", "c"]);
    }

    #[test]
    fn a_quote_inside_an_unquoted_field_is_an_ordinary_sign() {
        assert_eq!(split(r#"Bar "La Perla";5""#, SIGNS).unwrap(), [r#"Bar "La Perla""#, "5\""]);
        let unquoted = Signs { quote: None, ..SIGNS };
        assert_eq!(split(r#""a;b"#, unquoted).unwrap(), ["\"a", "b"]);
    }

    #[test]
    fn wrong_quotes_name_their_column() {
        assert_eq!(split(r#"a;"b;c"#, SIGNS), Err(SplitFault::OpenQuote { column: 2 }));
        assert_eq!(split(r#"a;"b"c;d"#, SIGNS), Err(SplitFault::AfterQuote { column: 2 }));
    }

    #[test]
    fn limits_hold() {
        let wide = ";".repeat(COLUMNS_MAX);
        assert_eq!(split(&wide, SIGNS), Err(SplitFault::TooManyColumns));
        assert_eq!(split(&";".repeat(COLUMNS_MAX - 1), SIGNS).unwrap().len(), COLUMNS_MAX);
        let long = format!("a;{}", "x".repeat(FIELD_BYTES_MAX + 1));
        assert_eq!(split(&long, SIGNS), Err(SplitFault::FieldTooLong { column: 2 }));
    }

    proptest! {
        /// The crate `csv` is the judge: what it writes, we read.
        #[test]
        fn what_a_csv_writer_writes_reads_back(cells in prop::collection::vec("[a-z;\" ñ\n]{0,8}", 1..8)) {
            let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let mut text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            text.pop();
            prop_assert_eq!(split(&text, SIGNS).unwrap(), cells);
        }

        #[test]
        fn any_text_is_split_or_refused(text in "[a;\" \n]{0,40}") {
            let _outcome = split(&text, SIGNS);
        }
    }
}
