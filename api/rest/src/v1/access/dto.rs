//! Shapes of access on the wire.

use app::access::api_keys::NewKey;
use app::access::sign_in::Tokens;
use app::access::{ApiKey, Me, User};
use domain::access::{PrincipalKind, Right, RightKind};
use kernel::id::{ApiKeyId, LegalEntityId, MandantId, PortfolioId, UserId};
use kernel::text_enum::TextEnum;
use kernel::{Instant, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Versioned;

/// What is in reach of a principal: a mandant, a legal entity or a portfolio.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Right)]
pub(crate) struct RightDto {
    /// mandant, legal_entity, portfolio.
    kind: String,
    #[schema(example = "len_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
}

/// A person who signs in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = User)]
pub(crate) struct UserDto {
    #[schema(example = "usr_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    login: String,
    name: String,
    email: Option<String>,
    language: String,
    roles: Vec<String>,
    /// Everything is in reach, whatever `rights` says.
    all_rights: bool,
    rights: Vec<RightDto>,
    #[schema(format = DateTime)]
    locked_until: Option<String>,
    #[schema(format = DateTime)]
    disabled_at: Option<String>,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A machine credential, without its secret.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApiKey)]
pub(crate) struct ApiKeyDto {
    #[schema(example = "key_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    name: String,
    /// The public part: `rcb_<prefix>_…`.
    prefix: String,
    roles: Vec<String>,
    /// Narrows the roles; absent = all they permit.
    permissions: Option<Vec<String>>,
    all_rights: bool,
    rights: Vec<RightDto>,
    /// Ends with its first use.
    one_time: bool,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
    version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A new key: the secret is shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewApiKey)]
pub(crate) struct NewKeyDto {
    /// Send it as `Authorization: Bearer …`.
    #[schema(example = "rcb_0193c0de0193_…")]
    secret: String,
    key: ApiKeyDto,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateApiKey)]
pub(crate) struct CreateApiKeyBody {
    pub(super) name: String,
    #[schema(example = json!(["integration"]))]
    pub(super) roles: Vec<String>,
    /// Narrows the roles, e.g. `["push.run"]`.
    #[serde(default)]
    pub(super) permissions: Option<Vec<String>>,
    #[serde(default)]
    pub(super) all_rights: bool,
    #[serde(default)]
    pub(super) rights: Vec<RightDto>,
    #[serde(default)]
    #[schema(format = DateTime, value_type = Option<String>)]
    pub(super) expires_at: Option<Instant>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateUser)]
pub(crate) struct CreateUserBody {
    pub(super) login: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) email: Option<String>,
    #[serde(default = "english")]
    pub(super) language: String,
    #[schema(example = json!(["collector"]))]
    pub(super) roles: Vec<String>,
    #[serde(default)]
    pub(super) all_rights: bool,
    #[serde(default)]
    pub(super) rights: Vec<RightDto>,
    /// At least 12 characters.
    #[schema(format = Password)]
    pub(super) password: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateUser)]
pub(crate) struct UpdateUserBody {
    pub(super) name: String,
    #[serde(default)]
    pub(super) email: Option<String>,
    #[serde(default = "english")]
    pub(super) language: String,
    pub(super) roles: Vec<String>,
    #[serde(default)]
    pub(super) all_rights: bool,
    #[serde(default)]
    pub(super) rights: Vec<RightDto>,
    #[serde(default)]
    pub(super) disabled: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetPassword)]
pub(crate) struct SetPasswordBody {
    #[schema(format = Password)]
    pub(super) password: String,
    /// The present password; needed to change one's own.
    #[serde(default)]
    #[schema(format = Password)]
    pub(super) current_password: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
pub(crate) struct SignInBody {
    pub(super) login: String,
    #[schema(format = Password)]
    pub(super) password: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefreshToken)]
pub(crate) struct RefreshBody {
    pub(super) refresh_token: String,
}

/// A pair of tokens. The refresh token is good for one use.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tokens)]
pub(crate) struct TokensDto {
    access_token: String,
    #[schema(format = DateTime)]
    access_expires_at: String,
    refresh_token: String,
    #[schema(format = DateTime)]
    refresh_expires_at: String,
}

/// The caller: who, with which roles, permissions and reach.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeDto {
    /// Of the user, or of the key.
    id: String,
    /// user, api_key.
    kind: String,
    name: String,
    roles: Vec<String>,
    permissions: Vec<String>,
    all_rights: bool,
    legal_entities: Vec<String>,
    portfolios: Vec<String>,
}

