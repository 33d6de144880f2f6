//! Operations on the caller, users and API keys.

use actix_web::web::Path;
use actix_web::{delete, get, post, put};
use app::access::api_keys::{self, CreateApiKey};
use app::access::lists;
use app::access::sign_in as signing;
use app::access::users::{self, CreateUser, SetPassword, UpdateUser};
use kernel::id::{ApiKeyId, UserId};
use kernel::secret::Secret;

use super::dto::{
    ApiKeyDto, CreateApiKeyBody, CreateUserBody, MeDto, NewKeyDto, RefreshBody, SetPasswordBody, SignInBody,
    TokensDto, UpdateUserBody, UserDto, enums, rights,
};
use crate::answer;
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

/// The caller: who, with which roles, permissions and reach.
#[utoipa::path(tag = "access", responses((status = 200, body = MeDto)))]
#[get("/v1/me")]
pub(super) async fn get_me(call: Call) -> RestResult {
    Params::read(&call, &[])?;
    let me = call.run(|_, ctx| Ok(app::access::me(ctx))).await?;
    answer::json_of(&call, &MeDto::from(me))
}

/// Signs in with login and password. Many failures from one address make it wait.
#[utoipa::path(tag = "access", request_body = SignInBody, responses((status = 200, body = TokensDto)), security(()))]
#[post("/v1/sign-in")]
pub(super) async fn sign_in(cmd: Cmd<SignInBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let password = Secret::new(body.password);
    let address = call.http.peer_addr().map(|address| address.ip());
    let tokens = call
        .run_open(move |api, now| {
            api.throttle.admit(address, now)?;
            let tokens = signing::sign_in(&api.app, api.sign_in_ports(), &body.login, &password, now)?;
            api.throttle.forgive(address, now);
            Ok(tokens)
        })
        .await?;
    answer::json_of(&call, &TokensDto::from(tokens))
}

/// Exchanges a refresh token for a new pair; using one twice ends the whole sign-in.
#[utoipa::path(tag = "access", request_body = RefreshBody, responses((status = 200, body = TokensDto)), security(()))]
#[post("/v1/tokens/refresh")]
pub(super) async fn refresh_tokens(cmd: Cmd<RefreshBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let tokens = call
        .run_open(move |api, now| signing::refresh(&api.app, api.sign_in_ports(), &body.refresh_token, now))
        .await?;
    answer::json_of(&call, &TokensDto::from(tokens))
}

/// Ends the sign-in that a refresh token belongs to.
#[utoipa::path(tag = "access", request_body = RefreshBody, responses((status = 204)), security(()))]
#[post("/v1/sign-out")]
pub(super) async fn sign_out(cmd: Cmd<RefreshBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    call.run_open(move |api, now| signing::sign_out(&api.app, &body.refresh_token, now)).await?;
    Ok(actix_web::HttpResponse::NoContent().finish())
}

/// Lists users.
#[utoipa::path(tag = "access", responses((status = 200, body = PageOf<UserDto>)))]
#[get("/v1/users")]
pub(super) async fn list_users(call: Call) -> RestResult {
    listing::list::<UserDto>(call, &lists::USERS).await
}

/// One user, by id or login.
#[utoipa::path(tag = "access", responses((status = 200, body = UserDto)))]
#[get("/v1/users/{user}")]
pub(super) async fn get_user(call: Call, user: Path<String>) -> RestResult {
    listing::get::<UserDto>(call, &lists::USERS, user.into_inner()).await
}

/// Creates a user.
#[utoipa::path(tag = "access", request_body = CreateUserBody, responses((status = 201, body = UserDto)))]
#[post("/v1/users")]
pub(super) async fn create_user(cmd: Cmd<CreateUserBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let roles = enums("roles", &body.roles).map_err(|e| call.problem(e))?;
    let given = rights(&body.rights).map_err(|e| call.problem(e))?;
    let cmd = CreateUser {
        login: body.login,
        name: body.name,
        email: body.email,
        language: body.language,
        roles,
        all_rights: body.all_rights,
        rights: given.clone(),
        password: Secret::new(body.password),
    };
    let crypto = call.api.crypto.clone();
    let answer = call.run(move |app, ctx| users::create_user(app, crypto.as_ref(), ctx, &cmd)).await?;
    answer::created(&call, &answer.map(|user| UserDto::new(user, &given)))
}

