//! What is told of the rows of a chunk, within what any client takes: a client that sets nothing takes messages of 4 MiB.

use kernel::FieldError;
use kernel::text::beginning;
use serde::{Deserialize, Serialize};

use super::RowOutcome;

/// Why a row was parked or rejected, or what is worth telling about an accepted one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowIssue {
    /// Position in the chunk, from 0.
    pub row: usize,
    pub external_id: String,
    pub outcome: RowOutcome,
    pub field: String,
    pub code: String,
    pub message: String,
}

/// Bytes of an external id that are repeated: all that one may have, but it may be the very field that is too long.
const ID_BYTES_MAX: usize = kernel::text::EXTERNAL_ID_BYTES_MAX;
/// A field may be named after a key of the caller's.
const FIELD_BYTES_MAX: usize = 80;
const MESSAGE_BYTES_MAX: usize = 200;
/// Issues told of one row.
const PER_ROW_MAX: usize = 3;
/// Bytes of all issues of a chunk.
const BYTES_MAX: usize = 3 * 1024 * 1024;
/// What an issue takes on the wire beside its texts.
const FRAME_BYTES: usize = 24;

impl RowIssue {
    pub fn new(row: usize, external_id: &str, outcome: RowOutcome, issue: &FieldError) -> Self {
        let external_id = beginning(external_id, ID_BYTES_MAX).replace('\0', "\u{2400}");
        Self {
            row,
            external_id: beginning(&external_id, ID_BYTES_MAX).to_owned(),
            outcome,
            field: beginning(&issue.field, FIELD_BYTES_MAX).to_owned(),
            code: issue.code.text.to_owned(),
            message: cut(&issue.message),
        }
    }

    /// Without the message.
    fn bytes(&self) -> usize {
        self.external_id.len() + self.field.len() + self.code.len() + FRAME_BYTES
    }
}

fn cut(message: &str) -> String {
    match beginning(message, MESSAGE_BYTES_MAX) {
        whole if whole.len() == message.len() => whole.to_owned(),
        begun => format!("{begun}…"),
    }
}

/// Issues, in the order of the rows, that may be told, and how many are left out. The first of every row stays, because a row
/// whose refusal nobody hears of is lost: where all together are too long, later ones lose their message, then what else there is
/// to say of their rows.
pub(super) fn bounded(issues: Vec<RowIssue>) -> (Vec<RowIssue>, usize) {
    let all = issues.len();
    let firsts = issues.chunk_by(|a, b| a.row == b.row).filter_map(<[_]>::first);
    let mut room = BYTES_MAX.saturating_sub(firsts.map(RowIssue::bytes).sum());
    let (mut row, mut told) = (None, 0);
    let mut kept = Vec::with_capacity(all);
    for mut issue in issues {
        told = if row.replace(issue.row) == Some(issue.row) { told + 1 } else { 1 };
        let first = told == 1;
        let takes = issue.message.len() + if first { 0 } else { issue.bytes() };
        if first && takes > room {
            issue.message.clear();
        } else if told > PER_ROW_MAX || takes > room {
            continue;
        } else {
            room -= takes;
        }
        kept.push(issue);
    }
    let left_out = all - kept.len();
    (kept, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::registry::codes::TEXT_TOO_LONG;

    fn issue(row: usize, field: &str, message: &str) -> RowIssue {
        let wrong = FieldError { field: field.to_owned(), code: &TEXT_TOO_LONG, message: message.to_owned() };
        RowIssue::new(row, "F1", RowOutcome::Rejected, &wrong)
    }

    #[test]
    fn three_issues_of_a_row_are_told_and_the_rest_is_counted() {
        let of_row = |row: usize| (0..5).map(move |n| issue(row, &n.to_string(), "wrong"));
        let (kept, left_out) = bounded(of_row(0).chain(of_row(7)).collect());
        let kept = kept.iter().map(|i| format!("{} {}", i.row, i.field)).collect::<Vec<_>>();
        assert_eq!((kept.join(", ").as_str(), left_out), ("0 0, 0 1, 0 2, 7 0, 7 1, 7 2", 4));
    }

    #[test]
    fn however_much_there_is_to_tell_every_row_has_its_first_issue_and_all_of_them_fit() {
        let (id, long) = ("\0".repeat(500), "ñ".repeat(500));
        let wrong = FieldError { field: long.clone(), code: &TEXT_TOO_LONG, message: long };
        let rows = (0..super::super::CHUNK_ROWS_MAX).flat_map(|row| [row, row]);
        let issues =
            rows.map(|row| RowIssue::new(row, &id, RowOutcome::Rejected, &wrong)).collect::<Vec<_>>();
        let all = issues.len();
        let (kept, left_out) = bounded(issues);
        assert_eq!(kept.len() + left_out, all);
        assert!(left_out > 0, "it is more than may be told");
        let told = kept.iter().map(|issue| issue.row).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(told.len(), super::super::CHUNK_ROWS_MAX);
        let bytes = kept.iter().map(|issue| issue.bytes() + issue.message.len()).sum::<usize>();
        assert!(bytes <= BYTES_MAX, "{bytes}");
        assert!(kept.iter().any(|issue| issue.message.ends_with('…')), "as far as there is room");
    }

    #[test]
    fn a_message_is_cut_and_says_so() {
        assert_eq!(issue(0, "name", &"x".repeat(200)).message, "x".repeat(200));
        assert_eq!(issue(0, "name", &"x".repeat(201)).message, format!("{}…", "x".repeat(200)));
    }
}
