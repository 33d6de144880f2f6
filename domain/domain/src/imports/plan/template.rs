//! Templates like `{company}-{number}`.

/// A piece of a template before its column is found.
pub(super) enum Piece {
    Text(String),
    Column(String),
}

/// Cuts `a{b}c{{` into its pieces; `None` when a brace is not closed.
pub(super) fn pieces(template: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, found) = rest.split_at_checked(at)?;
        text.push_str(before);
        if let Some(after) = found.strip_prefix("{{") {
            text.push('{');
            rest = after;
        } else if let Some(after) = found.strip_prefix("}}") {
            text.push('}');
            rest = after;
        } else {
            let (name, after) = found.strip_prefix('{')?.split_once('}')?;
            pieces.push(Piece::Text(std::mem::take(&mut text)));
            pieces.push(Piece::Column(name.to_owned()));
            rest = after;
        }
    }
    text.push_str(rest);
    pieces.push(Piece::Text(text));
    Some(pieces)
}
