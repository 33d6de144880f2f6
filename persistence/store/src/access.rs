//! Users, API keys, refresh tokens and rights.

use app::access::{AccessReads, AccessStore, ApiKey, RefreshToken, User};
use app::codes::INTERNAL;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use domain::access::{Permission, Right, Role, Scope};
use kernel::id::{ApiKeyId, EventId, UserId};
use kernel::text_enum::TextEnum;
use kernel::{Error, Instant, Outcome};
use schema::{access_right, api_key, app_user, refresh_token};
use uuid::Uuid;

use crate::error::db;
use crate::locks::alone_at_start;
use crate::organisation::saved_one;
use crate::push::stored;
use crate::tx::PgTx;

#[derive(Queryable, Selectable)]
#[diesel(table_name = app_user, check_for_backend(diesel::pg::Pg))]
struct UserRow {
    id: Uuid,
    login: String,
    name: String,
    email: Option<String>,
    language: String,
    roles: Vec<String>,
    all_rights: bool,
    password_hash: Option<String>,
    failed_attempts: i32,
    locked_until: Option<DateTime<Utc>>,
    disabled_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_key, check_for_backend(diesel::pg::Pg))]
struct ApiKeyRow {
    id: Uuid,
    name: String,
    prefix: String,
    secret_hash: Vec<u8>,
    roles: Vec<String>,
    permissions: Option<Vec<String>>,
    all_rights: bool,
    one_time: bool,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Maker {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Reach {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    portfolio: bool,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl UserRow {
    fn into_user(self) -> Outcome<(User, Option<String>)> {
        let user = User {
            id: self.id,
            login: self.login,
            name: self.name,
            email: self.email,
            language: self.language,
            roles: enums::<Role>(&self.roles)?,
            all_rights: self.all_rights,
            failed_attempts: self.failed_attempts,
            locked_until: self.locked_until,
            disabled_at: self.disabled_at,
            version: self.version,
            created_at: self.created_at,
        };
        Ok((user, self.password_hash))
    }
}

impl ApiKeyRow {
    fn into_key(self) -> Outcome<(ApiKey, [u8; 32])> {
        let hash = hash(&self.secret_hash)?;
        let key = ApiKey {
            id: self.id,
            name: self.name,
            prefix: self.prefix,
            roles: enums::<Role>(&self.roles)?,
            permissions: self.permissions.map(|p| known_permissions(&p)),
            all_rights: self.all_rights,
            one_time: self.one_time,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
            version: self.version,
            created_at: self.created_at,
        };
        Ok((key, hash))
    }
}

impl AccessStore for PgTx<'_> {
    fn insert_user(&mut self, user: &User, password_hash: Option<&str>, event: EventId) -> Outcome<()> {
        diesel::insert_into(app_user::table)
            .values((
                app_user::id.eq(user.id),
                app_user::login.eq(&user.login),
                app_user::name.eq(&user.name),
                app_user::email.eq(user.email.as_deref()),
                app_user::language.eq(&user.language),
                app_user::roles.eq(texts(&user.roles)),
                app_user::all_rights.eq(user.all_rights),
                app_user::password_hash.eq(password_hash),
                app_user::created_at.eq(user.created_at),
                app_user::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn save_user(&mut self, user: &User, event: EventId) -> Outcome<()> {
        let target = app_user::table.find(user.id).filter(app_user::version.eq(user.version));
        let saved = diesel::update(target)
            .set((
                app_user::name.eq(&user.name),
                app_user::email.eq(user.email.as_deref()),
                app_user::language.eq(&user.language),
                app_user::roles.eq(texts(&user.roles)),
                app_user::all_rights.eq(user.all_rights),
                app_user::disabled_at.eq(user.disabled_at),
                app_user::version.eq(user.version + 1),
                app_user::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map_err(db)?;
        saved_one(saved)
    }

    fn save_password(
        &mut self,
        user: UserId,
        password_hash: &str,
        now: Instant,
        event: EventId,
    ) -> Outcome<()> {
        diesel::update(app_user::table.find(user.0))
            .set((
                app_user::password_hash.eq(password_hash),
                app_user::failed_attempts.eq(0),
                app_user::locked_until.eq(None::<Instant>),
                app_user::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map_err(db)?;
        self.end_sign_ins(user, now)
    }

    fn end_sign_ins(&mut self, user: UserId, now: Instant) -> Outcome<()> {
        diesel::update(refresh_token::table.filter(refresh_token::user_id.eq(user.0)))
            .filter(refresh_token::revoked_at.is_null())
            .set(refresh_token::revoked_at.eq(now))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn user_for_update(&mut self, id: UserId) -> Outcome<User> {
        let row = app_user::table.find(id.0).select(UserRow::as_select()).for_update().first(self.conn);
        let row =
            row.optional().map_err(db)?.ok_or_else(|| app::lists::not_found("users", &id.to_string()))?;
        Ok(row.into_user()?.0)
    }

    fn password_hash(&mut self, id: UserId) -> Outcome<Option<String>> {
        let found = app_user::table.find(id.0).select(app_user::password_hash).first(self.conn);
        found.optional().map(Option::flatten).map_err(db)
    }

    fn user_by_login_for_update(&mut self, login: &str) -> Outcome<Option<(User, Option<String>)>> {
        let row = app_user::table
            .filter(app_user::login.eq(login))
            .select(UserRow::as_select())
            .for_update()
            .first(self.conn)
            .optional()
            .map_err(db)?;
        row.map(UserRow::into_user).transpose()
    }

    fn save_attempts(&mut self, user: UserId, failed: i32, locked_until: Option<Instant>) -> Outcome<()> {
        diesel::update(app_user::table.find(user.0))
            .set((app_user::failed_attempts.eq(failed), app_user::locked_until.eq(locked_until)))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn rights_of(&mut self, principal: Uuid) -> Outcome<Vec<Right>> {
        let rows = access_right::table
            .filter(access_right::principal_id.eq(principal))
            .select((access_right::object_kind, access_right::object_id))
            .load::<(String, Uuid)>(self.conn)
            .map_err(db)?;
        rows.into_iter().map(|(kind, id)| Ok(Right { kind: stored(&kind)?, id })).collect()
    }

    fn replace_rights(&mut self, principal: Uuid, rights: &[Right], event: EventId) -> Outcome<()> {
        diesel::delete(access_right::table.filter(access_right::principal_id.eq(principal)))
            .execute(self.conn)
            .map_err(db)?;
        let rows = rights
            .iter()
            .map(|right| {
                (
                    access_right::principal_id.eq(principal),
                    access_right::object_kind.eq(right.kind.as_str()),
                    access_right::object_id.eq(right.id),
                    access_right::event_id.eq(event.0),
                )
            })
            .collect::<Vec<_>>();
        let insert = diesel::insert_into(access_right::table).values(rows).on_conflict_do_nothing();
        insert.execute(self.conn).map(drop).map_err(db)
    }

    fn insert_api_key(&mut self, key: &ApiKey, secret_hash: &[u8; 32], event: EventId) -> Outcome<()> {
        diesel::insert_into(api_key::table)
            .values((
                api_key::id.eq(key.id),
                api_key::name.eq(&key.name),
                api_key::prefix.eq(&key.prefix),
                api_key::secret_hash.eq(secret_hash.as_slice()),
                api_key::roles.eq(texts(&key.roles)),
                api_key::permissions.eq(key.permissions.as_deref().map(texts)),
                api_key::all_rights.eq(key.all_rights),
                api_key::one_time.eq(key.one_time),
                api_key::expires_at.eq(key.expires_at),
                api_key::created_at.eq(key.created_at),
                api_key::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn api_key_for_update(&mut self, id: ApiKeyId) -> Outcome<ApiKey> {
        let row = api_key::table.find(id.0).select(ApiKeyRow::as_select()).for_update().first(self.conn);
        let row =
            row.optional().map_err(db)?.ok_or_else(|| app::lists::not_found("api_keys", &id.to_string()))?;
        Ok(row.into_key()?.0)
    }

    fn one_time_keys_in_force(&mut self) -> Outcome<Vec<ApiKeyId>> {
        let keys = api_key::table.filter(api_key::one_time.and(api_key::revoked_at.is_null()));
        let ids = keys.select(api_key::id).for_update().load::<Uuid>(self.conn).map_err(db)?;
        Ok(ids.into_iter().map(ApiKeyId).collect())
    }

    fn revoke_api_key(&mut self, id: ApiKeyId, now: Instant, event: EventId) -> Outcome<()> {
        diesel::update(api_key::table.find(id.0))
            .set((
                api_key::revoked_at.eq(now),
                api_key::version.eq(api_key::version + 1),
                api_key::event_id.eq(event.0),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn insert_refresh_token(&mut self, token: &RefreshToken) -> Outcome<()> {
        diesel::insert_into(refresh_token::table)
            .values((
                refresh_token::id.eq(token.id),
                refresh_token::user_id.eq(token.user_id),
                refresh_token::family.eq(token.family),
                refresh_token::token_hash.eq(token.token_hash.as_slice()),
                refresh_token::issued_at.eq(token.issued_at),
                refresh_token::expires_at.eq(token.expires_at),
            ))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn refresh_token_for_update(&mut self, token_hash: &[u8; 32]) -> Outcome<Option<RefreshToken>> {
        type Row = (Uuid, Uuid, Uuid, Vec<u8>, Instant, Instant, Option<Instant>, Option<Instant>);
        let row = refresh_token::table
            .filter(refresh_token::token_hash.eq(token_hash.as_slice()))
            .for_update()
            .first::<Row>(self.conn)
            .optional()
            .map_err(db)?;
        row.map(|(id, user_id, family, token_hash, issued_at, expires_at, used_at, revoked_at)| {
            let token_hash = hash(&token_hash)?;
            Ok(RefreshToken { id, user_id, family, token_hash, issued_at, expires_at, used_at, revoked_at })
        })
        .transpose()
    }

    fn mark_refresh_token_used(&mut self, id: Uuid, now: Instant) -> Outcome<()> {
        diesel::update(refresh_token::table.find(id))
            .set(refresh_token::used_at.eq(now))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn revoke_family(&mut self, family: Uuid, now: Instant) -> Outcome<()> {
        diesel::update(refresh_token::table.filter(refresh_token::family.eq(family)))
            .filter(refresh_token::revoked_at.is_null())
            .set(refresh_token::revoked_at.eq(now))
            .execute(self.conn)
            .map(drop)
            .map_err(db)
    }

    fn count_principals(&mut self) -> Outcome<i64> {
        alone_at_start(self.conn)?;
        diesel::sql_query("SELECT (SELECT count(*) FROM app_user) + (SELECT count(*) FROM api_key) AS count")
            .get_result::<Count>(self.conn)
            .map(|row| row.count)
            .map_err(db)
    }
}

impl AccessReads for PgTx<'_> {
    fn api_key_by_prefix(&mut self, prefix: &str) -> Outcome<Option<(ApiKey, [u8; 32])>> {
        let row =
            api_key::table.filter(api_key::prefix.eq(prefix)).select(ApiKeyRow::as_select()).first(self.conn);
        row.optional().map_err(db)?.map(ApiKeyRow::into_key).transpose()
    }

    fn user_of_family(&mut self, user: UserId, family: Uuid) -> Outcome<Option<User>> {
        let signed_in = refresh_token::table
            .filter(refresh_token::user_id.eq(user.0).and(refresh_token::family.eq(family)))
            .filter(refresh_token::revoked_at.is_null());
        if !diesel::select(diesel::dsl::exists(signed_in)).get_result::<bool>(self.conn).map_err(db)? {
            return Ok(None);
        }
        let row = app_user::table
            .find(user.0)
            .select(UserRow::as_select())
            .first(self.conn)
            .optional()
            .map_err(db)?;
        row.map(|row| row.into_user().map(|(user, _)| user)).transpose()
    }

    fn key_made_by(&mut self, key: Uuid) -> Outcome<Option<Uuid>> {
        let maker = diesel::sql_query(
            "WITH RECURSIVE maker AS ( \
                 SELECT e.actor_kind, e.actor_id FROM event e WHERE e.subject_id = $1 AND e.kind = 'access.api_key_created' \
                 UNION SELECT e.actor_kind, e.actor_id FROM maker m JOIN event e ON e.subject_id = m.actor_id \
                     AND e.kind = 'access.api_key_created' WHERE m.actor_kind = 'api_key') \
             SELECT actor_id AS id FROM maker WHERE actor_kind = 'user' AND actor_id IS NOT NULL LIMIT 1",
        )
        .bind::<SqlUuid, _>(key)
        .get_result::<Maker>(self.conn)
        .optional()
        .map_err(db)?;
        Ok(maker.map(|maker| maker.id))
    }

    fn scope_of(&mut self, principal: Uuid, all_rights: bool) -> Outcome<Scope> {
        if all_rights {
            return Ok(Scope::All);
        }
        let reach = diesel::sql_query(
            "SELECT object_id AS id, object_kind = 'portfolio' AS portfolio FROM access_right \
             WHERE principal_id = $1 AND object_kind IN ('legal_entity', 'portfolio') \
             UNION SELECT e.id, false FROM access_right x JOIN legal_entity e ON e.mandant_id = x.object_id \
             WHERE x.principal_id = $1 AND x.object_kind = 'mandant'",
        )
        .bind::<SqlUuid, _>(principal)
        .load::<Reach>(self.conn)
        .map_err(db)?;
        let (portfolios, legal_entities): (Vec<_>, Vec<_>) = reach.into_iter().partition(|r| r.portfolio);
        let ids = |rows: Vec<Reach>| rows.into_iter().map(|r| r.id).collect();
        Ok(Scope::Limited { legal_entities: ids(legal_entities), portfolios: ids(portfolios) })
    }
}

fn texts<E: TextEnum>(values: &[E]) -> Vec<&'static str> {
    values.iter().map(|v| v.as_str()).collect()
}

/// One that a later version took away permits nothing, and costs the key nothing else.
fn known_permissions(texts: &[String]) -> Vec<Permission> {
    texts.iter().filter_map(|text| Permission::from_text(text)).collect()
}

/// A text the enum does not know means a row that this binary did not write.
fn enums<E: TextEnum>(texts: &[String]) -> Outcome<Vec<E>> {
    let known = |text: &String| {
        E::from_text(text).ok_or_else(|| Error::new(&INTERNAL).caused_by(format!("value {text}")))
    };
    texts.iter().map(known).collect()
}

fn hash(bytes: &[u8]) -> Outcome<[u8; 32]> {
    bytes.try_into().map_err(|e| Error::new(&INTERNAL).caused_by(e))
}
