//! Profiles that come with the product.

use kernel::{Error, Outcome};

use super::codes;
use super::profile::Profile;

/// Name and text of every built-in profile.
const PROFILES: &[(&str, &str)] = &[
    ("recobra", include_str!("profiles/recobra.toml")),
    ("recobra_parties", include_str!("profiles/recobra_parties.toml")),
    ("recobra_accounts", include_str!("profiles/recobra_accounts.toml")),
    ("recobra_contacts", include_str!("profiles/recobra_contacts.toml")),
    ("recobra_receivables", include_str!("profiles/recobra_receivables.toml")),
    ("recobra_instruments", include_str!("profiles/recobra_instruments.toml")),
    ("recobra_entries", include_str!("profiles/recobra_entries.toml")),
    ("spanish_excel", include_str!("profiles/spanish_excel.toml")),
];

/// Names of the built-in profiles.
pub fn names() -> impl Iterator<Item = &'static str> {
    PROFILES.iter().map(|(name, _)| *name)
}

/// The text of a built-in profile, to start one's own from.
///
/// # Errors
/// `import.profile_unknown`.
pub fn text(name: &str) -> Outcome<&'static str> {
    let found = PROFILES.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| {
        let known = names().collect::<Vec<_>>().join(", ");
        Error::with(&codes::PROFILE_UNKNOWN, format!("{name:?} is none of the built-in profiles: {known}"))
    })
}

/// A built-in profile.
///
/// # Errors
/// `import.profile_unknown`.
pub fn profile(name: &str) -> Outcome<Profile> {
    Profile::parse(text(name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_is_valid_and_carries_its_name() {
        for name in names() {
            assert_eq!(profile(name).unwrap().name, name);
        }
    }

    #[test]
    fn an_unknown_profile_is_answered_with_the_known_names() {
        let error = profile("sap").unwrap_err();
        assert_eq!(error.code().text, "import.profile_unknown");
        assert!(error.to_string().contains("spanish_excel"));
    }
}
