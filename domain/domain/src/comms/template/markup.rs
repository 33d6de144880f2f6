//! What the HTML part may hold: no scripts, nothing loaded from outside, links only with encryption.
//!
//! Mail readers block or punish the rest, and a letter about money that loads or runs something looks like fraud.

use super::Finding;
use crate::comms::codes;

/// Elements that load, run or redirect something, or let the reader type into a message.
const ELEMENTS: &[&str] = &[
    "script", "iframe", "frame", "object", "embed", "link", "base", "form", "input", "button", "textarea",
    "select", "video", "audio", "source", "track", "svg", "math", "applet", "portal", "template",
];
/// Attributes that load or run something.
const ATTRIBUTES: &[&str] =
    &["src", "srcset", "background", "poster", "data", "action", "formaction", "http-equiv", "ping"];
/// Ways in which a style sheet loads something.
const STYLES: &[&str] = &["@import", "url(", "expression("];
/// Where a link may lead.
const LINKS: &[&str] = &["https://", "mailto:", "tel:", "#"];

/// Findings about rendered HTML. `cid:` images, which travel with the message, are accepted.
pub(super) fn findings(html: &str) -> Vec<Finding> {
    let html = html.to_lowercase();
    let mut messages = Vec::new();
    for tag in tags(&html) {
        let (name, attributes) = split(tag);
        if ELEMENTS.contains(&name) {
            messages.push(format!("the element {name} is not accepted"));
        }
        messages.extend(attributes.iter().filter_map(|(name, value)| attribute_message(name, value)));
    }
    messages.extend(
        STYLES.iter().filter(|s| html.contains(**s)).map(|s| format!("{s} loads something from outside")),
    );
    messages.dedup();
    messages
        .into_iter()
        .map(|message| Finding::new("html", &codes::TEMPLATE_EXTERNAL_RESOURCE, message))
        .collect()
}

fn attribute_message(name: &str, value: &str) -> Option<String> {
    if name.starts_with("on") {
        return Some(format!("the attribute {name} runs something"));
    }
    if name == "href" && !LINKS.iter().any(|scheme| value.starts_with(scheme)) {
        return Some(format!("a link leads to https://, mailto: or tel:, not to {value:?}"));
    }
    if ATTRIBUTES.contains(&name) && !(name == "src" && value.starts_with("cid:")) {
        return Some(format!("the attribute {name} loads something from outside"));
    }
    None
}

/// The insides of tags, closing tags and comments included.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).map(|rest| rest.split_once('>').map_or(rest, |(tag, _)| tag))
}

/// Element name and attributes with their values.
fn split(tag: &str) -> (&str, Vec<(String, String)>) {
    let tag = tag.trim_start_matches('/');
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(tag.len());
    let (name, mut rest) = tag.split_at(end);
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c == '=' || c == '/' || c.is_whitespace()).unwrap_or(rest.len());
        let (attribute, after) = rest.split_at(end);
        if attribute.is_empty() && after.is_empty() {
            return (name, attributes);
        }
        let (value, after) = value_of(after);
        attributes.push((attribute.to_owned(), value));
        rest = after;
    }
}

/// The value after a `=`, if there is one, and what follows.
fn value_of(after: &str) -> (String, &str) {
    let Some(value) = after.trim_start().strip_prefix('=') else { return (String::new(), after) };
    let value = value.trim_start();
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            let (value, after) = quoted.split_once(quote).unwrap_or((quoted, ""));
            return (value.trim().to_owned(), after);
        }
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    let (value, after) = value.split_at(end);
    (value.to_owned(), after)
}

/// What a reader sees of HTML: the text without tags, entities resolved.
pub(super) fn visible_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        // Two words in two cells are two words.
        text.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    resolve_entities(&text)
}

fn resolve_entities(text: &str) -> String {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        resolved.push_str(before);
        let entity = after.split_once(';').and_then(|(name, after)| Some((entity(name)?, after)));
        let (character, after) = entity.unwrap_or(('&', after));
        resolved.push(character);
        rest = after;
    }
    resolved.push_str(rest);
    resolved
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        "euro" => Some('€'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_loads_runs_or_redirects_is_found() {
        for html in [
            "<img src=\"https://t.example/p.gif\">",
            "<IMG SRC='//t.example/p.gif'>",
            "<img src=data:image/png;base64,AA>",
            "<script>alert(1)</script>",
            "<p style=\"background:url(https://t.example/p.gif)\">",
            "<style>@import 'x.css'</style>",
            "<a href=\"http://bank.example\">",
            "<a href=javascript:alert(1)>",
            "<a/href=\" javascript:alert(1)\">",
            "<p onclick=x>",
            "<svg/onload=alert(1)>",
            "<meta http-equiv=refresh content='0;url=https://x.example'>",
            "<form action=\"https://x.example\"><input name=iban></form>",
            "<td background=\"https://t.example/p.gif\">",
        ] {
            let found = findings(html);
            assert!(!found.is_empty(), "{html}");
            assert!(found.iter().all(|f| f.code.text == "template.external_resource"));
        }
    }

    #[test]
    fn plain_markup_links_and_images_that_travel_along_are_accepted() {
        let html = "<p style=\"color:#222\">1 < 2 <b>x</b> <a href=\"https://x.es\">w</a> <a href='mailto:a@b.es'>m</a> \
                    <img src=\"cid:logo\" alt=\"\"><br/><meta charset=\"utf-8\"><td align=right>on</td></p>";
        assert_eq!(findings(html), []);
    }

    #[test]
    fn the_visible_text_is_what_people_read() {
        let html = "<td>F&#x2f;1</td><td>1&nbsp;&amp; 2</td> &unknown; &lt;b&gt;";
        assert_eq!(
            visible_text(html).split_whitespace().collect::<Vec<_>>(),
            ["F/1", "1", "&", "2", "&unknown;", "<b>"]
        );
    }
}
