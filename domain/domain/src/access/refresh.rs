//! The rotation of refresh tokens (RFC 9700, 4.14.2): each is good for one use, and a second use reveals a thief.

use kernel::Instant;

/// What is stored of a presented refresh token, and whether its user still may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    pub used_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
    pub expires_at: Instant,
    pub user_disabled: bool,
}

/// What to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Mark it used and issue the next of its family.
    Rotate,
    /// It was used before: revoke the whole family, because nobody can tell the thief from the owner
    /// (`auth.token_reused`).
    RevokeFamily,
    /// It is over; nothing else happens (`auth.expired`).
    Refuse,
}

/// Judges a presented token. Reuse counts before expiry: a thief must not escape notice by waiting.
pub fn rotation(token: &Presented, now: Instant) -> Rotation {
    if token.used_at.is_some() {
        return Rotation::RevokeFamily;
    }
    if token.revoked_at.is_some() || token.expires_at <= now || token.user_disabled {
        return Rotation::Refuse;
    }
    Rotation::Rotate
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn fresh() -> Presented {
        let expires_at = at("2026-01-15T00:00:00Z");
        Presented { used_at: None, revoked_at: None, expires_at, user_disabled: false }
    }

    #[test]
    fn a_fresh_token_rotates_until_the_instant_it_expires() {
        assert_eq!(rotation(&fresh(), at("2026-01-14T23:59:59Z")), Rotation::Rotate);
        assert_eq!(rotation(&fresh(), at("2026-01-15T00:00:00Z")), Rotation::Refuse);
    }

    #[test]
    fn a_used_token_revokes_its_family_even_when_it_expired_or_was_revoked() {
        let used = Presented { used_at: Some(at("2026-01-02T00:00:00Z")), ..fresh() };
        let revoked = Presented { revoked_at: used.used_at, ..used };
        for token in [used, revoked] {
            assert_eq!(rotation(&token, at("2026-01-03T00:00:00Z")), Rotation::RevokeFamily);
            assert_eq!(rotation(&token, at("2027-01-01T00:00:00Z")), Rotation::RevokeFamily);
        }
    }

    #[test]
    fn a_revoked_token_or_a_disabled_user_is_refused() {
        let now = at("2026-01-03T00:00:00Z");
        assert_eq!(rotation(&Presented { revoked_at: Some(now), ..fresh() }, now), Rotation::Refuse);
        assert_eq!(rotation(&Presented { user_disabled: true, ..fresh() }, now), Rotation::Refuse);
    }
}
