//! One line of NDJSON as named cells. Nested objects become dotted names, so that both formats name fields alike.

use serde::de::IgnoredAny;

use super::codes;
use super::delimited::{COLUMNS_MAX, FIELD_BYTES_MAX};
use super::record::{Cell, CellKind};
use super::row_error::Wrong;

/// How deep objects and lists may be nested: `vat[0].base` is the deepest that any field needs.
const DEPTH_MAX: usize = 4;

/// Reads one JSON object. `{"attributes": {"region": "N"}}` becomes `attributes.region`, `{"vat": [{"base": 1}]}`
/// becomes `vat.1.base`, and a list of plain values one cell with a line per value. Numbers keep their digits.
///
/// # Errors
/// `import.json_invalid`, `import.columns_too_many`, `import.field_too_long`, `import.nul_byte`.
pub(super) fn flatten(text: &str) -> Result<(Vec<String>, Vec<Cell>), Wrong> {
    // Checked as a whole first, so that the scan below meets well-formed JSON only.
    serde_json::from_str::<IgnoredAny>(text).map_err(|e| Wrong::new(&codes::JSON_INVALID, e.to_string()))?;
    let mut scan = Scan { rest: text.trim(), names: Vec::new(), cells: Vec::new() };
    if !scan.rest.starts_with('{') {
        return Err(Wrong::new(&codes::JSON_INVALID, "the line is JSON but no object"));
    }
    scan.value("", 0)?;
    Ok((scan.names, scan.cells))
}

/// The members of a JSON object as they are written, key and value; `None` when the text is no JSON object.
pub(super) fn members(text: &str) -> Option<Vec<(String, &str)>> {
    flatten(text).ok()?;
    let mut scan = Scan { rest: text.trim(), names: Vec::new(), cells: Vec::new() };
    scan.expect('{').ok()?;
    let mut members = Vec::new();
    while !scan.taken('}') {
        let key = scan.string().ok()?;
        scan.expect(':').ok()?;
        let mut inner = Scan { rest: scan.rest, names: Vec::new(), cells: Vec::new() };
        inner.value("", 1).ok()?;
        let length = scan.rest.len().checked_sub(inner.rest.len())?;
        let (value, rest) = scan.rest.split_at_checked(length)?;
        members.push((key, value.trim_end()));
        scan.rest = rest;
        scan.taken(',');
    }
    Some(members)
}

struct Scan<'a> {
    rest: &'a str,
    names: Vec<String>,
    cells: Vec<Cell>,
}

