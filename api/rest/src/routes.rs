//! What the door knows of operations before one is called.

use std::sync::LazyLock;

/// Changes of an object that has a version: they honour `If-Match`. The others refuse it, because a caller who sends it
/// relies on it.
static IF_MATCH: &[(&str, &str)] = &[
    ("DELETE", "/v1/api-keys/{api_key}"),
    ("DELETE", "/v1/attributes/{owner}/{name}"),
    ("DELETE", "/v1/calendars/{calendar}/holidays/{day}"),
    ("PATCH", "/v1/accounts/{account}"),
    ("PATCH", "/v1/contacts/{contact}"),
    ("PATCH", "/v1/parties/{party}"),
    ("POST", "/v1/actions/{action}/approve"),
    ("POST", "/v1/actions/{action}/reject"),
    ("POST", "/v1/allocations/{allocation}/reversal"),
    ("POST", "/v1/calendars/{calendar}/holidays"),
    ("POST", "/v1/credit/applications/{limit_application}/approve"),
    ("POST", "/v1/credit/applications/{limit_application}/refuse"),
    ("POST", "/v1/credit/applications/{limit_application}/submit"),
    ("POST", "/v1/credit/applications/{limit_application}/withdraw"),
    ("POST", "/v1/credit/limits/{credit_limit}/end"),
    ("POST", "/v1/credit/reviews/{limit_review}/finish"),
    ("POST", "/v1/credit/stand-ins/{stand_in}/end"),
    ("POST", "/v1/messages/{message}/cancel"),
    ("POST", "/v1/messages/{message}/mark-sent"),
    ("POST", "/v1/messages/{message}/resolve"),
    ("POST", "/v1/receivables/{receivable}/allocations"),
    ("POST", "/v1/rule-sets/{kind}/{code}/versions/{version}/activate"),
    ("POST", "/v1/scenarios/{scenario}/versions/{version}/activate"),
    ("POST", "/v1/term-deviations/{term_deviation}/approve"),
    ("POST", "/v1/term-deviations/{term_deviation}/end"),
    ("POST", "/v1/term-deviations/{term_deviation}/refuse"),
    ("POST", "/v1/term-deviations/{term_deviation}/withdraw"),
    ("PUT", "/v1/accounts/{account}/portfolio"),
    ("PUT", "/v1/actions/{action}/edit"),
    ("PUT", "/v1/attributes/{owner}/{name}"),
    ("PUT", "/v1/contact-policies/{code}"),
    ("PUT", "/v1/legal-entities/{legal_entity}"),
    ("PUT", "/v1/mandants/{mandant}"),
    ("PUT", "/v1/payment-terms/{code}"),
    ("PUT", "/v1/portfolios/{portfolio}"),
    ("PUT", "/v1/rating-providers/{provider}"),
    ("PUT", "/v1/sources/{source}"),
    ("PUT", "/v1/templates/{code}/{language}"),
    ("PUT", "/v1/users/{user}"),
    ("PUT", "/v1/users/{user}/password"),
];

/// Paths of the contract with the methods each has.
static METHODS: LazyLock<Vec<(String, Vec<&'static str>)>> = LazyLock::new(|| {
    let paths = crate::document().paths.paths.into_iter();
    paths
        .map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            (path, methods.into_iter().filter(|(_, has)| *has).map(|(method, _)| method).collect())
        })
        .collect()
});

/// Whether an operation compares the version the caller saw with the one that is.
pub(crate) fn takes_if_match(method: &str, template: &str) -> bool {
    IF_MATCH.contains(&(method, template))
}

/// The methods of whatever stands at a path; none when nothing does.
pub(crate) fn methods_at(path: &str) -> Vec<&'static str> {
    let mut found = METHODS
        .iter()
        .filter(|(template, _)| fits(template, path))
        .flat_map(|(_, methods)| methods.iter().copied())
        .collect::<Vec<_>>();
    found.sort_unstable();
    found.dedup();
    found
}

fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(t), Some(p)) if t == p || (t.starts_with('{') && !p.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_with_if_match_is_one_of_the_contract() {
        for (method, path) in IF_MATCH {
            let known = METHODS.iter().any(|(p, methods)| p == path && methods.contains(method));
            assert!(known, "{method} {path}");
        }
    }

    #[test]
    fn methods_are_found_by_the_shape_of_the_path() {
        assert_eq!(methods_at("/v1/mandants"), ["GET", "POST"]);
        assert_eq!(methods_at("/v1/contacts/con_1"), ["GET", "PATCH"]);
        assert_eq!(methods_at("/v1/contacts/"), Vec::<&str>::new());
        assert_eq!(methods_at("/v1/nothing"), Vec::<&str>::new());
    }
}