fn english() -> String {
    "en".to_owned()
}

/// Reads a list of values of a text enum.
pub(super) fn enums<E: TextEnum>(field: &str, texts: &[String]) -> Outcome<Vec<E>> {
    texts.iter().map(|text| kernel::text_enum::parse(field, text)).collect()
}

pub(super) fn rights(given: &[RightDto]) -> Outcome<Vec<Right>> {
    given
        .iter()
        .map(|right| {
            let kind = kernel::text_enum::parse("rights.kind", &right.kind)?;
            let id = match kind {
                RightKind::Mandant => MandantId::parse(&right.id)?.0,
                RightKind::LegalEntity => LegalEntityId::parse(&right.id)?.0,
                RightKind::Portfolio => PortfolioId::parse(&right.id)?.0,
            };
            Ok(Right { kind, id })
        })
        .collect()
}

fn texts<E: TextEnum>(values: &[E]) -> Vec<String> {
    values.iter().map(|v| v.as_str().to_owned()).collect()
}

fn shown(rights: &[Right]) -> Vec<RightDto> {
    let id = |right: &Right| match right.kind {
        RightKind::Mandant => MandantId(right.id).to_string(),
        RightKind::LegalEntity => LegalEntityId(right.id).to_string(),
        RightKind::Portfolio => PortfolioId(right.id).to_string(),
    };
    rights.iter().map(|right| RightDto { kind: right.kind.to_string(), id: id(right) }).collect()
}

impl UserDto {
    pub(super) fn new(user: User, rights: &[Right]) -> Self {
        let instant = |at: Option<Instant>| at.map(|at| at.to_rfc3339());
        Self {
            id: UserId(user.id).to_string(),
            login: user.login,
            name: user.name,
            email: user.email,
            language: user.language,
            roles: texts(&user.roles),
            all_rights: user.all_rights,
            rights: shown(rights),
            locked_until: instant(user.locked_until),
            disabled_at: instant(user.disabled_at),
            version: user.version,
            created_at: user.created_at.to_rfc3339(),
        }
    }
}

impl NewKeyDto {
    pub(super) fn new(new: NewKey, rights: &[Right]) -> Self {
        let ApiKey {
            id,
            name,
            prefix,
            roles,
            permissions,
            all_rights,
            one_time,
            expires_at,
            revoked_at,
            version,
            created_at,
        } = new.key;
        let key = ApiKeyDto {
            id: ApiKeyId(id).to_string(),
            name,
            prefix,
            roles: texts(&roles),
            permissions: permissions.map(|p| texts(&p)),
            all_rights,
            rights: shown(rights),
            one_time,
            expires_at: expires_at.map(|at| at.to_rfc3339()),
            revoked_at: revoked_at.map(|at| at.to_rfc3339()),
            version,
            created_at: created_at.to_rfc3339(),
        };
        Self { secret: new.secret, key }
    }
}

impl From<Tokens> for TokensDto {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access,
            access_expires_at: tokens.access_expires_at.to_rfc3339(),
            refresh_token: tokens.refresh,
            refresh_expires_at: tokens.refresh_expires_at.to_rfc3339(),
        }
    }
}

impl From<Me> for MeDto {
    fn from(me: Me) -> Self {
        let (entities, portfolios) = me.scope.limits().unwrap_or_default();
        let id = match me.principal.kind {
            PrincipalKind::User => UserId(me.principal.id).to_string(),
            PrincipalKind::ApiKey => ApiKeyId(me.principal.id).to_string(),
            PrincipalKind::System => me.principal.id.to_string(),
        };
        Self {
            id,
            kind: me.principal.kind.to_string(),
            name: me.principal.name.clone(),
            roles: texts(&me.principal.roles),
            permissions: texts(&me.permissions),
            all_rights: me.scope.limits().is_none(),
            legal_entities: entities.iter().map(|id| LegalEntityId(*id).to_string()).collect(),
            portfolios: portfolios.iter().map(|id| PortfolioId(*id).to_string()).collect(),
        }
    }
}

impl Versioned for UserDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }

    /// A lock comes and goes without one.
    fn is_settled_by_version(&self) -> bool {
        false
    }
}

impl Versioned for ApiKeyDto {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

impl Versioned for NewKeyDto {
    fn version(&self) -> Option<i64> {
        Some(self.key.version)
    }
}