/// Replaces a user's settings and rights; disabling ends every sign-in.
#[utoipa::path(tag = "access", request_body = UpdateUserBody, responses((status = 200, body = UserDto)))]
#[put("/v1/users/{user}")]
pub(super) async fn update_user(cmd: Cmd<UpdateUserBody>, user: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = UserId::parse(&user).map_err(|e| call.problem(e))?;
    let roles = enums("roles", &body.roles).map_err(|e| call.problem(e))?;
    let given = rights(&body.rights).map_err(|e| call.problem(e))?;
    let cmd = UpdateUser {
        id,
        name: body.name,
        email: body.email,
        language: body.language,
        roles,
        all_rights: body.all_rights,
        rights: given.clone(),
        disabled: body.disabled,
    };
    let answer = call.run(move |app, ctx| users::update_user(app, ctx, &cmd)).await?;
    answer::done(&call, &answer.map(|user| UserDto::new(user, &given)))
}

/// Sets a password: one's own by the present one, or another's by whoever manages users. Ends every sign-in of that user,
/// and a lock.
#[utoipa::path(tag = "access", request_body = SetPasswordBody, responses((status = 204)))]
#[put("/v1/users/{user}/password")]
pub(super) async fn set_password(cmd: Cmd<SetPasswordBody>, user: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let id = UserId::parse(&user).map_err(|e| call.problem(e))?;
    let (password, current) = (Secret::new(body.password), body.current_password.map(Secret::new));
    let cmd = SetPassword { id, password, current };
    let crypto = call.api.crypto.clone();
    let answer = call.run(move |app, ctx| users::set_password(app, crypto.as_ref(), ctx, &cmd)).await?;
    answer::nothing(&call, &answer)
}

/// Lists API keys, without secrets.
#[utoipa::path(tag = "access", responses((status = 200, body = PageOf<ApiKeyDto>)))]
#[get("/v1/api-keys")]
pub(super) async fn list_api_keys(call: Call) -> RestResult {
    listing::list::<ApiKeyDto>(call, &lists::API_KEYS).await
}

/// One API key, by id or prefix.
#[utoipa::path(tag = "access", responses((status = 200, body = ApiKeyDto)))]
#[get("/v1/api-keys/{api_key}")]
pub(super) async fn get_api_key(call: Call, api_key: Path<String>) -> RestResult {
    listing::get::<ApiKeyDto>(call, &lists::API_KEYS, api_key.into_inner()).await
}

/// Creates an API key; its secret is shown this once.
#[utoipa::path(tag = "access", request_body = CreateApiKeyBody, responses((status = 201, body = NewKeyDto)))]
#[post("/v1/api-keys")]
pub(super) async fn create_api_key(cmd: Cmd<CreateApiKeyBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let roles = enums("roles", &body.roles).map_err(|e| call.problem(e))?;
    let permissions = body.permissions.as_deref().map(|p| enums("permissions", p)).transpose();
    let given = rights(&body.rights).map_err(|e| call.problem(e))?;
    let cmd = CreateApiKey {
        name: body.name,
        roles,
        permissions: permissions.map_err(|e| call.problem(e))?,
        all_rights: body.all_rights,
        rights: given.clone(),
        expires_at: body.expires_at,
    };
    let crypto = call.api.crypto.clone();
    let answer = call.run(move |app, ctx| api_keys::create_api_key(app, crypto.as_ref(), ctx, &cmd)).await?;
    answer::created(&call, &answer.map(|new| NewKeyDto::new(new, &given)))
}

/// Revokes an API key at once.
#[utoipa::path(tag = "access", responses((status = 204)))]
#[delete("/v1/api-keys/{api_key}")]
pub(super) async fn revoke_api_key(cmd: Cmd<NoBody>, api_key: Path<String>) -> RestResult {
    let Cmd { call, body: NoBody {} } = cmd;
    let id = ApiKeyId::parse(&api_key).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| api_keys::revoke_api_key(app, ctx, id)).await?;
    answer::nothing(&call, &answer)
}
