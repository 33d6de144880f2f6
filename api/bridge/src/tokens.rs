//! Access tokens of our own: JWT signed with Ed25519.

use std::collections::BTreeMap;

use app::access::{TokenClaims, TokenIssuer};
use app::codes::INTERNAL;
use chrono::DateTime;
use domain::access::codes::{EXPIRED, INVALID};
use ed25519_dalek::SigningKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use kernel::{Error, Instant, Outcome};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const ISSUER: &str = "recobra";

/// RFC 8410: the fixed head of a PKCS#8 Ed25519 private key; the 32 bytes of the seed follow.
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A signing key: its id and the seed.
#[derive(Clone)]
pub struct SigningSeed {
    pub id: Uuid,
    pub seed: [u8; 32],
}

/// Issues with the newest key, accepts every key in force.
pub struct Ed25519Issuer {
    newest: (String, EncodingKey),
    accepted: BTreeMap<String, DecodingKey>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: Uuid,
    /// The sign-in, so that revoking it ends the token.
    sid: Uuid,
    exp: i64,
}

impl Ed25519Issuer {
    /// The first seed signs; all verify.
    ///
    /// # Errors
    /// `internal` without any key.
    pub fn try_new(seeds: &[SigningSeed]) -> Outcome<Self> {
        let first = seeds.first().ok_or_else(|| Error::new(&INTERNAL).caused_by("no signing key"))?;
        let private = [PKCS8_HEAD.as_slice(), &first.seed].concat();
        let accepted = seeds.iter().map(|key| {
            let public = SigningKey::from_bytes(&key.seed).verifying_key();
            (key.id.to_string(), DecodingKey::from_ed_der(public.as_bytes()))
        });
        Ok(Self {
            newest: (first.id.to_string(), EncodingKey::from_ed_der(&private)),
            accepted: accepted.collect(),
        })
    }
}

impl TokenIssuer for Ed25519Issuer {
    fn issue(&self, claims: &TokenClaims) -> Outcome<String> {
        let header = Header { kid: Some(self.newest.0.clone()), ..Header::new(Algorithm::EdDSA) };
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: claims.user_id,
            sid: claims.family,
            exp: claims.expires_at.timestamp(),
        };
        encode(&header, &claims, &self.newest.1).map_err(|e| Error::new(&INTERNAL).caused_by(e))
    }

    fn verify(&self, token: &str, now: Instant) -> Outcome<TokenClaims> {
        let invalid = |e: jsonwebtoken::errors::Error| Error::new(&INVALID).caused_by(e);
        let header = decode_header(token).map_err(invalid)?;
        let key = header.kid.and_then(|id| self.accepted.get(&id)).ok_or_else(|| Error::new(&INVALID))?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        // Expiry is checked against our own clock below, which tests and test books can move.
        validation.validate_exp = false;
        let claims = decode::<Claims>(token, key, &validation).map_err(invalid)?.claims;
        let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or_else(|| Error::new(&INVALID))?;
        if expires_at <= now {
            return Err(Error::new(&EXPIRED));
        }
        Ok(TokenClaims { user_id: claims.sub, family: claims.sid, expires_at })
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn seed(n: u8) -> SigningSeed {
        SigningSeed { id: Uuid::from_u128(n.into()), seed: [n; 32] }
    }

    fn now() -> Instant {
        "2026-06-30T12:00:00Z".parse().unwrap()
    }

    fn claims() -> TokenClaims {
        TokenClaims {
            user_id: Uuid::from_u128(1),
            family: Uuid::from_u128(2),
            expires_at: now() + TimeDelta::minutes(15),
        }
    }

    #[test]
    fn a_token_reads_back_until_it_expires() {
        let issuer = Ed25519Issuer::try_new(&[seed(1)]).unwrap();
        let token = issuer.issue(&claims()).unwrap();
        assert_eq!(issuer.verify(&token, now()).unwrap(), claims());
        let late = issuer.verify(&token, claims().expires_at).unwrap_err();
        assert_eq!(late.code().text, "auth.expired");
    }

    #[test]
    fn tokens_of_a_rotated_key_stay_good() {
        let token = Ed25519Issuer::try_new(&[seed(1)]).unwrap().issue(&claims()).unwrap();
        let rotated = Ed25519Issuer::try_new(&[seed(2), seed(1)]).unwrap();
        assert!(rotated.verify(&token, now()).is_ok());
    }

    #[test]
    fn foreign_and_altered_tokens_are_invalid() {
        let issuer = Ed25519Issuer::try_new(&[seed(1)]).unwrap();
        let foreign = Ed25519Issuer::try_new(&[seed(2)]).unwrap().issue(&claims()).unwrap();
        let mut altered = issuer.issue(&claims()).unwrap();
        altered.insert(30, 'A');
        for token in [foreign.as_str(), altered.as_str(), "", "a.b.c"] {
            assert_eq!(issuer.verify(token, now()).unwrap_err().code().text, "auth.invalid", "{token}");
        }
    }
}