impl Scan<'_> {
    fn value(&mut self, path: &str, depth: usize) -> Result<(), Wrong> {
        if depth > DEPTH_MAX {
            let message = format!("{path} is nested deeper than any field");
            return Err(Wrong::new(&codes::JSON_INVALID, message).in_column(Some(path)));
        }
        if self.taken('{') {
            return self.object(path, depth);
        }
        if self.taken('[') {
            return self.list(path, depth);
        }
        let cell = self.plain()?;
        self.keep(path, cell)
    }

    fn object(&mut self, path: &str, depth: usize) -> Result<(), Wrong> {
        while !self.taken('}') {
            let key = self.string()?;
            let inner = if path.is_empty() { key } else { format!("{path}.{key}") };
            self.expect(':')?;
            self.value(&inner, depth + 1)?;
            self.taken(',');
        }
        Ok(())
    }

    fn list(&mut self, path: &str, depth: usize) -> Result<(), Wrong> {
        let mut plain: Vec<String> = Vec::new();
        let mut objects = 0usize;
        while !self.taken(']') {
            if self.rest.starts_with(['{', '[']) {
                objects += 1;
                self.value(&format!("{path}.{objects}"), depth + 1)?;
            } else {
                plain.push(self.plain()?.text);
            }
            self.taken(',');
        }
        match (plain.is_empty(), objects) {
            (true, _) => Ok(()),
            (false, 0) => self.keep(path, Cell { text: plain.join("\n"), kind: CellKind::Text }),
            (false, _) => {
                let message = format!("{path} mixes objects and plain values");
                Err(Wrong::new(&codes::JSON_INVALID, message).in_column(Some(path)))
            }
        }
    }

    fn plain(&mut self) -> Result<Cell, Wrong> {
        if self.rest.starts_with('"') {
            return Ok(Cell { text: self.string()?, kind: CellKind::Text });
        }
        let end = self.rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest.trim_start();
        Ok(match word {
            "null" => Cell { text: String::new(), kind: CellKind::Text },
            "true" | "false" => Cell { text: word.to_owned(), kind: CellKind::Flag },
            number => Cell { text: number.to_owned(), kind: CellKind::Number },
        })
    }

    fn string(&mut self) -> Result<String, Wrong> {
        let broken = || Wrong::new(&codes::JSON_INVALID, "the line is not well-formed JSON");
        let mut escaped = false;
        let end = self.rest.bytes().enumerate().skip(1).find_map(|(i, byte)| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes.then_some(i + 1)
        });
        let (literal, rest) = end.and_then(|end| self.rest.split_at_checked(end)).ok_or_else(broken)?;
        let text: String =
            serde_json::from_str(literal).map_err(|e| Wrong::new(&codes::JSON_INVALID, e.to_string()))?;
        self.rest = rest.trim_start();
        if text.contains('\0') {
            return Err(Wrong::new(&codes::NUL_BYTE, "the row holds a NUL byte"));
        }
        Ok(text)
    }

    fn keep(&mut self, path: &str, cell: Cell) -> Result<(), Wrong> {
        let wrong = |code, message: String| Err(Wrong::new(code, message).in_column(Some(path)));
        if self.names.iter().any(|name| name == path) {
            return wrong(&codes::JSON_INVALID, format!("{path} is given twice"));
        }
        if self.names.len() >= COLUMNS_MAX {
            return wrong(&codes::COLUMNS_TOO_MANY, format!("a row has at most {COLUMNS_MAX} values"));
        }
        if cell.text.len() > FIELD_BYTES_MAX {
            return wrong(&codes::FIELD_TOO_LONG, format!("a field has at most {FIELD_BYTES_MAX} bytes"));
        }
        self.names.push(path.to_owned());
        self.cells.push(cell);
        Ok(())
    }

    /// Takes one sign and the white space behind it.
    fn taken(&mut self, sign: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(sign) else {
            return false;
        };
        self.rest = rest.trim_start();
        true
    }

    fn expect(&mut self, sign: char) -> Result<(), Wrong> {
        if self.taken(sign) {
            return Ok(());
        }
        Err(Wrong::new(&codes::JSON_INVALID, format!("{sign:?} is missing")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(text: &str) -> Result<Vec<(String, String, CellKind)>, &'static str> {
        let (names, cells) = flatten(text).map_err(|w| w.code.text)?;
        Ok(names.into_iter().zip(cells).map(|(name, cell)| (name, cell.text, cell.kind)).collect())
    }

    fn cell(name: &str, text: &str, kind: CellKind) -> (String, String, CellKind) {
        (name.to_owned(), text.to_owned(), kind)
    }

    #[test]
    fn objects_and_lists_become_dotted_names() {
        let text = r#" { "a" : "x\"\u00f1" , "n": -1.50e1, "t": true, "z": null, "o": {"p": {"q": 1}},
            "vat": [{"base": 1}, {"base": 2}], "purposes": ["dunning", "legal"], "none": [], "empty": {} } "#;
        let expected = [
            cell("a", "x\"ñ", CellKind::Text),
            cell("n", "-1.50e1", CellKind::Number),
            cell("t", "true", CellKind::Flag),
            cell("z", "", CellKind::Text),
            cell("o.p.q", "1", CellKind::Number),
            cell("vat.1.base", "1", CellKind::Number),
            cell("vat.2.base", "2", CellKind::Number),
            cell("purposes", "dunning\nlegal", CellKind::Text),
        ];
        assert_eq!(cells(text).unwrap(), expected);
        assert_eq!(cells("{}").unwrap(), []);
    }

    #[test]
    fn digits_are_kept_as_written() {
        let found = cells(r#"{"amount": 123456789012345.6789}"#).unwrap();
        assert_eq!(found[0].1, "123456789012345.6789");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["[1]", "1", "{", r#"{"a":1} {"b":2}"#, r#"{"a":01}"#, "a;b", r#"{"a":[1,{"b":2}]}"#] {
            assert_eq!(cells(text), Err("import.json_invalid"), "{text}");
        }
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        assert_eq!(cells(r#"{"a":1,"a":2}"#), Err("import.json_invalid"));
        assert_eq!(cells(r#"{"a":{"b":1},"a.b":2}"#), Err("import.json_invalid"));
    }

    #[test]
    fn depth_width_and_nul_are_limited() {
        assert_eq!(cells(r#"{"a":{"b":{"c":{"d":{"e":1}}}}}"#), Err("import.json_invalid"));
        assert_eq!(cells(r#"{"a":"\u0000"}"#), Err("import.nul_byte"));
        let wide = (0..=COLUMNS_MAX).map(|i| format!("\"{i}\":1")).collect::<Vec<_>>().join(",");
        assert_eq!(cells(&format!("{{{wide}}}")), Err("import.columns_too_many"));
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(FIELD_BYTES_MAX + 1));
        assert_eq!(cells(&long), Err("import.field_too_long"));
    }

    proptest! {
        #[test]
        fn texts_written_by_serde_read_back(key in "\\PC{1,8}", text in "\\PC{0,12}", number in any::<i64>()) {
            prop_assume!(key != "n");
            let line = serde_json::json!({ key.clone(): text.clone(), "n": number }).to_string();
            let found = cells(&line).unwrap();
            prop_assert!(found.contains(&(key, text, CellKind::Text)));
            prop_assert!(found.contains(&cell("n", &number.to_string(), CellKind::Number)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\]{}\":,a1 \\\\n]{0,30}|\\PC{0,20}") {
            let _outcome = flatten(&text);
        }
    }
}
